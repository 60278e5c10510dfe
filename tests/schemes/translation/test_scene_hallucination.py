"""SceneHallucination: what both sides are told, its terms against NumPy, networks that do not fit."""

import numpy as np
import pytest

from kgan import SceneHallucination
from kgan.layers import AttributePlanes
from kgan.networks import multiscale_patchgan, spade
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, terms
from tests.schemes.ways import all_slow

SIZE, CLASSES, ATTRIBUTES = (16, 16), 3, 2
RANDOM = np.random.default_rng(0)
DATA = {
    "source": RANDOM.integers(0, CLASSES, (12, *SIZE, 1)).astype("int32"),
    "attributes": RANDOM.normal(size=(12, ATTRIBUTES)).astype("float32"),
    "target": images(12, SIZE, 3),
}


def make(attributes=ATTRIBUTES, judged=CLASSES + ATTRIBUTES):
    sizes = {"width": 2, "hidden": 2, "depth": 1, "normalization": "instance"}
    return SceneHallucination(
        spade.generator(SIZE, classes=CLASSES, attributes=attributes, **sizes),
        multiscale_patchgan.discriminator(
            source_channels=judged,
            patch=16,
            width=2,
            scales=1,
            spectral_normalization=True,
            normalization=None,
        ),
    )


@all_slow
def test_scene_hallucination(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_the_judge_is_told_classes_and_attributes():
    model = make()
    model.compile(jit_compile=False)
    batch = {name: value[:3] for name, value in DATA.items()}
    found, _, generated = terms(model, batch)
    planes = np.eye(CLASSES)[batch["source"][..., 0]]
    whole = np.ones((3, *SIZE, 1)) * batch["attributes"][:, None, None]
    told = np.concatenate([planes, whole], axis=-1).astype("float32")
    judge = model.discriminator.get_layer("scale_1")
    (*inner_real, real), (*inner_fake, fake) = (
        [np.asarray(x, "float64") for x in judge({"source": told, "target": np.asarray(image)})]
        for image in (batch["target"], generated["image"])
    )
    expected = {
        "discriminator/adversarial": mean(np.maximum(0, 1 - real)) + mean(np.maximum(0, 1 + fake)),
        "generator/adversarial": -mean(fake),
        "generator/feature_matching": sum(
            mean(np.abs(a - b)) for a, b in zip(inner_real, inner_fake, strict=True)
        ),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-3)


def test_attributes_change_the_whole_picture():
    model = make()
    other = {**DATA, "attributes": DATA["attributes"] + 1}
    first, second = (
        model.predict({name: given[name][:2] for name in ("source", "attributes")}, verbose=0)
        for given in (DATA, other)
    )
    assert (np.abs(first - second).max(axis=-1) > 1e-6).mean() > 0.9
    planes = AttributePlanes()([np.zeros((1, 2, 2, 1), "float32"), np.array([[3.0, 4.0]], "float32")])
    np.testing.assert_array_equal(planes[0, 1], [[0, 3, 4], [0, 3, 4]])


def test_networks_that_do_not_fit():
    with pytest.raises(
        ValueError, match=r"with inputs 'source' and 'attributes', received one with \['source'\]"
    ):
        make(attributes=0)
    with pytest.raises(
        ValueError, match=r"a discriminator told 5 classes, .* received one with source_channels=3"
    ):
        make(judged=3)
    model = make()
    model.compile(jit_compile=False)
    with pytest.raises(ValueError, match="attributes"):
        model.fit({**DATA, "attributes": DATA["attributes"][:, :1]}, batch_size=4, verbose=0)
