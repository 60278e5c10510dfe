"""StackGAN's generators: a small picture from a sentence, then a large one from both (Zhang et al. 2017,
arXiv:1612.03242, figure 2). Both stages' discriminators are those of GAN-CLS (`gancls.discriminator`).

Doublings are nearest-neighbour, each with a 3x3 convolution, batch normalization and a rectifier (section 4.3).
"""

import keras
from keras import layers

from kgan.networks.parts.normalization import normalize
from kgan.networks.text.large_grid import large_grid


def augmentation(text_size: int = 1024, condition_size: int = 128) -> keras.Model:
    """A sentence to the normal distribution that its condition is drawn from.

    Args:
        text_size: numbers in the sentence's embedding.
        condition_size: numbers in the condition.

    Returns:
        `augmentation`: (batch, text_size) to {"mean", "log_deviation"}, both (batch, condition_size), float32.
    """
    text = keras.Input((text_size,), name="text")
    x = layers.LeakyReLU(0.2, name="leaky")(layers.Dense(2 * condition_size, name="mixed")(text))
    found = {
        name: layers.Dense(condition_size, dtype="float32", name=name)(x)
        for name in ("mean", "log_deviation")
    }
    return keras.Model(text, found, name="augmentation")


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 100,
    condition_size: int = 128,
    width: int = 64,
    normalization: str | None = "batch",
) -> keras.Model:
    """Stage I: latent and condition to a small picture.

    Args:
        image_size: (height, width).
        channels: of the image.
        latent_size, condition_size: numbers in a latent and in a condition.
        width: channels of the last hidden layer, doubled towards the start.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: {"latent", "condition"} to (batch, height, width, channels) in [-1, 1].
    """
    doublings, (rows, columns) = large_grid(image_size, "stackgan.generator")
    latent = keras.Input((latent_size,), name="latent")
    condition = keras.Input((condition_size,), name="condition")
    filters = width * 2**doublings
    x = layers.Concatenate(name="joined")([latent, condition])
    x = layers.Dense(rows * columns * filters, use_bias=normalization is None, name="start")(x)
    x = layers.Reshape((rows, columns, filters), name="start_grid")(x)
    x = layers.ReLU(name="start_rectifier")(normalize(x, normalization, "start_normalization"))
    for index in range(doublings):
        filters //= 2
        x = _doubled(x, filters, normalization, f"up_{index + 1}")
    inputs = {"latent": latent, "condition": condition}
    return keras.Model(inputs, _picture(x, channels), name="generator")


def refiner(
    image_size: tuple[int, int] = (256, 256),
    channels: int = 3,
    condition_size: int = 128,
    width: int = 64,
    scale: int = 4,
    blocks: int = 4,
    normalization: str | None = "batch",
) -> keras.Model:
    """Stage II: a small picture and a condition to a large one.

    The small picture is halved twice, joined with the condition at every place, goes through residual blocks, and is
    doubled to the large size.

    Args:
        image_size: (height, width) of the large picture; sides multiples of 4 * scale.
        channels: of the images.
        condition_size: numbers in a condition.
        width: channels next to the large picture; the middle has four times as many.
        scale: how many times larger, 1, 2 or 4.
        blocks: residual blocks; four at 256 pixels, two at 128 in the paper.
        normalization: as for `generator`.

    Returns:
        `generator`: {"image", "condition"} to (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: a scale, or a size that does not go with it.
    """
    if scale not in (1, 2, 4) or any(side % (4 * scale) for side in image_size):
        raise ValueError(
            f"stackgan.refiner: expected a scale of 1, 2 or 4 and sides that are multiples of {4 * scale}, received "
            f"scale {scale} and {image_size[0]}x{image_size[1]}."
        )
    settings = {"padding": "same", "use_bias": normalization is None}
    small = [side // scale for side in image_size]
    image = keras.Input((*small, channels), name="image")
    condition = keras.Input((condition_size,), name="condition")
    x = layers.ReLU(name="first_rectifier")(layers.Conv2D(width, 3, padding="same", name="first")(image))
    for index, filters in enumerate((2 * width, 4 * width), 1):
        x = layers.Conv2D(filters, 4, 2, name=f"down_{index}", **settings)(x)
        x = layers.ReLU(name=f"down_{index}_rectifier")(
            normalize(x, normalization, f"down_{index}_normalization")
        )
    rows, columns = small[0] // 4, small[1] // 4
    said = layers.RepeatVector(rows * columns, name="repeated")(condition)
    said = layers.Reshape((rows, columns, condition_size), name="condition_grid")(said)
    x = layers.Concatenate(name="picture_and_condition")([x, said])
    x = layers.Conv2D(4 * width, 3, name="mixed", **settings)(x)
    x = layers.ReLU(name="mixed_rectifier")(normalize(x, normalization, "mixed_normalization"))
    for index in range(1, blocks + 1):
        residual = layers.Conv2D(4 * width, 3, name=f"block_{index}_1", **settings)(x)
        residual = normalize(residual, normalization, f"block_{index}_1_normalization")
        residual = layers.ReLU(name=f"block_{index}_1_rectifier")(residual)
        residual = layers.Conv2D(4 * width, 3, name=f"block_{index}_2", **settings)(residual)
        residual = normalize(residual, normalization, f"block_{index}_2_normalization")
        x = layers.ReLU(name=f"block_{index}_rectifier")(layers.Add(name=f"block_{index}")([x, residual]))
    doublings = 1 + scale.bit_length()
    for index in range(doublings):
        filters = max(width, 4 * width // 2 ** (index + 1))
        x = _doubled(x, filters, normalization, f"up_{index + 1}")
    return keras.Model({"image": image, "condition": condition}, _picture(x, channels), name="generator")


def _doubled(x, filters: int, normalization: str | None, name: str):
    x = layers.UpSampling2D(2, name=f"{name}_nearest")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=normalization is None, name=name)(x)
    return layers.ReLU(name=f"{name}_rectifier")(normalize(x, normalization, f"{name}_normalization"))


def _picture(x, channels: int):
    return layers.Conv2D(channels, 3, padding="same", activation="tanh", dtype="float32", name="picture")(x)
