"""Pairs of two qualities: one window for both, at the scale of their files; what fits no scale is told."""

import numpy as np
import pytest

from kgan.data.describe import kind_of
from kgan.data.kinds.quality_pairs import qualities, quality_pairs
from kgan.errors import UserError
from tests.data.pictures_on_disk import write

HEIGHT, WIDTH = 24, 30


def numbered(height=HEIGHT, width=WIDTH, seed=0):
    """uint8 RGB, no two pixels alike."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 5, columns * 5, np.full_like(rows, seed)], -1).astype(np.uint8)


def enlarged(pixels, scale):
    return pixels.repeat(scale, 0).repeat(scale, 1)


def make(folder, scale, low="lq/{}.png", high="hq/{}.png", count=3):
    for number in range(count):
        small = numbered(seed=number)
        write(folder / low.format(number), small)
        write(folder / high.format(number), enlarged(small, scale))


@pytest.mark.parametrize("scale", [1, 3])
def test_P6_both_sides_show_the_same_window_turned_alike(tmp_path, scale):
    make(tmp_path, scale)
    source = quality_pairs(tmp_path, (12 * scale, 12 * scale))
    assert source.element_spec["source"].shape == (12, 12, 3)
    assert source.element_spec["target"].shape == (12 * scale, 12 * scale, 3)
    batch = next(source.batches(96).as_numpy_iterator())
    np.testing.assert_array_equal(batch["target"], batch["source"].repeat(scale, 1).repeat(scale, 2))
    corners = np.rint((batch["source"][:, [0, 0, -1, -1], [0, -1, 0, -1], :2] + 1) * 127.5 / 5)
    ways = set()
    for corner in corners:
        right, down = corner[1] - corner[0], corner[2] - corner[0]
        assert sorted(np.abs([*right, *down]).tolist()) == [0, 0, 11, 11]
        ways.add((*right, *down))
    assert len(ways) == 8  # four turns, mirrored or not
    assert len({tuple(corner.ravel()) for corner in corners}) > 12
    held = next(source.batches(3, training=False).as_numpy_iterator())
    expected = np.stack([numbered(seed=number)[6:18, 9:21] for number in range(3)])
    np.testing.assert_array_equal(np.rint((held["source"] + 1) * 127.5), expected)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("LR/{}.png", "HR/{}.png"),
        ("low/{}.png", "high/{}.png"),
        ("DIV2K_train_LR_bicubic/X2/{}x2.png", "DIV2K_train_HR/{}.png"),
        ("train/noisy/{}.png", "train/clean/{}.png"),
    ],
)
def test_P6_layouts(tmp_path, low, high):
    make(tmp_path, 2, low, high)
    found = qualities(tmp_path)
    assert found.scale == 2
    assert len(found.low.places) == 3
    assert kind_of(tmp_path) == "qualities"
    source = quality_pairs(tmp_path, 16, scale=2)
    assert len(source) == 3
    assert "3 pairs of files, one 2 times as large" in source.summary()


def test_P6_a_test_folder_is_held_out(tmp_path):
    make(tmp_path, 2, "DIV2K_train_LR/{}.png", "DIV2K_train_HR/{}.png")
    make(tmp_path, 2, "DIV2K_valid_LR/{}.png", "DIV2K_valid_HR/{}.png", count=2)
    training, apart = quality_pairs(tmp_path, 16).split()
    assert (len(training), len(apart)) == (3, 2)


def test_P6_what_does_not_fit_is_told(tmp_path):
    make(tmp_path / "odd", 2)
    write(tmp_path / "odd/hq/1.png", enlarged(numbered(), 3))
    with pytest.raises(UserError, match=r"found 1 that are not: lq/1\.png \(30x24 and 90x72\)"):
        quality_pairs(tmp_path / "odd", 16)
    make(tmp_path / "five", 5)
    with pytest.raises(UserError, match="1, 2, 3, 4 or 8 times as large"):
        quality_pairs(tmp_path / "five", 16)
    make(tmp_path / "two", 2)
    with pytest.raises(UserError, match=r"expected pairs at scale 4 .* found scale 2, such as lq/0\.png"):
        quality_pairs(tmp_path / "two", 16, scale=4)
    with pytest.raises(UserError, match="multiples of the scale 2"):
        quality_pairs(tmp_path / "two", 15)
    write(tmp_path / "two/lq/9.png", numbered(5, 5))
    write(tmp_path / "two/hq/9.png", numbered(10, 10))
    source = quality_pairs(tmp_path / "two", 16)
    assert len(source) == 3
    assert "lq/9.png (has 5x5 pixels, fewer than 8x8)" in source.summary()
    with pytest.raises(UserError, match="folders of two qualities"):
        quality_pairs(tmp_path / "two/lq", 16)
    # What large pictures have beyond the last whole small pixel is cut.
    make(tmp_path / "rest", 2)
    write(tmp_path / "rest/hq/0.png", np.pad(enlarged(numbered(), 2), ((0, 1), (0, 1), (0, 0))))
    assert quality_pairs(tmp_path / "rest", 16).element_spec["source"].shape == (8, 8, 3)
