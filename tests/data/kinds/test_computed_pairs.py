"""Pairs computed from single images."""

import numpy as np
import pytest

from kgan.data import Source
from kgan.data.kinds.computed_pairs import computed_pairs, edges
from kgan.pictures.color import lab_from_rgb

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 12, 16, 3), np.uint8)


def batch_of(source, training=False):
    return {key: np.asarray(value) for key, value in next(iter(source.batches(3, training=training))).items()}


def test_grey_and_colour_have_one_lightness():
    batch = batch_of(computed_pairs(Source.from_arrays({"image": PIXELS}), "colorize"))
    assert batch["source"].shape == (3, 12, 16, 1)
    np.testing.assert_allclose(batch["target"], PIXELS[:3] / 127.5 - 1, atol=1e-6)
    lightness = lab_from_rgb(np.repeat(batch["source"], 3, axis=-1))[..., 0]
    np.testing.assert_allclose(lightness, lab_from_rgb(batch["target"])[..., 0], atol=0.02)


def test_augmentation_comes_before_the_edges():
    source = Source.from_arrays(
        {"image": np.repeat(PIXELS, 2, axis=0)}, augment=lambda example, key: {"image": -example["image"]}
    )
    batch = batch_of(computed_pairs(source, "edges"), training=True)
    for made, target in zip(batch["source"], batch["target"]):
        np.testing.assert_array_equal(made, edges(target))


def test_an_edge_is_a_line_of_one_pixel():
    image = np.full((12, 20, 3), -1, "float32")
    image[:, 8:] = 1
    found = np.asarray(edges(image))[..., 0]
    assert set(np.unique(found)) == {-1.0, 1.0}
    columns = np.flatnonzero((found == -1).any(axis=0))
    assert len(columns) == 1
    assert columns[0] in (7, 8)
    assert (found[:, columns[0]] == -1).all()


@pytest.mark.parametrize("tilt", [1, -1])
def test_slanted_edges_are_thin_too(tilt):
    rows, columns = np.mgrid[:32, :32]
    image = np.where((rows - 16) * tilt + columns - 16 > 0, 1, -1).astype("float32")[..., None].repeat(3, -1)
    found = np.asarray(edges(image))[4:-4, 4:-4, 0] == -1
    per_row = found.sum(axis=1)[2:-2]
    assert per_row.min() >= 1
    assert per_row.max() <= 2


def test_flat_pictures_and_faint_slopes_have_none():
    flat = np.full((12, 12, 3), 0.3, "float32")
    ramp = np.linspace(-1, 1, 64, dtype="float32")[None, :, None] * np.ones((8, 1, 3), "float32")
    assert (np.asarray(edges(flat)) == 1).all()
    assert (np.asarray(edges(ramp))[:, 2:-2] == 1).all()


def test_what_cannot_be_computed_is_told():
    source = Source.from_arrays({"image": PIXELS})
    with pytest.raises(ValueError, match="one of colorize, edges; received 'blur'"):
        computed_pairs(source, "blur")
    with pytest.raises(ValueError, match="images in colour to edges"):
        computed_pairs(Source.from_arrays({"image": PIXELS[..., :1]}), "edges")
