"""SRResNet: residual blocks at low resolution, then sub-pixel convolutions.

Photo-Realistic Single Image Super-Resolution Using a GAN (Ledig et al. 2016, arXiv:1609.04802, figure 4).
With 64 features, 16 blocks and one slope for all channels of a rectifier, x4 has 1,549,462 trainable
parameters (added up from the figure: 15,617 + 16 x 74,113 + 37,056 + 2 x 147,713 + 15,555).
"""

import keras
from keras import layers

from kgan.layers.pixel_shuffle import PixelShuffle
from kgan.layers.rowwise_convolution import RowwiseConv2D
from kgan.networks.parts.normalization import normalize
from kgan.networks.parts.scale import factors_of


def generator(
    scale: int = 4,
    channels: int = 3,
    width: int = 64,
    blocks: int = 16,
    normalization: str | None = "batch",
) -> keras.Model:
    """Low resolution to high, any size.

    Args:
        scale: 1 (restoration), 2, 3, 4 or 8.
        channels: of the images.
        width: features of every block; 64 in the paper.
        blocks: residual blocks; 16 in the paper.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: (batch, height, width, channels) in [-1, 1] to (batch, scale * height, scale * width,
        channels), float32, without a last activation: what leaves [-1, 1] a little still has a gradient. Clip
        where images are written.

    Raises:
        ValueError: for another scale.

    Example:
        >>> srresnet.generator(4, width=8, blocks=1).output_shape
        (None, None, None, 3)
    """
    factors = factors_of(scale, "srresnet.generator")
    image = keras.Input((None, None, channels), name="image")
    x = layers.Conv2D(width, 9, padding="same", name="start")(image)
    x = start = _slope("start_slope")(x)
    for index in range(1, blocks + 1):
        name = f"block_{index}"
        y = layers.Conv2D(width, 3, padding="same", name=f"{name}_convolution_1")(x)
        y = normalize(y, normalization, f"{name}_normalization_1")
        y = _slope(f"{name}_slope")(y)
        y = layers.Conv2D(width, 3, padding="same", name=f"{name}_convolution_2")(y)
        y = normalize(y, normalization, f"{name}_normalization_2")
        x = layers.Add(name=name)([x, y])
    x = layers.Conv2D(width, 3, padding="same", name="trunk")(x)
    x = normalize(x, normalization, "trunk_normalization")
    x = layers.Add(name="trunk_sum")([x, start])
    for index, factor in enumerate(factors, 1):
        x = layers.Conv2D(factor**2 * width, 3, padding="same", name=f"up_{index}")(x)
        x = PixelShuffle(factor, name=f"up_{index}_shuffle")(x)
        x = _slope(f"up_{index}_slope")(x)
    x = RowwiseConv2D(channels, 9, padding="same", dtype="float32", name="pixels")(x)
    return keras.Model(image, x, name="generator")


def _slope(name: str) -> layers.Layer:
    return layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2, 3], name=name)
