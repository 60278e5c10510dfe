"""Five schemes on tiny networks, and data for them: what the tables of Keras's expectations run over."""

import keras
import numpy as np
import pytest

from kgan import GAN, SRGAN, WGANGP, CycleGAN, Pix2Pix

SGD = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
COUNT, BATCH = 32, 8


def drawing():
    """A generator from four numbers to an 8x8 picture."""
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(64, activation="tanh"), keras.layers.Reshape((8, 8, 1))]
    )


def judge():
    # Few inputs, so that squared errors do not diverge at SGD's rate.
    pooled = keras.layers.AveragePooling2D(4)
    return keras.Sequential([keras.Input((8, 8, 1)), pooled, keras.layers.Flatten(), keras.layers.Dense(1)])


def translator(size=8, scale=1):
    return keras.Sequential(
        [
            keras.Input((size, size, 1)),
            keras.layers.UpSampling2D(scale),
            keras.layers.Conv2D(1, 1, activation="tanh"),
        ]
    )


SCHEMES = {
    "GAN": lambda: GAN(drawing(), judge(), latent_size=4),
    "WGANGP": lambda: WGANGP(drawing(), judge(), latent_size=4),
    "Pix2Pix": lambda: Pix2Pix(translator(), judge()),
    "CycleGAN": lambda: CycleGAN(
        translator(), translator(), judge(), judge(), image_size=(8, 8), pool_size=0
    ),
    "SRGAN": lambda: SRGAN(translator(4, 2), judge()),
}
# Every scheme in the slow tests; without them, one of each kind: a plain step, several turns a step, pairs.
QUICK = ("GAN", "Pix2Pix")
CASES = [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in SCHEMES]


def made(name, **settings):
    """A compiled model of one scheme, the same each time."""
    keras.utils.set_random_seed(1)
    model = SCHEMES[name]()
    settings = {"jit_compile": False, "generator_optimizer": SGD, "discriminator_optimizer": SGD, **settings}
    if name == "WGANGP":
        settings = {"discriminator_steps": 2, **settings}
    model.compile(**settings)
    return model


def data(name, count=COUNT):
    """Arrays by key; sample i is near i / count, so that order can be read off."""
    random = np.random.default_rng(0)
    level = np.arange(count).reshape(-1, 1, 1, 1) / count
    images = (0.02 * random.uniform(-1, 1, (count, 8, 8, 1)) + level - 0.5).astype("float32")
    keys = {"GAN": ("image",), "WGANGP": ("image",), "CycleGAN": ("a", "b")}.get(name, ("source", "target"))
    arrays = {key: images if index == 0 else images[::-1].copy() for index, key in enumerate(keys)}
    if name == "SRGAN":
        arrays = {"source": images[:, ::2, ::2], "target": images}
    return arrays


def weights(model):
    """Every weight, copied."""
    return [np.asarray(keras.ops.convert_to_numpy(variable)).copy() for variable in model.weights]


def assert_same(first, second, tolerance=0.0):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)
