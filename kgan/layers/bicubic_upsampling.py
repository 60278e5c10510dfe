"""Bicubic enlargement by a whole number, as a fixed sub-pixel convolution."""

import keras
import numpy as np
from keras import ops

from kgan.layers.pixel_shuffle import pixel_shuffle


@keras.saving.register_keras_serializable("kgan.layers")
class BicubicUpsampling2D(keras.layers.Layer):
    """Enlarges as Pillow's bicubic does: Keys's cubic with a of -1/2, weights at the border normalised.

    Cubic Convolution Interpolation for Digital Image Processing (Keys 1981). Pixel `s*i + p` of the output lies at
    `i + d` of the input, `d = (p + 1/2) / s - 1/2`; its value is `sum_k cubic(k - d) x[i + k]` over what of -2 to 2
    is inside, over the sum of those weights. Unlike TensorFlow's resize it compiles with XLA and has a gradient.

    Args:
        scale: s, how many times larger along a side, >= 1.

    Returns:
        `(batch, height, width, channels)` gives `(batch, height * scale, width * scale, channels)`.

    Example:
        `BicubicUpsampling2D(4)(images)`
    """

    def __init__(self, scale: int = 2, **options) -> None:
        super().__init__(**options)
        self.scale = scale

    def call(self, inputs):
        channels = inputs.shape[-1]
        taps = phase_weights(self.scale)
        # (5, 5, 1, scale * scale), phases in the order of the shuffle.
        kernel = np.einsum("pk,ql->klpq", taps, taps).reshape(5, 5, 1, -1)
        inside = ops.conv(ops.ones_like(inputs[:1, ..., :1]), ops.cast(kernel, inputs.dtype), padding="same")
        kernel = (kernel[..., None] * np.eye(channels)[:, None]).reshape(5, 5, channels, -1)
        x = ops.conv(inputs, ops.cast(kernel, inputs.dtype), padding="same")
        return pixel_shuffle(x / ops.repeat(inside, channels, axis=-1), self.scale)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, *(side and side * self.scale for side in (height, width)), channels)

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale}


def phase_weights(scale: int) -> np.ndarray:
    """The weights of the five pixels around for each of the places within a pixel, `(scale, 5)`."""
    place = (np.arange(scale) + 0.5) / scale - 0.5
    x = np.abs(np.arange(-2, 3) - place[:, None])
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
