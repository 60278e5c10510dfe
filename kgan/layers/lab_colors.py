"""Colours given to a grey image, its lightness kept."""

import keras
from keras import ops

from kgan.pictures.color import lab_from_rgb, rgb_from_lab


@keras.saving.register_keras_serializable("kgan.layers")
class LabColors(keras.layers.Layer):
    """`rgb(L*(grey), reach * a, reach * b)`: a picture of the grey one's lightness in the colours given.

    Colorful Image Colorization (Zhang et al. 2016, arXiv:1603.08511) and pix2pix (arXiv:1611.07004) let a network
    predict a* and b* from L*; with this layer at its end, it returns a picture.

    Args:
        reach: what 1 stands for in a* and b*; 110 holds all of sRGB.

    Call with `[colors, grey]`: `(batch, height, width, 2)` and `(batch, height, width, 1)`, both in [-1, 1].

    Returns:
        `(batch, height, width, 3)` in [-1, 1], float32.
    """

    def __init__(self, reach: float = 110.0, **options) -> None:
        super().__init__(**{"dtype": "float32"} | options)
        self.reach = reach

    def call(self, inputs):
        colors, grey = inputs
        lightness = lab_from_rgb(ops.repeat(grey, 3, axis=-1))[..., :1]
        return rgb_from_lab(ops.concatenate([lightness, self.reach * ops.cast(colors, "float32")], axis=-1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], 3)

    def get_config(self) -> dict:
        return {**super().get_config(), "reach": self.reach}
