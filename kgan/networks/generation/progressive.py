"""Two networks that grow, a doubling of both sides at a time: generator and discriminator mirror each other.

Progressive Growing of GANs (Karras et al. 2018, arXiv:1710.10196, table 2 and section 4). Written from the paper. At
its size, 1024x1024, trainable parameters added up by hand, the layers that only fade out left aside: generator
23,079,187, discriminator 23,077,137 (the table's 23.1 million each).
"""

import keras
from keras import layers

from kgan.layers.equalized import EqualizedConv2D, EqualizedDense
from kgan.layers.fade_in import FadeIn
from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from kgan.layers.modulated_convolution import UnitLength
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of

SIZES = {"paper-celebahq1024": {"image_size": (1024, 1024), "width": 16, "most": 512}}


def levels(image_size: tuple[int, int], network: str = "progressive") -> list[tuple[int, int]]:
    """The sizes that a network grows through, the smallest first.

    Raises:
        ValueError: for a size that cannot be halved so often.

    Example:
        >>> levels((32, 48))
        [(4, 6), (8, 12), (16, 24), (32, 48)]
    """
    doublings, (rows, columns) = _grid(image_size, network)
    return [(rows * 2**level, columns * 2**level) for level in range(doublings + 1)]


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 128,
    width: int = 32,
    most: int = 256,
    classes: int = 0,
    level: int | None = None,
) -> keras.Model:
    """A dense layer to the start grid; at each level nearest neighbours and two convolutions, each to unit length.

    Args:
        image_size: (height, width) when fully grown, shorter side 8 to 1024, halved down to 4 to 7 pixels.
        channels: channels of the image.
        latent_size: length of the latent, which is scaled to unit length first.
        width: channels of the last level when fully grown; each earlier one has twice those of its successor.
        most: but no more than these.
        classes: number of labels, embedded and concatenated to the latent; with 0 there is no label.
        level: how often it has grown; left out, fully. Layers of one name have one shape at any level.

    Returns:
        `generator`: (batch, latent_size), or a dict of "latent", "label" if there are classes and, above level 0,
        "alpha", (batch,), how far the last level has faded in; to (batch, height, width, channels), not bounded.

    Raises:
        ValueError: for a size that cannot be halved so often, or a level that does not exist.

    Example:
        >>> generator((32, 48), channels=1, width=8, level=1).output_shape
        (None, 8, 12, 1)
    """
    doublings, (rows, columns) = _grid(image_size, "progressive.generator")
    level = _level(level, doublings, "generator")
    widths = _widths(width, most, doublings)
    latent = keras.Input((latent_size,), name="latent")
    inputs, x = {"latent": latent}, latent
    if classes:
        inputs["label"] = conditions.label_input()
        x = conditions.labelled_latent(latent, inputs["label"], classes)
    x = UnitLength(name="unit_latent")(x)
    x = EqualizedDense(rows * columns * widths[0], activation="leaky", name="start")(x)
    x = UnitLength(name="start_unit")(layers.Reshape((rows, columns, widths[0]), name="start_grid")(x))
    x = _smooth(x, widths[0], "level_0")
    for index in range(1, level + 1):
        before = x
        x = layers.UpSampling2D(2, name=f"level_{index}_up")(x)
        x = _smooth(x, widths[index], f"level_{index}_first")
        x = _smooth(x, widths[index], f"level_{index}")
    image = _to_image(x, channels, level)
    if level:
        inputs["alpha"] = keras.Input((), name="alpha")
        old = layers.UpSampling2D(2, dtype="float32", name="old_up")(_to_image(before, channels, level - 1))
        image = FadeIn(dtype="float32", name="image")([old, image, inputs["alpha"]])
    return keras.Model(inputs if len(inputs) > 1 else latent, image, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    width: int = 32,
    most: int = 256,
    classes: int = 0,
    level: int | None = None,
    group_size: int = 4,
) -> keras.Model:
    """The generator's levels backwards: two convolutions and the mean of 2x2; the deviation over groups before the end.

    Args:
        image_size, channels, width, most, level: as for `generator`.
        classes: number of labels, projected on the last features; with 0 there is no label.
        group_size: samples in a group of the minibatch standard deviation.

    Returns:
        `discriminator`: (batch, height, width, channels), or a dict of "image", "label" and "alpha", to logits
        (batch, 1), float32.

    Raises:
        ValueError: as `generator`.
    """
    halvings, grid = _grid(image_size, "progressive.discriminator")
    level = _level(level, halvings, "discriminator")
    widths = _widths(width, most, halvings)
    image = keras.Input((*(side * 2**level for side in grid), channels), name="image")
    inputs = {"image": image}
    x = _from_image(image, widths, level)
    for index in range(level, 0, -1):
        x = EqualizedConv2D(widths[index], 3, activation="leaky", name=f"level_{index}")(x)
        x = EqualizedConv2D(widths[index - 1], 3, activation="leaky", name=f"level_{index}_last")(x)
        x = layers.AveragePooling2D(2, name=f"level_{index}_down")(x)
        if index == level:
            inputs["alpha"] = keras.Input((), name="alpha")
            old = _from_image(layers.AveragePooling2D(2, name="old_down")(image), widths, level - 1)
            x = FadeIn(name="faded")([old, x, inputs["alpha"]])
    x = MinibatchStandardDeviation(group_size, name="deviation")(x)
    x = EqualizedConv2D(widths[0], 3, activation="leaky", name="level_0")(x)
    x = layers.Flatten(name="flat")(x)
    features = EqualizedDense(widths[0], activation="leaky", dtype="float32", name="features")(x)
    logit = EqualizedDense(1, dtype="float32", name="logit")(features)
    if classes:
        inputs["label"] = conditions.label_input()
        projected = conditions.project(features, inputs["label"], classes, lambda layer: layer)
        logit = layers.Add(dtype="float32", name="conditional_logit")([logit, projected])
    return keras.Model(inputs if len(inputs) > 1 else image, logit, name="discriminator")


def _smooth(x, filters, name):
    x = EqualizedConv2D(filters, 3, activation="leaky", name=name)(x)
    return UnitLength(name=f"{name}_unit")(x)


def _to_image(x, channels, level):
    return EqualizedConv2D(channels, 1, dtype="float32", name=f"to_image_{level}")(x)


def _from_image(image, widths, level):
    return EqualizedConv2D(widths[level], 1, activation="leaky", name=f"from_image_{level}")(image)


def _widths(width, most, doublings):
    return [min(most, width * 2 ** (doublings - level)) for level in range(doublings + 1)]


def _level(level, doublings, builder):
    level = doublings if level is None else level
    if not 0 <= level <= doublings:
        raise ValueError(
            f"progressive.{builder}: expected level from 0 to {doublings} for this image_size, received {level}. Leave "
            "it out for a network that is fully grown."
        )
    return level


def _grid(image_size, network: str):
    return grid_of(image_size, network, shorter_side=(8, 1024), longest_side=2048)
