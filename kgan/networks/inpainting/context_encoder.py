"""Context encoder: what lies around a hole, through a bottleneck, becomes what lies in it.

Context Encoders: Feature Learning by Inpainting (Pathak et al. 2016, arXiv:1604.07379, section 3 and figure
9): strided 4x4 convolutions down to 4x4, a channel-wise fully connected layer and a convolution that mixes
the channels, transposed convolutions up. The authors' released centre model has an ordinary fully connected
layer of 4,000 units in that place, and so more parameters. At 128 pixels and width 64 ours has 5,981,955,
added up in the test.
"""

import keras
from keras import layers

from kgan.layers.channelwise_dense import ChannelwiseDense
from kgan.networks import dcgan
from kgan.networks.parts.image_size import grid_of
from kgan.networks.parts.normalization import normalize


def generator(
    image_size: tuple[int, int] = (128, 128),
    channels: int = 3,
    width: int = 64,
    output: str = "hole",
    normalization: str | None = "batch",
) -> keras.Model:
    """An image with a hole to what belongs into it.

    Args:
        image_size: (height, width), shorter side 32 to 256; multiples of 8, 16, 32, 64 from 32, 64, 128, 256
            pixels on. The fully connected layer fixes it.
        channels: of the image; the hole holds a constant.
        width: features of the first convolution.
        output: "hole" (the centre, half as high and wide) or "image" (all of it, for holes anywhere).
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: (batch, height, width, channels) to (batch, height / 2, width / 2, channels) or to its
        own shape, in [-1, 1], float32.

    Raises:
        ValueError: for a size that cannot be halved so often, or another output.
    """
    if output not in ("hole", "image"):
        raise ValueError(
            f"context_encoder.generator: expected output 'hole' or 'image'; received {output!r}."
        )
    halvings, _ = grid_of(image_size, "context_encoder.generator", shorter_side=(32, 256), longest_side=512)
    settings = {
        "use_bias": normalization is None,
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02) if normalization else "he_normal",
    }
    image = x = keras.Input((*image_size, channels), name="image")
    for level in range(1, halvings + 1):
        # 64-64-128-256-512: the second level repeats the first one's width.
        filters = width * 2 ** max(level - 2, 0)
        x = layers.Conv2D(filters, 4, 2, "same", name=f"down_{level}", **settings)(x)
        if level > 1:
            x = normalize(x, normalization, f"down_{level}_normalization")
        x = layers.LeakyReLU(0.2, name=f"down_{level}_leaky")(x)
    x = ChannelwiseDense(name="across")(x)
    x = layers.Conv2D(filters, 1, name="mix", **settings)(x)
    x = normalize(x, normalization, "mix_normalization")
    x = layers.ReLU(name="mix_rectifier")(x)
    doublings = halvings - (output == "hole")
    for level in range(1, doublings):
        filters = max(filters // 2, width)
        x = layers.Conv2DTranspose(filters, 4, 2, "same", name=f"up_{level}", **settings)(x)
        x = normalize(x, normalization, f"up_{level}_normalization")
        x = layers.ReLU(name=f"up_{level}_rectifier")(x)
    settings["use_bias"] = True
    x = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="pixels", **settings
    )(x)
    return keras.Model(image, x, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64), channels: int = 3, width: int = 64, **options
) -> keras.Model:
    """What judges the filled region: DCGAN's discriminator, as the paper has it.

    Args:
        image_size: (height, width) of the region.
        channels, width, options: as for `dcgan.discriminator`.
    """
    return dcgan.discriminator(image_size, channels, width, **options)
