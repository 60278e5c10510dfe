"""R3GAN's networks: residual blocks of grouped convolutions, no normalization anywhere.

The GAN is dead; long live the GAN! (Huang, Gokaslan, Kuleshov and Tompkin 2024, arXiv:2501.05441, section 4 and
appendix). Written from the paper. Trainable parameters, added up by hand from its table of channels
(FFHQ 256x256): generator 23,057,952, discriminator 23,009,568.
"""

import keras
from keras import layers

from kgan.layers.grouped_convolution import GroupedConv2D
from kgan.layers.initializers import LEAKY_GAIN, fan_in_normal
from kgan.layers.learned_grid import GridSum, LearnedGrid
from kgan.networks.parts import conditioning as conditions
from kgan.networks.parts.image_size import grid_of

# Channels next to the image, and the most anywhere; every data set of the paper, and what a processor can train.
SIZES = {
    "paper-cifar10": {"image_size": (32, 32), "width": 768, "most": 768, "blocks": 2},
    "paper-ffhq64": {"image_size": (64, 64), "width": 384, "most": 768, "blocks": 2},
    "paper-ffhq256": {"image_size": (256, 256), "width": 96, "most": 768, "blocks": 2},
    "small": {"image_size": (32, 32), "width": 32, "most": 128},
}


def generator(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    latent_size: int = 64,
    width: int = 32,
    most: int = 128,
    blocks: int = 1,
    group_size: int = 16,
    expansion: int = 2,
    classes: int = 0,
) -> keras.Model:
    """Learned feature maps weighted by the latent; blocks, then bilinear upsampling, a stage a doubling.

    A block is `x + project(leaky(grouped(leaky(expand(x)))))`: 1x1, grouped 3x3, 1x1. As in Fixup (Zhang et al. 2019,
    arXiv:1901.09321) its last convolution starts at zero and the others are scaled by `L**-0.25`, L the number of
    blocks in the network, so that all blocks start as the identity.

    Args:
        image_size: (height, width), shorter side 16 to 512; multiples of 4, 8, 16, 32, ... from 16, 32, 64,
            128 pixels on. The start grid is image_size / 2**k: 32x48 starts at 4x6.
        channels: channels of the image.
        latent_size: length of the latent.
        width: channels next to the image; each stage inwards has twice as many.
        most: channels that no stage exceeds.
        blocks: a stage; the paper has two.
        group_size: channels of a group in the 3x3 convolutions (all of them where there are fewer).
        expansion: how many times wider a block is inside.
        classes: number of labels, embedded and concatenated to the latent; with 0 there is no label.

    Returns:
        `generator`: (batch, latent_size), or {"latent", "label"}, to (batch, height, width, channels), nominally
        in [-1, 1]: there is no tanh.

    Raises:
        ValueError: for a size that cannot be halved so often, or groups that do not fit.

    Example:
        >>> r3gan.generator(**r3gan.SIZES["small"]).output_shape
        (None, 32, 32, 3)
    """
    doublings, (rows, columns) = _grid(image_size, "r3gan.generator")
    widths = _widths(width, most, doublings)
    block = _Block(blocks * len(widths), group_size, expansion)
    latent = inputs = keras.Input((latent_size,), name="latent")
    x = latent
    if classes:
        label = conditions.label_input()
        inputs = {"latent": latent, "label": label}
        x = conditions.labelled_latent(latent, label, classes)
    x = layers.Dense(widths[0], use_bias=False, kernel_initializer=fan_in_normal(), name="start")(x)
    x = LearnedGrid(rows, columns, name="start_grid")(x)
    for stage, filters in enumerate(widths):
        if stage:
            # A 1x1 convolution and bilinear interpolation commute; the small grid first costs a quarter.
            x = _resize_channels(x, filters, f"stage_{stage}_channels")
            x = layers.UpSampling2D(2, interpolation="bilinear", name=f"stage_{stage}_up")(x)
        for index in range(1, blocks + 1):
            x = block(x, f"stage_{stage}_block_{index}")
    x = layers.Conv2D(
        channels, 1, use_bias=False, kernel_initializer=fan_in_normal(), dtype="float32", name="image"
    )(x)
    return keras.Model(inputs, x, name="generator")


def discriminator(
    image_size: tuple[int, int] = (32, 32),
    channels: int = 3,
    width: int = 32,
    most: int = 128,
    blocks: int = 1,
    group_size: int = 16,
    expansion: int = 2,
    classes: int = 0,
) -> keras.Model:
    """The generator's mirror image: blocks, halvings, a sum over the grid a channel, and a linear layer.

    Args:
        image_size, channels, width, most, blocks, group_size, expansion: as for `generator`.
        classes: number of labels, projected on the features of the last layer (Miyato and Koyama 2018,
            arXiv:1802.05637); with 0 there is no label.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"image", "label"}, to logits (batch, 1), float32.

    Raises:
        ValueError: for a size that cannot be halved so often, or groups that do not fit.
    """
    halvings, _ = _grid(image_size, "r3gan.discriminator")
    widths = _widths(width, most, halvings)[::-1]
    block = _Block(blocks * len(widths), group_size, expansion)
    image = inputs = keras.Input((*image_size, channels), name="image")
    if classes:
        label = conditions.label_input()
        inputs = {"image": image, "label": label}
    x = layers.Conv2D(
        widths[0], 1, use_bias=False, kernel_initializer=fan_in_normal(), name="stage_0_channels"
    )(image)
    for stage, filters in enumerate(widths):
        if stage:
            x = layers.AveragePooling2D(2, name=f"stage_{stage}_down")(x)
            x = _resize_channels(x, filters, f"stage_{stage}_channels")
        for index in range(1, blocks + 1):
            x = block(x, f"stage_{stage}_block_{index}")
    features = GridSum(dtype="float32", name="features")(x)
    logit = layers.Dense(
        1, use_bias=False, kernel_initializer=fan_in_normal(), dtype="float32", name="logit"
    )(features)
    if classes:
        projected = conditions.project(features, label, classes, lambda layer: layer)
        logit = layers.Add(dtype="float32", name="conditional_logit")([logit, projected])
    return keras.Model(inputs, logit, name="discriminator")


class _Block:
    """Adds a residual block to a network of `total` of them."""

    def __init__(self, total: int, group_size: int, expansion: int):
        self.group_size, self.expansion = group_size, expansion
        self.gain = LEAKY_GAIN * total**-0.25

    def __call__(self, x, name: str):
        filters = x.shape[-1]
        expanded = filters * self.expansion
        groups, rest = divmod(expanded, min(self.group_size, expanded))
        if rest:
            raise ValueError(
                f"r3gan: expected blocks of {expanded} channels to be a multiple of group_size={self.group_size}, "
                f"received a rest of {rest}. Choose another width or group_size."
            )
        scaled = fan_in_normal(self.gain)
        y = layers.Conv2D(expanded, 1, kernel_initializer=scaled, name=f"{name}_expand")(x)
        y = layers.LeakyReLU(0.2, name=f"{name}_leaky_1")(y)
        y = GroupedConv2D(expanded, 3, groups, kernel_initializer=scaled, name=f"{name}_grouped")(y)
        y = layers.LeakyReLU(0.2, name=f"{name}_leaky_2")(y)
        y = layers.Conv2D(filters, 1, use_bias=False, kernel_initializer="zeros", name=f"{name}_project")(y)
        return layers.Add(name=name)([x, y])


def _grid(image_size, network: str):
    return grid_of(image_size, network, shorter_side=(16, 512), longest_side=1024)


def _widths(width: int, most: int, doublings: int) -> list[int]:
    """Channels of each stage, the coarsest first."""
    return [min(most, width * 2 ** (doublings - stage)) for stage in range(doublings + 1)]


def _resize_channels(x, filters: int, name: str):
    if x.shape[-1] == filters:
        return x
    return layers.Conv2D(filters, 1, use_bias=False, kernel_initializer=fan_in_normal(), name=name)(x)
