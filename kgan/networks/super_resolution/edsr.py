"""EDSR: residual blocks without normalization at low resolution.

Enhanced Deep Residual Networks for Single Image Super-Resolution (Lim et al. 2017, arXiv:1707.02921, figures 2
and 3). With 64 features and 16 blocks, the paper's baseline, x2 has 1,369,859 parameters and x4 1,517,571 (added up
from the figure: 1,792 + 16 x 73,856 + 36,928 + 147,712 for each doubling + 1,731).
"""

import keras
from keras import layers

from kgan.layers.bicubic_upsampling import BicubicUpsampling2D
from kgan.layers.pixel_shuffle import PixelShuffle
from kgan.networks.parts.scale import factors_of


def generator(
    scale: int = 4,
    channels: int = 3,
    width: int = 64,
    blocks: int = 16,
    residual_scale: float = 1.0,
    direct: bool = False,
) -> keras.Model:
    """Low resolution to high, any size.

    Args:
        scale: 1 (restoration), 2, 3, 4 or 8.
        channels: of the images.
        width: features of every block; 64 in the paper's baseline, 256 in its largest.
        blocks: residual blocks; 16 in the paper's baseline, 32 in its largest.
        residual_scale: the factor before each residual is added; 1 in the baseline, 0.1 in the largest.
        direct: a fast one: no convolution at high resolution, but one at low resolution that makes all the pixels
            at once, which are added to bicubic enlargement and are zero at first. It is never far below bicubic, and
            learns in hundreds of steps what the other does in thousands.

    Returns:
        `generator`: (batch, height, width, channels) in [-1, 1] to (batch, scale * height, scale * width,
        channels), float32, without a last activation.

    Raises:
        ValueError: for another scale.

    Example:
        >>> edsr.generator(4, width=48, blocks=5, direct=True).count_params()
        250752

    Differs from the paper: pixels in [-1, 1] stand for its subtraction of a mean color.
    """
    factors = factors_of(scale, "edsr.generator")
    image = keras.Input((None, None, channels), name="image")
    x = start = layers.Conv2D(width, 3, padding="same", name="start")(image)
    for index in range(1, blocks + 1):
        y = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"block_{index}_convolution_1")(x)
        y = layers.Conv2D(
            width, 3, padding="same", kernel_initializer=_small(), name=f"block_{index}_convolution_2"
        )(y)
        if residual_scale != 1:
            y = layers.Rescaling(residual_scale, name=f"block_{index}_scaled")(y)
        x = layers.Add(name=f"block_{index}")([x, y])
    x = layers.Conv2D(width, 3, padding="same", kernel_initializer=_small(), name="trunk")(x)
    x = layers.Add(name="trunk_sum")([x, start])
    if direct:
        x = layers.Conv2D(
            channels * scale**2,
            3,
            padding="same",
            kernel_initializer="zeros",
            dtype="float32",
            name="phases",
        )(x)
        x = PixelShuffle(scale, dtype="float32", name="shuffle")(x)
        base = BicubicUpsampling2D(scale, dtype="float32", name="base")(image)
        x = layers.Add(dtype="float32", name="pixels")([base, x])
        return keras.Model(image, x, name="generator")
    for index, factor in enumerate(factors, 1):
        x = layers.Conv2D(factor**2 * width, 3, padding="same", name=f"up_{index}")(x)
        x = PixelShuffle(factor, name=f"up_{index}_shuffle")(x)
    x = layers.Conv2D(channels, 3, padding="same", dtype="float32", name="pixels")(x)
    return keras.Model(image, x, name="generator")


def _small():
    # A tenth of He's deviation: each block begins near the identity, so that many can be stacked without a norm.
    return keras.initializers.VarianceScaling(0.02, "fan_in", "untruncated_normal")
