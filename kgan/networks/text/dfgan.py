"""DF-GAN: one stage, the sentence fused into every block (Tao et al. 2022, arXiv:2008.05865, figures 2 and 4).

Generator: the latent, a linear layer, then blocks that double the size, each a residual with two fusion blocks and two
3x3 convolutions; a fusion block is twice an affine transformation by the sentence with a rectifier. Discriminator:
blocks that halve the size, each a residual of a 4x4 convolution with stride and a 3x3 one; the sentence is repeated
over the last grid, and two convolutions give one logit (one-way output).
"""

import keras
from keras import layers

from kgan.layers.text_affine import TextAffine
from kgan.networks.text.large_grid import large_grid

MOST = 8  # the widest block has so many times the width


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 100,
    text_size: int = 256,
    width: int = 32,
    hidden: int = 256,
    latent_in_fusion: bool = True,
) -> keras.Model:
    """Latent and sentence to an image.

    Args:
        image_size: (height, width), 16 to 256 pixels; multiples of 4 to 64, as for `dcgan`.
        channels: of the image.
        latent_size: numbers in the latent.
        text_size: numbers in the sentence's embedding.
        width: channels of the last block, doubled towards the start up to eight times.
        hidden: numbers inside each affine transformation.
        latent_in_fusion: whether the affine transformations see the latent beside the sentence, which varies pictures
            of one sentence more.

    Returns:
        `generator`: {"latent", "text"} to (batch, height, width, channels) in [-1, 1].
    """
    doublings, (rows, columns) = large_grid(image_size, "dfgan.generator")
    latent = keras.Input((latent_size,), name="latent")
    text = keras.Input((text_size,), name="text")
    condition = layers.Concatenate(name="condition")([latent, text]) if latent_in_fusion else text
    filters = width * min(2**doublings, MOST)
    x = layers.Dense(rows * columns * filters, name="start")(latent)
    x = layers.Reshape((rows, columns, filters), name="start_grid")(x)
    for index in range(1, doublings + 1):
        filters = width * min(2 ** (doublings - index), MOST)
        x = layers.UpSampling2D(2, name=f"up_{index}")(x)
        residual = x
        for part in (1, 2):
            for turn in (1, 2):
                name = f"{index}_{part}_{turn}"
                residual = TextAffine(hidden, name=f"affine_{name}")([residual, condition])
                residual = layers.LeakyReLU(0.2, name=f"leaky_{name}")(residual)
            residual = layers.Conv2D(filters, 3, padding="same", name=f"convolution_{index}_{part}")(residual)
        if x.shape[-1] != filters:
            x = layers.Conv2D(filters, 1, name=f"shortcut_{index}")(x)
        x = layers.Add(name=f"block_{index}")([x, residual])
    x = layers.LeakyReLU(0.2, name="leaky")(x)
    x = layers.Conv2D(channels, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    return keras.Model({"latent": latent, "text": text}, x, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    text_size: int = 256,
    width: int = 32,
) -> keras.Model:
    """Image and sentence to one logit; nothing is normalized, as the penalty is per sample.

    Args:
        image_size, channels, text_size: as for `generator`.
        width: channels next to the image, doubled by each halving up to eight times.

    Returns:
        `discriminator`: {"image", "text"} to logits (batch, 1), float32.
    """
    halvings, (rows, columns) = large_grid(image_size, "dfgan.discriminator")
    image = keras.Input((*image_size, channels), name="image")
    text = keras.Input((text_size,), name="text")
    x = layers.Conv2D(width, 3, padding="same", name="first")(image)
    for index in range(1, halvings + 1):
        filters = width * min(2**index, MOST)
        residual = layers.Conv2D(filters, 4, 2, "same", name=f"down_{index}")(x)
        residual = layers.LeakyReLU(0.2, name=f"leaky_{index}_1")(residual)
        residual = layers.Conv2D(filters, 3, padding="same", name=f"convolution_{index}")(residual)
        residual = layers.LeakyReLU(0.2, name=f"leaky_{index}_2")(residual)
        # Pooled before the 1x1 convolution rather than after: the same numbers for a quarter of the work.
        x = layers.AveragePooling2D(2, name=f"pool_{index}")(x)
        x = layers.Conv2D(filters, 1, name=f"shortcut_{index}")(x)
        x = layers.Add(name=f"block_{index}")([x, residual])
    said = layers.RepeatVector(rows * columns, name="repeated")(text)
    said = layers.Reshape((rows, columns, text_size), name="text_grid")(said)
    x = layers.Concatenate(name="picture_and_text")([x, said])
    x = layers.Conv2D(2 * width, 3, padding="same", use_bias=False, name="mixed")(x)
    x = layers.LeakyReLU(0.2, name="mixed_leaky")(x)
    logit = layers.Dense(1, use_bias=False, dtype="float32", name="logit")(layers.Flatten()(x))
    return keras.Model({"image": image, "text": text}, logit, name="discriminator")
