"""Fully connected networks, for small images and for points (Goodfellow et al. 2014, arXiv:1406.2661).

The paper's generator has rectifier and sigmoid, its discriminator maxout and dropout; here both have leaky
rectifiers and no dropout, and the image ends in tanh.
"""

import math

import keras
from keras import layers

from kgan.networks.parts import conditioning


def generator(
    image_size: tuple[int, int] | None = (28, 28),
    channels: int = 1,
    latent_size: int = 128,
    width: int = 256,
    depth: int = 3,
    classes: int = 0,
) -> keras.Model:
    """`depth` hidden layers of `width` units from a latent to an image, or to a point.

    Args:
        image_size: (height, width), any; None for points of `channels` coordinates, with a linear output.
        channels: channels of the image, or coordinates of the point.
        latent_size: length of the latent.
        width: units of each hidden layer.
        depth: number of hidden layers.
        classes: number of labels; with 0 the network takes the latent alone.

    Returns:
        `generator`: (batch, latent_size), or {"latent", "label"}, to (batch, height, width, channels) in [-1,
        1] or (batch, channels); float32.

    Example:
        >>> mlp.generator(None, channels=2, latent_size=8, width=64).output_shape
        (None, 2)
    """
    latent = inputs = keras.Input((latent_size,), name="latent")
    x = latent
    if classes:
        label = conditioning.label_input()
        inputs = {"latent": latent, "label": label}
        x = conditioning.labelled_latent(latent, label, classes)
    x = _hidden(x, width, depth)
    if image_size is None:
        x = layers.Dense(channels, dtype="float32", name="point")(x)
    else:
        shape = (*image_size, channels)
        x = layers.Dense(math.prod(shape), activation="tanh", dtype="float32", name="pixels")(x)
        x = layers.Reshape(shape, dtype="float32", name="image")(x)
    return keras.Model(inputs, x, name="generator")


def discriminator(
    image_size: tuple[int, int] | None = (28, 28),
    channels: int = 1,
    width: int = 256,
    depth: int = 3,
    classes: int = 0,
    outputs: int = 1,
    noise: float = 0.0,
) -> keras.Model:
    """`depth` hidden layers of `width` units from an image, or a point, to a logit.

    Args: as `generator`'s; a label is embedded and concatenated to the flattened image.
        outputs: how many logits, such as one a class for `SemiSupervisedGAN`.
        noise: deviation of the normal noise that training adds to what each hidden layer sees (as in the authors' code
            of Salimans et al. 2016, arXiv:1606.03498); 0 for none.

    Returns:
        `discriminator`: (batch, height, width, channels) or (batch, channels), or {"image", "label"}, to
        logits (batch, outputs), float32.
    """
    shape = (channels,) if image_size is None else (*image_size, channels)
    image = inputs = keras.Input(shape, name="image")
    x = image if image_size is None else layers.Flatten(name="pixels")(image)
    if classes:
        label = conditioning.label_input()
        inputs = {"image": image, "label": label}
        x = conditioning.labelled_latent(x, label, classes)
    x = _hidden(x, width, depth, noise)
    x = layers.Dense(outputs, dtype="float32", name="logit")(x)
    return keras.Model(inputs, x, name="discriminator")


def _hidden(x, width: int, depth: int, noise: float = 0.0):
    for index in range(1, depth + 1):
        if noise:
            x = layers.GaussianNoise(noise, name=f"noise_{index}")(x)
        x = layers.Dense(width, kernel_initializer="he_normal", name=f"hidden_{index}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    return x
