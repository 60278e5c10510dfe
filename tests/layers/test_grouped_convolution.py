"""Grouped convolution and learned grids against loops in NumPy and against Keras's own grouped convolution."""

import keras
import numpy as np
import pytest

from kgan.layers import GridSum, GroupedConv2D, LearnedGrid
from kgan.layers.initializers import LEAKY_GAIN, fan_in_normal

RNG = np.random.default_rng(0)


def test_each_group_sees_its_own_channels_only():
    x = RNG.normal(size=(2, 5, 4, 6)).astype("float32")
    layer = GroupedConv2D(4, 3, groups=2, kernel_initializer="glorot_uniform")
    y = np.asarray(layer(x))
    kernel, bias = RNG.normal(size=(3, 3, 3, 4)), RNG.normal(size=4)
    layer.set_weights([kernel, bias])
    y = np.asarray(layer(x))
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = np.zeros((2, 5, 4, 4))
    for out in range(4):
        own = slice(0, 3) if out < 2 else slice(3, 6)
        for i in range(5):
            for j in range(4):
                window = padded[:, i : i + 3, j : j + 3, own]
                expected[:, i, j, out] = (window * kernel[..., out]).sum((1, 2, 3)) + bias[out]
    np.testing.assert_allclose(y, expected, atol=1e-5)


def test_same_numbers_and_weights_as_keras():
    x = RNG.normal(size=(2, 6, 6, 8)).astype("float32")
    ours, theirs = GroupedConv2D(12, 3, groups=4), keras.layers.Conv2D(12, 3, padding="same", groups=4)
    ours(x), theirs(x)
    theirs.set_weights(ours.get_weights())
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-5)


def test_initial_weights_keep_the_variance_of_what_they_see():
    layer = GroupedConv2D(512, 3, groups=8, kernel_initializer=fan_in_normal(LEAKY_GAIN))
    layer.build((None, 8, 8, 128))
    fan_in, leaky = 9 * 16, 2 / (1 + 0.2**2)
    assert float(np.var(layer.kernel)) == pytest.approx(leaky / fan_in, rel=0.02)
    np.testing.assert_array_equal(fan_in_normal(0)((2, 2)), np.zeros((2, 2)))


def test_a_grid_from_a_vector_and_back():
    v, x = RNG.normal(size=(3, 5)).astype("float32"), RNG.normal(size=(3, 2, 4, 5)).astype("float32")
    grid, back = LearnedGrid(2, 4), GridSum()
    y, z = grid(v), back(x)
    np.testing.assert_allclose(y, np.einsum("bc,ijc->bijc", v, np.asarray(grid.grid)), atol=1e-6)
    np.testing.assert_allclose(z, np.einsum("bijc,ijc->bc", x, np.asarray(back.grid)), atol=1e-5)


def test_groups_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match="received 6 and 4"):
        GroupedConv2D(6, 3, groups=4)
    with pytest.raises(ValueError, match="channels that 4 groups divide, received 6"):
        GroupedConv2D(8, 3, groups=4)(np.zeros((1, 4, 4, 6), "float32"))
