"""SRVGG: a plain row of convolutions at low resolution, the compact network of Real-ESRGAN.

Real-ESRGAN (Wang et al. 2021, arXiv:2107.10833), the small network of its released models. With 64 features and 16
convolutions, x4 has 621,424 parameters (1,856 + 16 x 36,992 + 27,696).
"""

import keras
from keras import layers

from kgan.layers.nearest_upsampling import NearestUpsampling
from kgan.layers.pixel_shuffle import PixelShuffle
from kgan.networks.parts.scale import factors_of


def generator(scale: int = 4, channels: int = 3, width: int = 64, convolutions: int = 16) -> keras.Model:
    """Low resolution to high, any size: convolutions with one slope a channel, then the pixels' difference to the
    nearest low-resolution pixel, all at once.

    Args:
        scale: 1 (restoration), 2, 3, 4 or 8.
        channels: of the images.
        width: features of every convolution; 64 in the released models.
        convolutions: between the first and the last; 16 or 32 in the released models.

    Returns:
        `generator`: (batch, height, width, channels) in [-1, 1] to (batch, scale * height, scale * width,
        channels), float32, without a last activation.

    Raises:
        ValueError: for another scale.

    Example:
        >>> srvgg.generator(4).count_params()
        621424
    """
    factors_of(scale, "srvgg.generator")
    image = keras.Input((None, None, channels), name="image")
    x = image
    for index in range(convolutions + 1):
        x = layers.Conv2D(width, 3, padding="same", name=f"convolution_{index}")(x)
        start = keras.initializers.Constant(0.25)
        x = layers.PReLU(alpha_initializer=start, shared_axes=[1, 2], name=f"slope_{index}")(x)
    x = layers.Conv2D(channels * scale**2, 3, padding="same", dtype="float32", name="phases")(x)
    x = PixelShuffle(scale, dtype="float32", name="shuffle")(x)
    base = NearestUpsampling(scale, dtype="float32", name="base")(image)
    x = layers.Add(dtype="float32", name="pixels")([base, x])
    return keras.Model(image, x, name="generator")
