"""Pix2pix's U-Net as a colouriser: a grey picture in, the same one in colours out.

Image-to-Image Translation with Conditional Adversarial Networks (Isola et al. 2017, arXiv:1611.07004, section 4.4):
the network predicts a* and b* from lightness, which is kept.
"""

import keras

from kgan.layers.lab_colors import LabColors
from kgan.networks import unet


def generator(**settings) -> keras.Model:
    """A grey picture to one in colours, any size.

    Args:
        settings: those of `unet.generator` but for the channels.

    Returns:
        `generator`: (batch, height, width, 1) to (batch, height, width, 3), both in [-1, 1], float32.

    Example:
        >>> colorizer.generator(image_size=(64, 64), width=16).output_shape
        (None, None, None, 3)
    """
    network = unet.generator(channels=2, source_channels=1, **settings)
    picture = LabColors(name="picture")([network.output, network.input])
    return keras.Model(network.input, picture, name="generator")
