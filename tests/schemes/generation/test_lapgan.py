"""LAPGAN: each level's terms against NumPy, levels that do not learn of each other, the chain."""

import keras
import numpy as np
import pytest

from kgan import LAPGAN
from kgan.layers import BilinearDoubling, HalfSize
from kgan.networks import dcgan, lapgan
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import plain_first

SIZE = (16, 16)
TINY = {"image_size": SIZE, "channels": 1, "width": 1}
DATA = {"image": images(24, SIZE)}


def make(classes=0):
    networks = (
        lapgan.generator(**TINY, latent_size=4, classes=classes),
        lapgan.discriminator(**TINY, classes=classes),
    )
    return LAPGAN(*networks, latent_size=4, classes=classes)


@pytest.mark.slow
@plain_first
def test_lapgan(way):
    run_scheme_test(make, DATA, PLAIN, **way)


@pytest.mark.slow
def test_lapgan_with_labels():
    data = {**DATA, "label": np.arange(24, dtype="int32") % 3}
    run_scheme_test(lambda: make(classes=3), data, PLAIN, xla=False)


@pytest.fixture(scope="module")
def model():
    made = make()
    made.compile(jit_compile=False)
    return made


def test_terms_equal_the_papers_in_numpy(model):
    batch = {"image": images(6, SIZE, seed=3)}
    found, _, generated = terms(model, batch)
    coarse = np.asarray(HalfSize()(batch["image"]))
    low = np.asarray(BilinearDoubling()(coarse))
    noise = np.asarray(model.draw(batch, "noise 1", (6, 256)))
    fine = model.generator.get_layer("level_1")({"low": low, "noise": noise})
    np.testing.assert_allclose(generated["level_1"], low + np.asarray(fine), atol=1e-5)
    expected = {}
    for level, real, size in ((0, coarse, "8x8"), (1, batch["image"], "16x16")):
        judge = model.discriminator.get_layer(f"level_{level}")
        real, fake = judge(real), judge(generated[f"level_{level}"])
        expected[f"discriminator/adversarial_{size}"] = mean(softplus(-np.asarray(real))) + mean(
            softplus(fake)
        )
        expected[f"generator/adversarial_{size}"] = mean(softplus(-np.asarray(fake)))
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)


def test_no_level_learns_of_another():
    model = make()
    model.compile(jit_compile=False, run_eagerly=True, loss_weights={"adversarial_16x16": 0.0}, **PLAIN)
    before = [
        [variable.numpy() for variable in network.trainable_variables]
        for pair in model.levels
        for network in pair
    ]
    model.train_on_batch({"image": DATA["image"][:4]})
    after = [network.trainable_variables for pair in model.levels for network in pair]
    moved = [
        any(np.any(a != b.numpy()) for a, b in zip(*both, strict=True))
        for both in zip(before, after, strict=True)
    ]
    assert moved == [True, True, False, False]


def test_the_chain_goes_from_coarse_to_fine(model):
    inputs = model.sample_inputs(3, seed=1)
    chain = model.chain(inputs)
    assert [image.shape[1:3] for image in chain] == [(8, 8), (16, 16)]
    np.testing.assert_allclose(chain[-1], model.sample(3, seed=1), atol=1e-5)
    noise = model.noise_of(inputs["latent"])
    np.testing.assert_allclose(
        model.generator({**inputs, "noise": noise}), chain[-1], atol=1e-5
    )  # the network by itself, fed the same
    many = np.asarray(model.noise_of(keras.random.normal((2000, 4), seed=0)))
    assert (many.mean(), many.std()) == (pytest.approx(0, abs=0.05), pytest.approx(1, abs=0.1))


def test_networks_that_do_not_fit(model):
    with pytest.raises(ValueError, match=r"with a layer a level.*received 0 and 0\. Build both with lapgan"):
        LAPGAN(dcgan.generator(SIZE, 1, 4, width=1), dcgan.discriminator(SIZE, 1, width=1), latent_size=4)
    larger = lapgan.discriminator((32, 32), 1, width=1)
    with pytest.raises(ValueError, match="received 2 and 3"):
        LAPGAN(model.generator, larger, latent_size=4)
    with pytest.raises(ValueError, match="received 12x12"):
        lapgan.generator((12, 12))
