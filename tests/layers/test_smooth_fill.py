"""Filling smoothly, against what a thin plate does in closed form and against scikit-image."""

import numpy as np
import pytest
from skimage.data import astronaut
from skimage.restoration import inpaint_biharmonic

from kgan.layers import SmoothFill


def centre_hole(height, width, side):
    mask = np.zeros((1, height, width, 1), "float32")
    top, left = (height - side) // 2, (width - side) // 2
    mask[:, top : top + side, left : left + side] = 1
    return mask


def test_a_plane_goes_on_through_the_hole():
    row, column = np.mgrid[:40, :48]
    plane = np.stack([0.02 * row - 0.3, 0.01 * column, 0.02 * (row - column)], -1)[None].astype("float32")
    mask = centre_hole(40, 48, 16)
    filled = SmoothFill(levels=3, sweeps=60)([np.where(mask > 0, 9.0, plane).astype("float32"), mask]).numpy()
    np.testing.assert_array_equal(filled[:, :12], plane[:, :12])
    assert np.abs(filled - plane).max() < 0.02
    mean = np.abs(plane - plane[mask[..., 0] == 0].mean(0))[mask[..., 0] > 0].mean()
    assert np.abs(filled - plane)[mask[..., 0] > 0].mean() < 0.05 * mean


def test_a_membrane_goes_straight_from_one_side_to_the_other():
    image = np.zeros((1, 4, 20, 1), "float32")
    image[:, :, 14:] = 1.0
    mask = np.zeros_like(image)
    mask[:, :, 5:14] = 1
    filled = SmoothFill(1, levels=2, sweeps=100)([image, mask]).numpy()
    np.testing.assert_allclose(filled[0, 1, 5:14, 0], np.arange(1, 10) / 10, atol=0.01)
    # A plate that leaves both sides level is an S.
    filled = SmoothFill(2, levels=2, sweeps=200)([image, mask]).numpy()[0, 1, 5:14, 0]
    place = np.arange(1, 10) / 10
    assert np.abs(filled - (3 * place**2 - 2 * place**3)).max() < 0.06


def test_it_comes_near_scikit_image_on_a_photograph():
    photograph = astronaut()[20:148:2, 180:308:2].astype("float32") / 127.5 - 1
    mask = centre_hole(64, 64, 32)
    hole = mask[0, ..., 0] > 0
    theirs = inpaint_biharmonic(np.where(hole[..., None], 0, photograph), hole, channel_axis=-1)
    ours = SmoothFill()([photograph[None], mask]).numpy()[0]
    error, other = (np.abs(filled - photograph)[hole].mean() for filled in (ours, theirs))
    assert error < 1.1 * other


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (33, 70)])
def test_nothing_missing_and_everything_missing(size):
    image = np.random.default_rng(0).uniform(-1, 1, (2, *size, 3)).astype("float32")
    none, everything = np.zeros((2, *size, 1), "float32"), np.ones((2, *size, 1), "float32")
    np.testing.assert_array_equal(SmoothFill()([image, none]), image)
    np.testing.assert_array_equal(SmoothFill()([image, everything]), np.zeros_like(image))


def test_images_of_a_batch_do_not_see_each_other():
    image = np.random.default_rng(0).uniform(-1, 1, (2, 20, 24, 3)).astype("float32")
    mask = np.concatenate([centre_hole(20, 24, 8), centre_hole(20, 24, 14)])
    together = SmoothFill()([image, mask]).numpy()
    apart = [SmoothFill()([image[i : i + 1], mask[i : i + 1]]).numpy()[0] for i in range(2)]
    np.testing.assert_allclose(together, apart, atol=1e-5)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="expected order 1 or 2, levels of at least 1"):
        SmoothFill(levels=0)
