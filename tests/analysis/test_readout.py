"""Features of convolutions, pooled as the paper pools them, and what a linear machine reads off them."""

import keras
import numpy as np
import pytest
from skimage.measure import block_reduce

from kgan.analysis.feature_maps import feature_maps, maps_of, max_pooled, pooled_features
from kgan.analysis.linear_readout import drawn, linear_readout
from kgan.networks import mlp

RANDOM = np.random.default_rng(0)


def network():
    """A convolution, batch normalization that shifts, a rectifier; a second convolution; patches of logits."""
    image = keras.Input((8, 8, 1), name="image")
    x = keras.layers.Conv2D(2, 1, name="first", kernel_initializer="ones")(image)
    x = keras.layers.BatchNormalization(beta_initializer="ones")(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.Conv2D(3, 2, 2, name="second", kernel_initializer="ones", activation="relu")(x)
    return keras.Model(image, keras.layers.Conv2D(1, 1, name="patches")(x))


def test_maps_are_taken_behind_normalization_and_rectifier_and_pooled_by_largest_value():
    model, images = network(), RANDOM.uniform(-3, 3, (3, 8, 8, 1)).astype("float32")
    assert list(feature_maps(model)) == ["first", "second"]
    first = np.maximum(images / np.sqrt(1.001) + 1, 0).repeat(2, axis=-1)
    second = block_reduce(first.sum(axis=-1, keepdims=True), (1, 2, 2, 1), np.sum).repeat(3, axis=-1)
    expected = np.concatenate(
        [block_reduce(first, (1, 2, 2, 1), np.max).reshape(3, -1), second.reshape(3, -1)], axis=1
    )
    np.testing.assert_allclose(pooled_features(model, images, batch_size=2), expected, rtol=1e-5, atol=1e-5)
    # Cells of maps that the grid does not divide overlap by a line; maps smaller than the grid stay.
    line = np.arange(6.0).reshape(1, 6, 1, 1)
    np.testing.assert_array_equal(max_pooled(line, 4).ravel(), [1, 2, 4, 5])


def test_networks_without_maps_are_told():
    with pytest.raises(
        ValueError, match="expected a functional network with convolutions before its last layer"
    ):
        feature_maps(mlp.discriminator((8, 8), width=4))
    with pytest.raises(ValueError, match="one of first, second, received 'third'"):
        maps_of(network(), "third")
    with pytest.raises(ValueError, match="a grid of at least 1, received 0"):
        pooled_features(network(), np.zeros((1, 8, 8, 1)), grid=0)


def test_a_linear_machine_reads_what_is_linear_and_nothing_else():
    labels = np.repeat(np.arange(3), 40)
    features = 4 * np.eye(3)[labels] + RANDOM.normal(size=(120, 3)) * 0.1
    found = linear_readout(features[::2], labels[::2], features[1::2], labels[1::2], (7, 60), draws=2)
    assert {count: len(values) for count, values in found.items()} == {7: 2, 60: 1}
    assert min(found[7].min(), found[60].min()) == 1.0
    # Four corners, crosswise alike: no line has more than three of them on the right side.
    corners = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]] * 10, "float64")
    crosswise = np.prod(corners, axis=1) > 0
    assert linear_readout(corners, crosswise, corners, crosswise, (40,))[40][0] <= 0.75


def test_labels_are_drawn_evenly():
    labels = np.repeat(np.arange(3), 10)
    chosen = drawn(labels, 8, seed=1)
    assert (np.bincount(labels[chosen]).tolist(), len(set(chosen))) == ([3, 3, 2], 8)
    with pytest.raises(
        ValueError, match="expected between 6 and 30 labels of 3 classes, or all 30, received 5"
    ):
        drawn(labels, 5, seed=0)
