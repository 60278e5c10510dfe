"""LaMa's network: its parameters in closed form, any size, and what it sees."""

import numpy as np
import pytest

from kgan.layers import SmoothFill
from kgan.networks import lama
from kgan.tiles.receptive_field import reach


def expected(width, blocks, channels=3):
    """Trainable parameters, counted by hand: kernels, and two a channel for each batch normalization."""
    inner = 8 * width
    of_globe = inner * 3 // 4
    local, half = inner - of_globe, of_globe // 2
    start = (channels + 1) * 49 * width + 2 * width
    down = sum(9 * width * k * width * 2 * k + 2 * width * 2 * k for k in (1, 2, 4))
    fourier = 2 * half * 2 * half + 2 * 2 * half
    spectral = of_globe * half + 2 * half + fourier + half * of_globe
    layer = 9 * (local * local + 2 * local * of_globe) + spectral + 2 * inner
    up = sum(9 * width * 2 * k * width * k + 3 * width * k for k in (4, 2, 1))
    return start + down + 2 * blocks * layer + up + 49 * width * channels + channels


def trainable(network):
    return sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)


def test_parameters():
    assert trainable(lama.generator(width=4, blocks=2)) == expected(4, 2)
    # What the docstring says of the paper's sizes: 27 M and 51 M there.
    assert (expected(64, 9), expected(64, 18), expected(16, 3)) == (27_048_835, 50_975_875, 700_771)
    assert [round(expected(64, blocks) / 1e6) for blocks in (9, 18)] == [27, 51]


def test_any_size_and_the_hole_is_not_seen():
    network = lama.generator(width=2, blocks=1)
    random = np.random.default_rng(0)
    image = random.uniform(-1, 1, (1, 21, 34, 3)).astype("float32")
    mask = np.zeros((1, 21, 34, 1), "float32")
    mask[:, 5:12, 7:20] = 1
    made = np.asarray(network({"image": image, "mask": mask}))
    assert made.shape == image.shape
    other = np.where(mask > 0, random.uniform(-1, 1, image.shape).astype("float32"), image)
    np.testing.assert_array_equal(network({"image": other, "mask": mask}), made)


def test_a_share_that_leaves_nothing():
    with pytest.raises(ValueError, match="global_share of 16 channels that leaves some local"):
        lama.generator(width=2, global_share=1.0)


def test_a_smooth_start_begins_with_the_smooth_filling_and_sees_all_of_it():
    network = lama.generator(width=2, blocks=1, smooth_start=True)
    assert trainable(network) == expected(2, 1)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 16, 24, 3)).astype("float32")
    mask = np.zeros((1, 16, 24, 1), "float32")
    mask[:, 5:9, 7:12] = 1
    smooth = SmoothFill(1, sweeps=2)([image, mask])
    np.testing.assert_allclose(network({"image": image, "mask": mask}), smooth, atol=1e-6)
    assert reach(network).around == np.inf
