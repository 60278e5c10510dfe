"""StyleGAN2's three networks: mapping, synthesis with skip connections, and a residual discriminator.

Analyzing and Improving the Image Quality of StyleGAN (Karras et al. 2020, arXiv:1912.04958), configuration F. Written
from the paper. At its size, 1024x1024, trainable parameters added up by hand: mapping and synthesis 30,370,060,
discriminator 29,012,513.
"""

import itertools

import keras
from keras import layers

from kgan.layers.equalized import EqualizedConv2D, EqualizedDense
from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from kgan.layers.modulated_convolution import (
    LearnedConstant,
    ModulatedConv2D,
    NoisyLeaky,
    PartOf,
    UnitLength,
)
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of

# Channels next to the image, and the most anywhere.
SIZES = {
    "paper-ffhq1024": {"image_size": (1024, 1024), "width": 32, "most": 512},
    "small": {"image_size": (32, 32), "width": 32, "most": 128},
}


def mapping(
    latent_size: int = 512, style_size: int = 512, depth: int = 8, classes: int = 0, rate: float = 0.01
) -> keras.Model:
    """From latents to styles: dense layers that learn a hundredth as fast as the others.

    Args:
        latent_size, style_size: lengths.
        depth: dense layers.
        classes: number of labels, embedded beside the latent; with 0 there is no label.
        rate: learning rate beside the other networks'.

    Returns:
        `mapping`: (batch, latent_size), or {"latent", "label"}, to (batch, style_size).

    Example:
        >>> mapping(64, 128, depth=2).output_shape
        (None, 128)
    """
    latent = inputs = keras.Input((latent_size,), name="latent")
    x = UnitLength(dtype="float32", name="unit_latent")(latent)
    if classes:
        label = conditions.label_input()
        inputs = {"latent": latent, "label": label}
        start = keras.initializers.RandomNormal(stddev=1.0)
        embedded = layers.Embedding(
            classes, latent_size, embeddings_initializer=start, name="label_embedding"
        )(label)
        embedded = UnitLength(dtype="float32", name="unit_label")(embedded)
        x = layers.Concatenate(dtype="float32", name="labelled")([x, embedded])
    for index in range(1, depth + 1):
        x = EqualizedDense(style_size, activation="leaky", rate=rate, dtype="float32", name=f"dense_{index}")(
            x
        )
    return keras.Model(inputs, x, name="mapping")


def synthesis(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    style_size: int = 512,
    width: int = 32,
    most: int = 128,
) -> keras.Model:
    """A learned constant, two modulated convolutions a doubling, and a picture summed up from every stage's.

    Args:
        image_size: (height, width), shorter side 16 to 1024; multiples of 4, 8, 16, ... from 16, 32, 64 pixels on.
        channels: channels of the image.
        style_size: length of a style.
        width: channels next to the image; each stage inwards has twice as many.
        most: channels that no stage exceeds.

    Returns:
        `synthesis`: {"styles": (batch, layers, style_size), "noise": (batch, numbers)} to
        (batch, height, width, channels), nominally in [-1, 1]. Which of the layers shape the coarse grid and which the
        fine is their order.

    Raises:
        ValueError: for a size that cannot be halved so often.
    """
    doublings, (rows, columns) = _grid(image_size, "stylegan2.synthesis")
    widths = [min(most, width * 2 ** (doublings - stage)) for stage in range(doublings + 1)]
    sizes = [(rows << stage) * (columns << stage) for stage in range(doublings + 1)]
    lengths = [sizes[0], *(size for size in sizes[1:] for _ in range(2))]
    styles = keras.Input((2 * doublings + 2, style_size), name="styles")
    noise = keras.Input((sum(lengths),), name="noise")
    used = {"layer": 0, "noise": 0}

    def layer(x, filters, name, up=False):
        start = used["noise"]
        used["noise"] += lengths[used["layer"]]
        x = ModulatedConv2D(filters, up=up, name=name)(
            [x, PartOf(used["layer"], name=f"{name}_style")(styles)]
        )
        used["layer"] += 1
        return NoisyLeaky(name=f"{name}_noisy")(
            [x, PartOf(start, used["noise"], name=f"{name}_noise")(noise)]
        )

    x = LearnedConstant(rows, columns, widths[0], name="start_grid")(styles)
    image = None
    for stage, filters in enumerate(widths):
        if stage:
            x = layer(x, filters, f"stage_{stage}_up", up=True)
            image = layers.UpSampling2D(2, interpolation="bilinear", name=f"stage_{stage}_image_up")(image)
        x = layer(x, filters, f"stage_{stage}_convolution")
        # The picture of a stage shares its style with the next stage's first convolution.
        part = ModulatedConv2D(
            channels, 1, demodulate=False, use_bias=True, dtype="float32", name=f"stage_{stage}_part"
        )([x, PartOf(used["layer"], name=f"stage_{stage}_part_style")(styles)])
        name = "image" if stage == doublings else f"stage_{stage}_image"
        image = part if image is None else layers.Add(dtype="float32", name=name)([image, part])
    return keras.Model({"styles": styles, "noise": noise}, image, name="synthesis")


def generator(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    latent_size: int = 128,
    width: int = 32,
    most: int = 128,
    classes: int = 0,
    style_size: int | None = None,
    depth: int = 8,
) -> keras.Model:
    """Mapping and synthesis as one network, its layers `mapping` and `synthesis`.

    Args:
        image_size, channels, width, most: as for `synthesis`.
        latent_size, depth, classes: as for `mapping`.
        style_size: length of a style; that of a latent unless given.

    Returns:
        `generator`: {"latent": (batch, latent_size), "noise": (batch, numbers)}, and "label" if there are classes, to
        (batch, height, width, channels): all layers share one style.

    Raises:
        ValueError: for a size that cannot be halved so often.

    Example:
        >>> generator((32, 48), channels=1, latent_size=64, width=8).output_shape
        (None, 32, 48, 1)
    """
    style_size = style_size or latent_size
    of_latent = mapping(latent_size, style_size, depth, classes)
    of_styles = synthesis(image_size, channels, style_size, width, most)
    latent, noise = (
        keras.Input((latent_size,), name="latent"),
        keras.Input(of_styles.input["noise"].shape[1:], name="noise"),
    )
    inputs = {"latent": latent, "noise": noise}
    if classes:
        inputs["label"] = conditions.label_input()
    style = of_latent({"latent": latent, "label": inputs["label"]} if classes else latent)
    styles = layers.RepeatVector(of_styles.input["styles"].shape[1], dtype="float32", name="styles")(style)
    image = of_styles({"styles": styles, "noise": noise})
    return keras.Model(inputs, image, name="generator")


def discriminator(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    width: int = 32,
    most: int = 128,
    classes: int = 0,
    group_size: int = 4,
) -> keras.Model:
    """Residual blocks that halve, the standard deviation over groups of samples, and two dense layers.

    Args:
        image_size, channels, width, most: as for `synthesis`.
        classes: number of labels, projected on the last features; with 0 there is no label.
        group_size: samples in a group of the standard deviation.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"image", "label"}, to logits (batch, 1), float32.

    Raises:
        ValueError: for a size that cannot be halved so often.
    """
    halvings, _ = _grid(image_size, "stylegan2.discriminator")
    widths = [min(most, width * 2**stage) for stage in range(halvings + 1)]
    image = inputs = keras.Input((*image_size, channels), name="image")
    if classes:
        label = conditions.label_input()
        inputs = {"image": image, "label": label}
    x = EqualizedConv2D(widths[0], 1, activation="leaky", name="from_image")(image)
    for stage, (filters, after) in enumerate(itertools.pairwise(widths)):
        name = f"stage_{stage}"
        shortcut = EqualizedConv2D(after, 1, down=True, use_bias=False, name=f"{name}_shortcut")(x)
        x = EqualizedConv2D(filters, 3, activation="leaky", name=f"{name}_convolution")(x)
        x = EqualizedConv2D(after, 3, down=True, activation="leaky", name=f"{name}_down")(x)
        x = layers.Add(name=f"{name}_sum")([x, shortcut])
        x = layers.Rescaling(2**-0.5, name=name)(x)
    x = MinibatchStandardDeviation(group_size, name="deviation")(x)
    x = EqualizedConv2D(widths[-1], 3, activation="leaky", name="last_convolution")(x)
    x = layers.Flatten(name="flat")(x)
    features = EqualizedDense(widths[-1], activation="leaky", dtype="float32", name="features")(x)
    logit = EqualizedDense(1, dtype="float32", name="logit")(features)
    if classes:
        projected = conditions.project(features, label, classes, lambda layer: layer)
        logit = layers.Add(dtype="float32", name="conditional_logit")([logit, projected])
    return keras.Model(inputs, logit, name="discriminator")


def _grid(image_size, network: str):
    return grid_of(image_size, network, shorter_side=(16, 1024), longest_side=2048)
