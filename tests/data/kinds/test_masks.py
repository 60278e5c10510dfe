"""Masks: what each kind covers, from which draw, and masks out of folders."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from kgan.data.kinds.masks import masked
from kgan.data.source.keys import fold
from kgan.data.views.random_masks import HOLES
from kgan.errors import UserError
from tests.data.pictures_on_disk import gradient, write

SIZE = (48, 64)


@functools.cache
def drawer(kind):
    """A kind's draw as a graph, which is what `tf.data` makes of it; traced once for all tests."""
    return tf.function(lambda key: HOLES[kind](SIZE, key), autograph=False)


def draws(kind, count=40):
    return np.stack([drawer(kind)(fold(seed, "mask")).numpy()[..., 0] for seed in range(count)])


@pytest.mark.parametrize("kind", HOLES)
def test_masks_are_ones_and_zeros_and_keyed(kind):
    masks = draws(kind, 8)
    assert masks.shape == (8, *SIZE)
    assert set(np.unique(masks)) == {0, 1}
    np.testing.assert_array_equal(masks, draws(kind, 8))
    assert kind == "centre" or len({mask.tobytes() for mask in masks}) > 2


def test_the_centre_square():
    (mask,) = draws("centre", 1)
    assert mask[12:36, 20:44].min() == 1
    assert mask.sum() == 24 * 24


def test_halves():
    masks = draws("half")
    assert masks.mean((1, 2)).tolist() == [0.5] * 40
    corners = {(mask[0, 0], mask[0, -1], mask[-1, 0], mask[-1, -1]) for mask in masks}
    assert corners == {(1, 0, 1, 0), (0, 1, 0, 1), (1, 1, 0, 0), (0, 0, 1, 1)}


def test_boxes_cover_what_they_should():
    cover = draws("boxes").mean((1, 2))
    assert cover.min() > 0.01
    assert cover.max() <= 4 * 0.27
    assert 0.1 < cover.mean() < 0.4


def test_strokes_are_thin_connected_and_anywhere():
    masks = draws("strokes")
    cover = masks.mean((1, 2))
    assert 0.05 < cover.mean() < 0.5
    assert cover.max() < 0.8
    assert (masks.mean(0) > 0).mean() > 0.9


def test_wide_strokes_and_shapes_are_thicker_than_strokes():
    """By how far pixels in the hole are from its edge: SciPy's distance, over the shorter side."""
    from scipy import ndimage

    deepest = {
        kind: np.median([ndimage.distance_transform_edt(np.pad(mask, 1)).max() for mask in draws(kind)]) / 48
        for kind in ("strokes", "wide", "shapes")
    }
    assert deepest["strokes"] < 0.08 < 0.09 < deepest["wide"] < 0.35
    assert 0.09 < deepest["shapes"] < 0.35
    shapes = draws("shapes")
    assert (shapes.sum((1, 2)) > 0).all()
    assert max(ndimage.label(mask)[1] for mask in shapes) <= 3
    assert (shapes.mean(0) > 0).mean() > 0.9


def test_mixed_masks_cover_up_to_half_and_are_of_all_kinds():
    masks = draws("mixed", 60)
    cover = masks.mean((1, 2))
    assert 0 < cover.min() < 0.1
    assert 0.35 < cover.max() <= 0.5
    assert (masks.mean(0) > 0).mean() > 0.95
    straight = [mask[mask.any(1)][:, mask.any(0)].all() for mask in masks]  # one box alone fills its extent
    assert 1 <= sum(straight) <= 20


def pictures(folder, count=6):
    for number in range(count):
        write(folder / f"{number}.png", np.full((*SIZE, 3), number, np.uint8))
    return folder


@pytest.mark.slow
def test_training_draws_anew_and_evaluation_does_not(tmp_path):
    source = masked(pictures(tmp_path), SIZE, "boxes")
    assert source.element_spec["mask"].shape == (*SIZE, 1)
    epochs = list(source.batches(6, seed=1).take(2).as_numpy_iterator())
    masks = [batch["mask"][np.argsort(batch["image"][:, 0, 0, 0])] for batch in epochs]
    assert all(np.any(one != other) for one, other in zip(*masks))
    held = [list(source.batches(4, training=False).as_numpy_iterator()) for _ in range(2)]
    np.testing.assert_array_equal(held[0][1]["mask"], held[1][1]["mask"])
    other = next(masked(tmp_path, SIZE, "boxes", mask_seed=1).batches(4, training=False).as_numpy_iterator())
    assert np.any(other["mask"] != held[0][0]["mask"])
    training, apart = source.split(0.3)
    mask_of = {
        image["image"][0, 0, 0, 0]: image["mask"]
        for image in apart.batches(1, training=False).as_numpy_iterator()
    }
    for batch in held[0]:
        for image, mask in zip(batch["image"], batch["mask"]):
            if image[0, 0, 0] in mask_of:
                np.testing.assert_array_equal(mask_of.pop(image[0, 0, 0])[0], mask)
    assert not mask_of
    assert len(training) == 4


@pytest.mark.slow
def test_masks_of_the_same_name_go_through_the_same_window(tmp_path):
    rows, columns = np.mgrid[:40, :60]
    mask = ((rows // 4 + columns // 4) % 2 * 255).astype(np.uint8)
    for number in range(3):
        write(tmp_path / f"images/{number}.png", np.repeat(mask[..., None], 3, -1))
        write(tmp_path / f"masks/{number}.png", mask)
    for invert in (False, True):
        source = masked(tmp_path / "images", (24, 32), tmp_path / "masks", fit="crop", invert=invert)
        batch = next(source.batches(12).as_numpy_iterator())
        np.testing.assert_array_equal(
            batch["image"][..., :1] < 0 if invert else batch["image"][..., :1] > 0, batch["mask"]
        )
    assert len({one.tobytes() for one in batch["mask"]}) > 4


def test_masks_of_other_names_are_drawn_like_cards(tmp_path):
    pictures(tmp_path / "images", 6)
    for number in range(2):
        mask = np.zeros((10, 10), np.uint8)
        mask[:, : 3 + number] = 255
        write(tmp_path / f"masks/m{number}.png", mask)
    source = masked(tmp_path / "images", (10, 10), tmp_path / "masks", mirror=False)
    batch = next(source.batches(6).as_numpy_iterator())
    assert sorted(batch["mask"].sum((1, 2, 3))) == [30, 30, 30, 40, 40, 40]


def test_masks_that_are_not_there(tmp_path):
    write(tmp_path / "1.png", gradient())
    with pytest.raises(
        UserError,
        match="expected a mask, one of centre, half, boxes, strokes, wide, shapes, mixed, or a folder of masks",
    ):
        masked(tmp_path, SIZE, "circles")
    with pytest.raises(UserError, match="name the data"):
        masked(None, SIZE, "circles")


def test_P7_masks_beside_their_pictures_and_of_values_0_and_1(tmp_path):
    hole = gradient(40, 60)[..., 0] > 120
    for number in range(3):
        write(tmp_path / f"{number}.png", np.repeat(hole[..., None] * np.uint8(200), 3, -1))
        write(tmp_path / f"{number}_mask00{number}.png", hole * np.uint8(1))
    source = masked(tmp_path, (24, 32), tmp_path, fit="crop")
    assert len(source) == 3
    batch = next(source.batches(12).as_numpy_iterator())
    np.testing.assert_array_equal(batch["image"][..., :1] > 0, batch["mask"])
    assert 0 < batch["mask"].mean() < 1


def test_a_photograph_among_masks_is_reported(tmp_path):
    pictures(tmp_path / "images", 3)
    for number in range(3):
        write(
            tmp_path / f"masks/{number}.png", gradient(*SIZE)[..., 0] if number == 1 else np.eye(48, 64) > 0
        )
    source = masked(tmp_path / "images", SIZE, tmp_path / "masks")
    assert sum(len(batch["mask"]) for batch in source.batches(2, training=False)) == 2
    assert "1.png: holds the greys of a photograph" in source.report()[0]
