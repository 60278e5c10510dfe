"""Guided backpropagation and DeepDream, on networks whose gradients are known by hand."""

import keras
import numpy as np
import pytest

from kgan.analysis.deep_dream import deep_dream
from kgan.analysis.guided_backpropagation import filter_responses, guided_gradients

RANDOM = np.random.default_rng(0)


def rectified(rectifier):
    """h = (f(x), f(-x)) of each of 4x4 pixels; one number relu(10 + sum(2 h0 - 3 h1)), and a second filter of zeros."""
    image = keras.Input((4, 4, 1), name="image")
    first = keras.layers.Conv2D(2, 1, use_bias=False, name="first")
    second = keras.layers.Conv2D(2, 4, activation="relu", name="second")
    maps = second(rectifier(first(image)))
    network = keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(maps)))
    first.set_weights([np.array([1.0, -1.0]).reshape(1, 1, 1, 2)])
    kernel = np.tile(np.array([[2.0, 0.0], [-3.0, 0.0]]), (4, 4, 1, 1))
    second.set_weights([kernel, np.array([10.0, -1.0])])
    return network


@pytest.mark.parametrize(
    ("rectifier", "slope"), [(keras.layers.ReLU(), 0.0), (keras.layers.LeakyReLU(0.2), 0.2)]
)
def test_only_what_speaks_for_a_filter_comes_back(rectifier, slope):
    network, images = rectified(rectifier), RANDOM.uniform(-0.5, 0.5, (3, 4, 4, 1)).astype("float32")

    def f(x):
        return np.where(x > 0, x, slope * x)

    answers = np.maximum(10 + np.sum(2 * f(images) - 3 * f(-images), axis=(1, 2, 3)), 0)
    assert answers.min() > 0
    found = filter_responses(network, images, batch_size=2)
    np.testing.assert_allclose(found, np.stack([answers, np.zeros(3)], axis=1), rtol=1e-5)
    # The whole gradient would be 2 f'(x) + 3 f'(-x): what -3 gives is negative at the rectifier, and stays there.
    expected = 2 * np.where(images > 0, 1, slope)
    gradients = guided_gradients(network, images, [0, 0, 1])
    np.testing.assert_allclose(gradients[:2], expected[:2], rtol=1e-5)
    np.testing.assert_array_equal(gradients[2], 0)
    with pytest.raises(ValueError, match=r"a filter from 0 to 1 for each of 3 images, received \[0, 2, 0\]"):
        guided_gradients(network, images, [0, 2, 0])


def linear():
    """Maps 3 x: the mean of their squares has the gradient 18 x / pixels."""
    image = keras.Input((8, 8, 1), name="image")
    maps = keras.layers.Conv2D(
        1, 1, use_bias=False, kernel_initializer=keras.initializers.Constant(3.0), name="maps"
    )(image)
    return keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(maps)))


def test_a_dream_climbs_what_a_layer_answers():
    network, images = linear(), RANDOM.uniform(-0.5, 0.5, (2, 12, 9, 1)).astype("float32")
    expected = images.astype("float64")
    for _ in range(3):
        size = np.abs(expected).mean(axis=(1, 2, 3), keepdims=True)
        expected = np.clip(expected + 0.1 * expected / size, -1, 1)
    found = deep_dream(network, images, steps=3, rate=0.1, octaves=1, jitter=3)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    # One color stays one color in every size, and gets rate a step.
    plain = deep_dream(network, np.full((1, 16, 16, 1), -0.2), steps=2, rate=0.05, octaves=2)
    np.testing.assert_allclose(plain, -0.2 - 4 * 0.05, atol=1e-5)


def test_dreams_of_nothing_are_told():
    with pytest.raises(
        ValueError, match=r"at least 8 pixels a side in the smallest of 3 sizes, received \[12, 12\]"
    ):
        deep_dream(linear(), np.zeros((1, 12, 12, 1)))
    with pytest.raises(ValueError, match="expected steps and octaves of at least 1"):
        deep_dream(linear(), np.zeros((1, 16, 16, 1)), steps=0)
