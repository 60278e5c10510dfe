"""SPADE: each term against NumPy, the modulation in closed form, classes that must fit."""

import keras
import numpy as np
import pytest

from kgan import SPADE
from kgan.layers import OneHotPlanes, SpatialModulation
from kgan.networks import multiscale_patchgan, patchgan, spade
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, terms
from tests.schemes.ways import plain_first

SIZE, CLASSES = (16, 16), 3
MAPS = np.random.default_rng(0).integers(0, CLASSES, (12, *SIZE, 1)).astype("int32")
DATA = {"source": MAPS, "target": images(12, SIZE, 3)}


def make(classes=CLASSES, judged=CLASSES):
    return SPADE(
        spade.generator(SIZE, classes=classes, width=2, hidden=2, depth=1, normalization="instance"),
        multiscale_patchgan.discriminator(
            source_channels=judged, patch=16, width=2, spectral_normalization=True, normalization=None
        ),
    )


@pytest.mark.slow
@plain_first
def test_spade(way):
    run_scheme_test(make, DATA, PLAIN, **way)


@pytest.fixture(scope="module")
def model():
    made = make()
    made.compile(jit_compile=False)
    return made


def halved(x):
    """Means of what there is of 3x3 pixels; with an even side the window begins at every second pixel."""
    found = np.zeros((len(x), x.shape[1] // 2, x.shape[2] // 2, x.shape[3]))
    for row in range(found.shape[1]):
        for column in range(found.shape[2]):
            window = x[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            found[:, row, column] = window.mean(axis=(1, 2))
    return found.astype("float32")


def test_terms_equal_the_papers_in_numpy(model):
    batch = {key: value[:3] for key, value in DATA.items()}
    found, totals, generated = terms(model, batch)
    planes = np.eye(CLASSES, dtype="float32")[batch["source"][..., 0]]
    expected = dict.fromkeys(
        ("discriminator/adversarial", "generator/adversarial", "generator/feature_matching"), 0
    )
    real, fake = batch["target"], np.asarray(generated["image"])
    for index in (1, 2):
        network = model.discriminator.get_layer(f"scale_{index}")
        (*inner_real, of_real), (*inner_fake, of_fake) = (
            [np.asarray(x, "float64") for x in network({"source": planes, "target": image})]
            for image in (real, fake)
        )
        hinge = mean(np.maximum(0, 1 - of_real)) + mean(np.maximum(0, 1 + of_fake))
        expected["discriminator/adversarial"] += hinge / 2
        expected["generator/adversarial"] -= mean(of_fake) / 2
        matched = sum(mean(np.abs(a - b)) for a, b in zip(inner_real, inner_fake, strict=True))
        expected["generator/feature_matching"] += matched / 2
        planes, real, fake = map(halved, (planes, real, fake))
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-3)
    total = expected["generator/adversarial"] + 10 * expected["generator/feature_matching"]
    assert totals["generator"] == pytest.approx(total, rel=1e-3)


def test_planes_and_modulation():
    planes = OneHotPlanes(3)(np.array([[[[2], [0], [3]]]], "int32"))
    np.testing.assert_array_equal(planes[0, 0], [[0, 0, 1], [1, 0, 0], [0, 0, 0]])
    x, gamma, beta = np.random.default_rng(0).normal(size=(3, 2, 4, 4, 5)).astype("float32")
    found = SpatialModulation()([x, np.concatenate([gamma, beta], axis=-1)])
    np.testing.assert_allclose(found, x * (1 + gamma) + beta, rtol=1e-5)


def test_maps_of_any_size_and_the_same_judges_as_patchgan(model):
    assert model.predict({"source": MAPS[:1, :11, :13]}, verbose=0).shape == (1, 11, 13, 3)
    one = patchgan.discriminator(3, CLASSES, 16, 2, True, None)
    assert model.discriminator.count_params() == 2 * one.count_params()
    assert [len(scale.outputs) for scale in model.scales] == [3, 3]


def test_classes_that_do_not_fit(model):
    with pytest.raises(
        ValueError, match="told 4 classes, as the generator is, received one with source_channels=3"
    ):
        make(classes=4)
    with pytest.raises(
        ValueError, match=r"classes in 'source' from 0 to 2, received 0 to 3\. Build networks for more"
    ):
        model.fit(
            MAPS[:2] * 0 + np.array([0, 3], "int32")[:, None, None, None], DATA["target"][:2], verbose=0
        )
    with pytest.raises(ValueError, match="expected a discriminator with layers 'scale_1'"):
        SPADE(model.generator, patchgan.discriminator(3, CLASSES, 16, 2))
    source = keras.Input((None, None, 1), name="source")
    plain = keras.Model(source, keras.layers.Conv2D(3, 1)(source))
    with pytest.raises(ValueError, match="expected a generator with a layer OneHotPlanes"):
        SPADE(plain, model.discriminator)
