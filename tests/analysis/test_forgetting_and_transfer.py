"""A generator without the maps of an object, and networks that go on as classifiers."""

import keras
import numpy as np
import pytest

from kgan.analysis.forgetting import object_weights, places_inside, without_maps
from kgan.analysis.transfer import classifier_from, transfer_table

RANDOM = np.random.default_rng(0)


def generator():
    """A latent is two maps of 4x4, rectified; the picture is tanh(map 0 + 2 map 1)."""
    latent = keras.Input((32,), name="latent")
    x = keras.layers.Reshape((4, 4, 2))(latent)
    maps = keras.layers.Conv2D(2, 1, use_bias=False, activation="relu", name="maps")
    last = keras.layers.Conv2D(1, 1, use_bias=False, activation="tanh", name="image")
    network = keras.Model(latent, last(maps(x)))
    maps.set_weights([np.eye(2).reshape(1, 1, 2, 2)])
    last.set_weights([np.array([1.0, 2.0]).reshape(1, 1, 2, 1)])
    return network


def test_the_maps_of_an_object_are_found_and_forgotten():
    network, boxes = generator(), [np.array([[0, 0, 0.5, 0.5]]), np.zeros((0, 4)), np.array([[0.5, 0, 1, 1]])]
    inside = np.zeros((3, 4, 4), bool)
    inside[0, :2, :2] = inside[2, 2:] = True
    np.testing.assert_array_equal([places_inside(some, (4, 4)) for some in boxes], inside)
    # Map 0 is bright where there is no object, map 1 where there is one.
    latents = RANDOM.uniform(0, 0.2, (3, 4, 4, 2)) + np.stack([~inside, inside], axis=-1)
    weights = object_weights(network, latents.reshape(3, -1), boxes)
    assert np.flatnonzero(weights > 0).tolist() == [1]
    without = without_maps(network, [1])
    found = without(latents.reshape(3, -1).astype("float32"))
    np.testing.assert_allclose(found[..., 0], np.tanh(latents[..., 0]), atol=1e-6)
    whole = network(latents.reshape(3, -1).astype("float32"))
    np.testing.assert_allclose(whole[..., 0], np.tanh(latents @ [1, 2]), atol=1e-6)


def test_boxes_that_mean_nothing_are_told():
    latents, nowhere = np.zeros((2, 32)), [np.zeros((0, 4))] * 2
    with pytest.raises(ValueError, match="boxes for each of 2 samples, received 1"):
        object_weights(generator(), latents, nowhere[:1])
    with pytest.raises(ValueError, match="received 0 and 32 of the layer's 4x4 a sample"):
        object_weights(generator(), latents, nowhere)
    with pytest.raises(
        ValueError, match=r"in parts of the picture, 0 to 1, received \[\[0.0, 0.0, 8.0, 8.0\]\]"
    ):
        places_inside(np.array([[0, 0, 8, 8]]), (4, 4))
    with pytest.raises(ValueError, match=r"expected maps from 0 to 1, received \[2\]"):
        without_maps(generator(), [2])


def test_a_network_goes_on_as_a_classifier_and_stays_as_it_was():
    image = keras.Input((4, 4, 1), name="image")
    maps = keras.layers.Conv2D(2, 2, activation="relu", name="maps")(image)
    network = keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(maps)))
    before = [weight.copy() for weight in network.get_weights()]
    classifier = classifier_from(network, classes=3)
    assert classifier.output_shape == (None, 3)
    for mine, theirs in zip(classifier.get_weights()[:2], before[:2], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    labels = np.arange(40) % 2
    images = (2.0 * labels - 1).reshape(-1, 1, 1, 1) + RANDOM.normal(size=(40, 4, 4, 1)) * 0.1
    halves = images[:20].astype("float32"), labels[:20], images[20:].astype("float32"), labels[20:]
    found = transfer_table({"given": (network, "maps")}, *halves, counts=(4,), draws=1, steps=60, rate=0.03)
    assert {name: {count: v.tolist() for count, v in by.items()} for name, by in found.items()} == {
        "given": {4: [1.0]}
    }
    for now, then in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
