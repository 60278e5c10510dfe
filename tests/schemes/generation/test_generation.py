"""Each scheme through `run_scheme_test`, and what its paper says of it."""

import numpy as np
import pytest

from kgan import BEGAN, DRAGAN, GAN, LSGAN, WGAN, WGANGP, ConditionalGAN
from kgan.networks import began, dcgan, mlp
from kgan.testing import run_scheme_test
from tests.schemes.ways import all_slow, plain_first

SIZE = (16, 16)
RANDOM = np.random.default_rng(0)
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.05}}
PLAIN = {"generator_optimizer": SGD, "discriminator_optimizer": SGD}


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    return {
        "image": random.uniform(-1, 1, (48, *SIZE, 1)).astype("float32"),
        "label": random.integers(0, 3, 48).astype("int32"),
    }


def networks(classes=0, normalization="batch", conditioning="concatenate"):
    return (
        dcgan.generator(SIZE, 1, latent_size=6, width=2, classes=classes),
        dcgan.discriminator(
            SIZE, 1, width=2, classes=classes, normalization=normalization, conditioning=conditioning
        ),
    )


def conditional(conditioning):
    return lambda: ConditionalGAN(*networks(3, conditioning=conditioning), 6, classes=3)


def images(data):
    return {"image": data["image"]}


@plain_first
def test_gan(data, way):
    run_scheme_test(lambda: GAN(*networks(), 6), images(data), {**PLAIN, "ema_decay": 0.9}, **way)


@all_slow
def test_wgan_gp_with_three_critic_steps(data, way):
    run_scheme_test(
        lambda: WGANGP(*networks(normalization=None), 6),
        images(data),
        {**PLAIN, "discriminator_steps": 3},
        **way,
    )


@pytest.mark.slow
@plain_first
def test_began(data, way):
    run_scheme_test(
        lambda: BEGAN(
            began.generator(SIZE, 1, latent_size=4, width=2),
            began.discriminator(SIZE, 1, width=2, hidden_size=4),
            latent_size=4,
            balance_rate=0.1,
        ),
        images(data),
        PLAIN,
        **way,
    )


@pytest.mark.slow
@plain_first
def test_conditional_gan_by_projection(data, way):
    run_scheme_test(conditional("projection"), data, {**PLAIN, "loss": "hinge"}, **way)


def test_conditional_gan_by_concatenation(data):
    run_scheme_test(conditional("concatenate"), data, {**PLAIN, "loss": "hinge"}, xla=False)


def points():
    return (
        mlp.generator(None, channels=2, latent_size=4, width=8, depth=2),
        mlp.discriminator(None, channels=2, width=8, depth=2),
    )


@pytest.mark.parametrize(
    "scheme", [LSGAN, *(pytest.param(scheme, marks=pytest.mark.slow) for scheme in (WGAN, DRAGAN))]
)
def test_named_schemes(scheme):
    run_scheme_test(
        lambda: scheme(*points(), 4), {"image": RANDOM.normal(size=(60, 2)).astype("float32")}, xla=False
    )
