"""BiGAN: promises, its game against NumPy, ALI's encoder, penalties on pairs, and networks that do not fit."""

import keras
import numpy as np
import pytest

from kgan import BiGAN
from kgan.networks import bigan, mlp
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import plain_first

SIZE, LATENT = (4, 4), 3
DATA = {"image": images(18, SIZE)}
SMALL = {"latent_size": LATENT, "width": 5, "depth": 1, "normalization": None}


def make(stochastic=False, size=SIZE, latent_size=LATENT):
    return BiGAN(
        mlp.generator(SIZE, latent_size=LATENT, width=6, depth=1),
        bigan.encoder(SIZE, **SMALL | {"latent_size": latent_size}, stochastic=stochastic),
        bigan.discriminator(size, **SMALL),
    )


@pytest.mark.slow
@pytest.mark.parametrize("stochastic", [False, True], ids=["bigan", "ali"])
@plain_first
def test_bigan(way, stochastic):
    run_scheme_test(lambda: make(stochastic), DATA, PLAIN, **way)


@pytest.mark.parametrize("stochastic", [False, True], ids=["bigan", "ali"])
def test_the_game_equals_the_papers_in_numpy(stochastic):
    keras.utils.set_random_seed(1)
    model = make(stochastic)
    model.compile(penalty=None if stochastic else "r1", jit_compile=False)
    image = DATA["image"][:6]
    found, _, generated = terms(model, {"image": image})
    code, latent, drawn = (np.asarray(generated[name]) for name in ("code", "latent", "image"))
    logits = [
        np.asarray(model.discriminator({"image": x, "latent": z}))
        for x, z in ((image, code), (drawn, latent))
    ]
    np.testing.assert_allclose(drawn, np.asarray(model.generator(latent)), atol=1e-6)
    expected = {
        "discriminator/adversarial": mean(softplus(-logits[0])) + mean(softplus(logits[1])),
        "generator/adversarial": mean(softplus(logits[0])) + mean(softplus(-logits[1])),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    if stochastic:
        said = {name: np.asarray(value) for name, value in model.encoder(image).items()}
        noise = (code - said["mean"]) / np.exp(said["log_deviation"])
        assert 0.2 < noise.std() < 3
        assert np.abs(noise - latent).max() > 0.1
        assert said["log_deviation"].mean() == pytest.approx(-2.3, abs=0.7)
    else:
        np.testing.assert_allclose(code, np.asarray(model.encoder(image)), atol=1e-6)
        assert found["discriminator/r1"] == pytest.approx(slope_of_pairs(model, image, code), rel=1e-3)


def slope_of_pairs(model, image, code):
    """Half the mean squared slope of D in picture and latent together, by differences of the logits."""
    pixels = image.size // len(image)
    rows = np.concatenate([image.reshape(len(image), -1), code], axis=1)

    def logits(rows):
        picture = rows[:, :pixels].reshape(-1, *SIZE, 1)
        return np.asarray(model.discriminator({"image": picture, "latent": rows[:, pixels:]}), "float64")

    steps = np.eye(rows.shape[1], dtype="float32") * 1e-3
    slopes = np.concatenate([(logits(rows + step) - logits(rows - step)) / 2e-3 for step in steps], axis=1)
    return mean((slopes**2).sum(axis=1)) / 2


@pytest.mark.parametrize("stochastic", [False, True], ids=["bigan", "ali"])
def test_predict_encodes_and_draws_again(stochastic):
    model = make(stochastic)
    found = model({"image": DATA["image"][:4]})
    said = model.encoder(DATA["image"][:4])
    code = np.asarray(said["mean"] if stochastic else said)
    np.testing.assert_allclose(np.asarray(found["latent"]), code, atol=1e-6)
    np.testing.assert_allclose(np.asarray(found["image"]), np.asarray(model.generator(code)), atol=1e-6)
    assert model.sample(2).shape == (2, *SIZE, 1)


def test_networks_that_do_not_fit():
    with pytest.raises(
        ValueError, match=r"expected latents \(None, 3\).* received \(None, 2\), which the encoder"
    ):
        make(latent_size=2)
    with pytest.raises(ValueError, match="BiGAN: expected a network discriminator for images"):
        make(size=(4, 5))
    generator = mlp.generator(SIZE, latent_size=LATENT, width=6, depth=1)
    judge, encoder = bigan.discriminator(SIZE, **SMALL), bigan.encoder(SIZE, **SMALL)
    with pytest.raises(ValueError, match="expected a discriminator with inputs 'image' and 'latent'"):
        BiGAN(generator, encoder, mlp.discriminator(SIZE, width=4))
    two = keras.Model(encoder.input, {"mean": encoder.output, "deviation": encoder.output})
    with pytest.raises(
        ValueError, match=r"an encoder that returns latents, or {'mean', 'log_deviation'}, received"
    ):
        BiGAN(generator, two, judge)
