"""Which features a super-resolution training compares, what it says of them, and by which formula."""

import keras
import numpy as np
import pytest

from kgan.networks.features import cache, catalog
from kgan.objectives import Perceptual
from kgan.tasks.super_resolution.perceptual import OWN_WEIGHTS, perceptual


def network(names):
    x = image = keras.Input((None, None, 3))
    outputs = {}
    for name in names:
        x = outputs[name] = keras.layers.Conv2D(4, 1, name=name)(x)
    return keras.Model(image, outputs)


@pytest.fixture
def loaded(monkeypatch):
    """Networks by the list's names, with its layers' names and random weights."""
    made = {}

    def load(name, *_, **__):
        made[name] = network(catalog.find(name).layers)
        return made[name]

    monkeypatch.setattr(cache, "load", load)
    return made


@pytest.mark.parametrize("name", ["vgg16-hed", "lpips-vgg16-hed"])
def test_features_of_a_package_train_by_their_own_formula_and_are_named(loaded, name):
    said = []
    objective, weights = perceptual(name, (), "srgan", said.append)
    assert weights == OWN_WEIGHTS
    (line,) = said
    assert catalog.find(name).title in line
    random = np.random.default_rng(0)
    a, b = (random.uniform(-1, 1, (2, 5, 6, 3)).astype("float32") for _ in range(2))
    expected = 0.0
    maps_a, maps_b = (
        {key: np.asarray(x, "float64") for key, x in loaded[name](image).items()} for image in (a, b)
    )
    for key in maps_a:
        if name == "lpips-vgg16-hed":  # lengths and weights stand in the maps
            expected += ((maps_a[key] - maps_b[key]) ** 2).mean()
        else:
            unit = [m[key] / np.linalg.norm(m[key], axis=-1, keepdims=True) for m in (maps_a, maps_b)]
            expected += ((unit[0] - unit[1]) ** 2).sum(axis=-1).mean()
    assert float(objective(keras.ops.array(a), keras.ops.array(b))) == pytest.approx(expected, rel=1e-4)


def test_auto_takes_what_is_here_and_says_for_what_it_stands_in(loaded, monkeypatch):
    monkeypatch.setattr(cache, "is_here", lambda name: name == "vgg16-hed")
    said = []
    objective, _ = perceptual("auto", (), "esrgan", said.append)
    assert list(objective.layers) == list(catalog.find("vgg16-hed").layers)
    assert "vgg16-hed stands in for vgg19" in said[0]


def test_random_features_are_the_last_resort_and_say_so(monkeypatch):
    monkeypatch.setattr(cache, "choose", lambda use: (None, "no way to the site"))
    said = []
    objective, _ = perceptual("auto", (), "srgan", said.append)
    assert isinstance(objective, Perceptual)
    assert said == ["Perceptual loss: fixed random convolutions stand in for VGG19 (no way to the site)"]
