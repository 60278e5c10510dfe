"""GAN-CLS: DCGAN that is told a sentence (Reed et al. 2016, arXiv:1605.05396, section 4.2, figure 2).

The sentence's embedding, compressed to 128 numbers by a linear layer and a leaky rectifier, is joined to the latent in
the generator; in the discriminator it is repeated over the 4x4 grid beside the features, mixed in by a 1x1 convolution.
"""

import keras
from keras import layers

from kgan.networks.parts.normalization import normalize
from kgan.networks.text.large_grid import large_grid


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 100,
    text_size: int = 1024,
    width: int = 64,
    compressed: int = 128,
    normalization: str | None = "batch",
) -> keras.Model:
    """Latent and sentence to an image: a linear layer to the start grid, then a transposed convolution a doubling.

    Args:
        image_size: (height, width), 16 to 256 pixels; multiples of 4 to 64, as for `dcgan`.
        channels: of the image.
        latent_size: numbers in the latent.
        text_size: numbers in the sentence's embedding.
        width: channels of the last hidden layer, doubled towards the start.
        compressed: numbers that the embedding is compressed to.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: {"latent", "text"} to (batch, height, width, channels) in [-1, 1].
    """
    doublings, (rows, columns) = large_grid(image_size, "gancls.generator")
    settings = {"use_bias": normalization is None, "kernel_initializer": _initializer(normalization)}
    latent = keras.Input((latent_size,), name="latent")
    text = keras.Input((text_size,), name="text")
    x = layers.Concatenate(name="condition")([latent, _compress(text, compressed)])
    filters = width * 2 ** (doublings - 1)
    x = layers.Dense(rows * columns * filters, name="start", **settings)(x)
    x = layers.Reshape((rows, columns, filters), name="start_grid")(x)
    for index in range(1, doublings + 1):
        x = normalize(x, normalization, f"normalization_{index}")
        x = layers.ReLU(name=f"rectifier_{index}")(x)
        if index < doublings:
            filters //= 2
            x = layers.Conv2DTranspose(filters, 4, 2, "same", name=f"up_{index}", **settings)(x)
    x = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="image", **settings
    )(x)
    return keras.Model({"latent": latent, "text": text}, x, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    text_size: int = 1024,
    width: int = 64,
    compressed: int = 128,
    normalization: str | None = "batch",
    projection: bool = False,
) -> keras.Model:
    """Image and sentence to a logit: does this picture show that?

    Args:
        image_size, channels, text_size, compressed: as for `generator`.
        width: channels of the first layer, doubled by each of the next.
        normalization: of all hidden layers but the first.
        projection: add the product of the last features and a linear map of the sentence to the logit (Miyato and
            Koyama 2018, arXiv:1802.05637); not in the paper. Beside no normalization it hears the sentence sooner.

    Returns:
        `discriminator`: {"image", "text"} to logits (batch, 1), float32.
    """
    halvings, (rows, columns) = large_grid(image_size, "gancls.discriminator")
    settings = {"use_bias": normalization is None, "kernel_initializer": _initializer(normalization)}
    image = keras.Input((*image_size, channels), name="image")
    text = keras.Input((text_size,), name="text")
    x = image
    for index in range(1, halvings + 1):
        filters = width * 2 ** (index - 1)
        x = layers.Conv2D(filters, 4, 2, "same", name=f"down_{index}", **settings)(x)
        if index > 1:
            x = normalize(x, normalization, f"normalization_{index}")
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    said = layers.RepeatVector(rows * columns, name="repeated")(_compress(text, compressed))
    said = layers.Reshape((rows, columns, compressed), name="text_grid")(said)
    x = layers.Concatenate(name="picture_and_text")([x, said])
    x = layers.Conv2D(filters, 1, name="mixed", **settings)(x)
    x = normalize(x, normalization, "mixed_normalization")
    x = layers.LeakyReLU(0.2, name="mixed_leaky")(x)
    features = layers.Flatten(name="features")(x)
    logit = layers.Dense(1, dtype="float32", name="logit")(features)
    if projection:
        count = features.shape[-1]
        start = keras.initializers.RandomNormal(stddev=(text_size * count) ** -0.5)  # products begin about 1
        asked = layers.Dense(count, use_bias=False, kernel_initializer=start, name="projection")(text)
        product = layers.Dot(1, dtype="float32", name="agreement")([features, asked])
        logit = layers.Add(dtype="float32", name="conditional_logit")([logit, product])
    return keras.Model({"image": image, "text": text}, logit, name="discriminator")


def _compress(text, size: int):
    x = layers.Dense(size, name="compressed")(text)
    return layers.LeakyReLU(0.2, name="compressed_leaky")(x)


def _initializer(normalization: str | None):
    return keras.initializers.RandomNormal(stddev=0.02) if normalization else "glorot_uniform"
