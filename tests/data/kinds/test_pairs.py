"""Pairs and unpaired sets: every layout, direction, alignment under augmentation, what has no partner."""

import numpy as np
import pytest

from kgan.data.kinds.pairs import pairs
from kgan.data.kinds.unpaired import unpaired
from kgan.errors import UserError
from tests.data.pictures_on_disk import gradient, seen, write


def flat(value, height=6, width=8):
    return np.full((height, width, 3), value, np.uint8)


def names(source, side="source"):
    return [name.decode() for name in source.parts[0].rows[side]["name"].tolist()]


@pytest.mark.slow
def test_side_by_side_pictures(tmp_path):
    for place, left, right in (("train/1.png", 10, 20), ("train/2.jpg", 30, 40), ("val/1.png", 50, 60)):
        write(tmp_path / place, np.concatenate([flat(left), flat(right)], 1))
    source = pairs(tmp_path, (6, 8))
    assert seen(source, "source")[:, 3, :, 0].tolist() == [[10] * 8, [30] * 8, [50] * 8]
    assert seen(source, "target")[:, 3, :, 0].tolist() == [[20] * 8, [40] * 8, [60] * 8]
    back = pairs(tmp_path, (6, 8), "BtoA")
    assert seen(back, "source")[:, 0, 0, 0].tolist() == [20, 40, 60]
    assert seen(back, "target")[:, 0, 0, 0].tolist() == [10, 30, 50]
    training, apart = source.split()
    assert (len(training), len(apart)) == (2, 1)
    assert seen(apart, "source")[0, 0, 0, 0] == 50
    with pytest.raises(UserError, match="direction AtoB or BtoA; found 'left'"):
        pairs(tmp_path, direction="left")


LAYOUTS = {
    "two folders": ("A/{0}.png", "B/{0}.png"),
    "sides outside": ("A/train/{0}.png", "B/train/{0}.jpg"),
    "sides inside": ("train/A/{0}.png", "train/B/{0}.webp"),
    "in one word": ("trainA/{0}.png", "trainB/{0}.png"),
    "other names": ("data/input/x y/{0}.png", "data/target/x y/{0}.bmp"),
    "any names": ("photographs/{0}.png", "sketches/{0}.png"),
}


@pytest.mark.parametrize(
    "layout",
    [pytest.param(name, marks=[pytest.mark.slow] if n > 1 else []) for n, name in enumerate(LAYOUTS)],
)
def test_layouts_of_two_files(tmp_path, layout):
    for number in (1, 2):
        for value, pattern in zip((10, 100), LAYOUTS[layout]):
            write(tmp_path / pattern.format(f"{number} é"), flat(value + number), quality=100, lossless=True)
    source = pairs(tmp_path, (6, 8))
    assert len(source) == 2
    assert np.abs(seen(source, "source")[:, 0, 0, 0] - [11, 12]).max() <= 1
    assert np.abs(seen(source, "target")[:, 0, 0, 0] - [101, 102]).max() <= 1
    assert "2 pairs of files" in source.summary()


def test_two_folders_anywhere_and_their_split(tmp_path):
    for place in ("one/trainA/1", "one/trainB/1", "one/testA/2", "one/testB/2", "x/3", "y/3"):
        write(tmp_path / f"{place}.png", flat(9))
    training, apart = pairs(tmp_path / "one", (6, 8)).split()
    assert (names(training), names(apart, "target")) == (["trainA/1.png"], ["testB/2.png"])
    assert len(pairs((tmp_path / "x", tmp_path / "y"), (6, 8))) == 1


def test_what_has_no_partner(tmp_path):
    for number in range(8):
        write(tmp_path / f"A/{number}.png", flat(1))
    write(tmp_path / "B/3.png", flat(2))
    source = pairs(tmp_path, (6, 8))
    assert names(source) == ["A/3.png"]
    expected = "7 files without a partner: A/0.png, A/1.png, A/2.png, A/4.png, A/5.png and 2 more"
    assert expected in source.summary()
    (tmp_path / "B/3.png").rename(tmp_path / "B/x.png")
    with pytest.raises(UserError, match=r"found no two that match, such as A/0.png"):
        pairs(tmp_path)
    (tmp_path / "B/x.png").unlink()
    (tmp_path / "C").mkdir()
    with pytest.raises(UserError, match=r"images for both sides in .*found none for B"):
        pairs(tmp_path)


@pytest.mark.parametrize("view", [{"fit": "crop"}, {"fit": "stretch", "load_size": (24, 36), "jitter": 0.6}])
def test_identical_halves_stay_identical(tmp_path, view):
    rng = np.random.default_rng(0)
    for number in range(6):
        pixels = rng.integers(0, 256, (30, 44, 3)).astype(np.uint8)
        for side in "AB":
            write(tmp_path / f"{side}/{number}.png", pixels)
    batches = list(pairs(tmp_path, (16, 20), **view).batches(6).take(3).as_numpy_iterator())
    for batch in batches:
        np.testing.assert_array_equal(batch["source"], batch["target"])
    assert np.abs(batches[0]["source"] - batches[1]["source"]).max() > 0.1


def test_side_by_side_halves_stay_identical_and_jpegs_too(tmp_path):
    half = gradient(48, 64)
    write(tmp_path / "1.png", np.concatenate([half, half], 1))
    write(tmp_path / "2.jpg", np.concatenate([half, half], 1), quality=100, subsampling=0)
    source = pairs(tmp_path, (16, 20), load_size=(20, 25), jitter=0.5)
    batch = next(source.batches(8).as_numpy_iterator())
    assert np.abs(batch["source"] - batch["target"]).max() < 0.06
    assert np.median(np.abs(batch["source"] - batch["target"])) < 0.01


def test_halves_of_different_size_show_the_same_part(tmp_path):
    write(tmp_path / "A/1.png", gradient(60, 80))
    write(tmp_path / "B/1.png", gradient(120, 160))
    write(tmp_path / "A/2.png", gradient(60, 80))
    write(tmp_path / "B/2.png", gradient(120, 120))
    source = pairs(tmp_path, (20, 30), load_size=(30, 40))
    batches = list(source.batches(2).take(4).as_numpy_iterator())
    for batch in batches:
        assert np.abs(batch["source"] - batch["target"]).max() < 0.1
    assert "1 pairs whose halves differ in their proportions: A/2.png" in source.summary()


def test_channels_of_each_side(tmp_path):
    write(tmp_path / "1.png", np.concatenate([gradient(8, 8), gradient(8, 8)], 1))
    batch = next(pairs(tmp_path, (8, 8), channels=(1, 3), mirror=False).batches(1).as_numpy_iterator())
    assert batch["source"].shape == (1, 8, 8, 1)
    expected = batch["target"] @ np.float32([0.299, 0.587, 0.114])
    np.testing.assert_allclose(batch["source"][..., 0], expected, atol=0.01)


def test_a_bad_half_is_reported(tmp_path):
    for number in range(4):
        for side in "AB":
            write(tmp_path / f"{side}/{number}.png", flat(number))
    source = pairs(tmp_path, (6, 8))
    (tmp_path / "B/2.png").unlink()
    assert seen(source, "source")[:, 0, 0, 0].tolist() == [0, 1, 3]
    assert source.report() == ["B/2.png: is not there any more"]


def test_unpaired_sets(tmp_path):
    for number in range(5):
        write(tmp_path / f"horses/{number}.png", flat(number))
    for number in range(8):
        write(tmp_path / f"zebras/z{number}.png", flat(100 + number))
    source = unpaired(tmp_path, (6, 8))
    assert len(source) == 8
    batches = list(source.batches(4, seed=1).take(2).as_numpy_iterator())
    a, b = (
        np.rint((np.concatenate([batch[key] for batch in batches])[:, 0, 0, 0] + 1) * 127.5) for key in "ab"
    )
    assert set(a) == set(range(5))
    assert sorted(b) == list(range(100, 108))
    back = unpaired((tmp_path / "horses", tmp_path / "zebras"), (6, 8), "BtoA")
    assert seen(back, "a")[0, 0, 0, 0] == 100
    with pytest.raises(UserError, match=r"two sets of images in .* found one"):
        unpaired(tmp_path / "horses")


def test_unpaired_splits(tmp_path):
    for side, train, test in (("A", 3, 2), ("B", 4, 1)):
        for number in range(train):
            write(tmp_path / f"train{side}/{number}.png", flat(number))
        for number in range(test):
            write(tmp_path / f"test{side}/{number}.png", flat(number))
    training, apart = unpaired(tmp_path, (6, 8)).split()
    assert [len(part) for part in training.parts] == [3, 4]
    assert [len(part) for part in apart.parts] == [2, 1]


@pytest.mark.parametrize("width", [5, 7, 13, 79])
def test_P5_of_an_odd_width_neither_half_gets_the_middle_column(tmp_path, width):
    half = width // 2
    row = np.concatenate([np.full(half, 20), [250], np.full(half, 120)]).astype(np.uint8)
    write(tmp_path / "1.png", np.tile(row[None, :, None], (40, 1, 3)))
    source = pairs(tmp_path, (40, half))
    assert np.unique(seen(source, "source")).tolist() == [20]
    assert np.unique(seen(source, "target")).tolist() == [120]
    assert "1 of odd width, whose middle column is left out: 1.png" in source.summary()
