"""A small generator and a small discriminator for each level of a Laplacian pyramid, and all of them as one.

Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks (Denton, Chintala, Szlam and Fergus 2015,
arXiv:1506.05751, section 4): fully connected at the coarsest level, convolutions without stride above it. Width, depth
and the number of levels are arguments here; its dropout is left out.
"""

import keras
from keras import layers

from kgan.layers.bilinear_doubling import BilinearDoubling
from kgan.layers.laplacian_pyramid import HalfSize
from kgan.layers.modulated_convolution import PartOf
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of

KERNEL = 5


def sizes(image_size: tuple[int, int], network: str = "lapgan") -> list[tuple[int, int]]:
    """(height, width) of each level, the coarsest first, its shorter side 8 to 15.

    Raises:
        ValueError: for a size that cannot be halved so often.

    Example:
        >>> sizes((32, 48))
        [(8, 12), (16, 24), (32, 48)]
    """
    doublings, (rows, columns) = _grid(image_size, network)
    return [(rows * 2**level, columns * 2**level) for level in range(doublings + 1)]


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 128,
    width: int = 32,
    classes: int = 0,
) -> keras.Model:
    """The chain: a coarse picture out of a latent, then at each level what the doubled picture lacks.

    Args:
        image_size: (height, width), shorter side 16 to 128, halved down to 8 to 15 pixels.
        channels: channels of the image.
        latent_size: length of the latent of the coarsest level.
        width: channels of the hidden convolutions; the dense layers have 16 times as many units.
        classes: number of labels, told to each level; with 0 there is no label.

    Returns:
        `generator`: {"latent": (batch, latent_size), "noise": (batch, numbers)}, and "label" if there are classes, to
        (batch, height, width, channels), not bounded. Its layers `level_0`, `level_1`, ... are the networks of the
        levels: `level_0` from latents, the others from {"low": the doubled picture, "noise": (batch, pixels)}.

    Raises:
        ValueError: for a size that cannot be halved so often.

    Example:
        >>> generator((32, 48), channels=1, width=8).output_shape
        (None, 32, 48, 1)
    """
    levels = sizes(image_size, "lapgan.generator")
    numbers = [rows * columns for rows, columns in levels[1:]]
    inputs = {
        "latent": keras.Input((latent_size,), name="latent"),
        "noise": keras.Input((sum(numbers),), name="noise"),
    }
    label = {"label": conditions.label_input()} if classes else {}
    coarse = _coarse_generator(levels[0], channels, latent_size, width, classes)
    image = coarse({"latent": inputs["latent"], **label} if classes else inputs["latent"])
    start = 0
    for index, (size, count) in enumerate(zip(levels[1:], numbers, strict=True), 1):
        low = BilinearDoubling(name=f"low_{index}")(image)
        noise = PartOf(start, start + count, name=f"noise_{index}")(inputs["noise"])
        high = _fine_generator(index, size, channels, width, classes)({"low": low, "noise": noise, **label})
        image = layers.Add(dtype="float32", name=f"image_{index}")([low, high])
        start += count
    return keras.Model(inputs | label, image, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64), channels: int = 3, width: int = 32, classes: int = 0
) -> keras.Model:
    """Judges of the picture at each level: dense layers at the coarsest, two convolutions with stride above it.

    Args:
        image_size, channels, width, classes: as for `generator`.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"image", "label"}, to {"level_0": (batch, 1), ...}; its
        layers `level_0`, `level_1`, ... are the networks from the picture of that size (and a label) to a logit.

    Raises:
        ValueError: for a size that cannot be halved so often.
    """
    levels = sizes(image_size, "lapgan.discriminator")
    image = keras.Input((*image_size, channels), name="image")
    label = {"label": conditions.label_input()} if classes else {}
    found, seen = {}, image
    for index in reversed(range(len(levels))):
        judge = _judge(index, levels[index], channels, width, classes)
        found[f"level_{index}"] = judge({"image": seen, **label} if classes else seen)
        seen = HalfSize(name=f"half_{index}")(seen) if index else seen
    return keras.Model({"image": image, **label} if classes else image, found, name="discriminator")


def _coarse_generator(size, channels, latent_size, width, classes):
    latent = inputs = x = keras.Input((latent_size,), name="latent")
    if classes:
        label = conditions.label_input()
        inputs = {"latent": latent, "label": label}
        x = conditions.labelled_latent(latent, label, classes)
    for layer in ("first", "second"):
        x = layers.Dense(16 * width, activation="relu", name=layer)(x)
    x = layers.Dense(size[0] * size[1] * channels, dtype="float32", name="flat")(x)
    return keras.Model(inputs, layers.Reshape((*size, channels), name="image")(x), name="level_0")


def _fine_generator(index, size, channels, width, classes):
    low = keras.Input((*size, channels), name="low")
    noise = keras.Input((size[0] * size[1],), name="noise")
    inputs = {"low": low, "noise": noise}
    x = layers.Concatenate(name="given")([low, layers.Reshape((*size, 1), name="plane")(noise)])
    if classes:
        inputs["label"] = conditions.label_input()
        x = conditions.label_plane(x, inputs["label"], classes)
    for layer in ("first", "second"):
        x = layers.Conv2D(width, KERNEL, padding="same", activation="relu", name=layer)(x)
    high = layers.Conv2D(channels, KERNEL, padding="same", dtype="float32", name="high")(x)
    return keras.Model(inputs, high, name=f"level_{index}")


def _judge(index, size, channels, width, classes):
    image = inputs = x = keras.Input((*size, channels), name="image")
    if classes:
        label = conditions.label_input()
        inputs = {"image": image, "label": label}
        x = conditions.label_plane(image, label, classes)
    x = layers.Flatten(name="pixels")(x) if index == 0 else x
    for layer, wide in (("first", 1), ("second", 2)):
        if index == 0:
            x = layers.Dense(16 * width, name=layer)(x)
        else:
            x = layers.Conv2D(width * wide, KERNEL, 2, "same", name=layer)(x)
        x = layers.LeakyReLU(0.2, name=f"{layer}_leaky")(x)
    x = layers.Flatten(name="features")(x)
    return keras.Model(inputs, layers.Dense(1, dtype="float32", name="logit")(x), name=f"level_{index}")


def _grid(image_size, network: str):
    return grid_of(image_size, network, smallest_grid=8, shorter_side=(16, 128))
