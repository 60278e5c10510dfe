"""Pixel shuffle: channels become pixels, so that a convolution at low resolution upsamples."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class PixelShuffle(keras.layers.Layer):
    """`outputs[:, y*r + i, x*r + j, c] = inputs[:, y, x, (i*r + j)*channels + c]`, r the scale.

    The sub-pixel convolution of Real-Time Single Image and Video Super-Resolution (Shi et al. 2016,
    arXiv:1609.05158, eq. 4) is a convolution with `r*r` times the filters, then this. The order of the
    channels is TensorFlow's depth-to-space; PyTorch's is `c*r*r + i*r + j`, so weights taken from there are
    to be permuted.

    Args:
        scale: r, how many times larger height and width get, >= 1.

    Returns:
        `(batch, height, width, channels * r * r)` gives `(batch, height * r, width * r, channels)`.

    Example:
        `PixelShuffle(2)(keras.layers.Conv2D(4 * 64, 3, padding="same")(x))`
    """

    def __init__(self, scale: int = 2, **options) -> None:
        super().__init__(**options)
        if scale < 1:
            raise ValueError(f"PixelShuffle's scale must be a whole number >= 1, received {scale}.")
        self.scale = scale

    def call(self, inputs):
        self._channels(inputs.shape)
        return pixel_shuffle(inputs, self.scale)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        grow = (size and size * self.scale for size in (height, width))
        return (batch, *grow, self._channels(input_shape))

    def _channels(self, shape):
        channels, rest = divmod(shape[-1], self.scale**2)
        if rest:
            raise ValueError(
                f"PixelShuffle({self.scale}) expects a multiple of {self.scale**2} channels, received "
                f"{shape[-1]}; give the convolution before it {self.scale**2} times the filters."
            )
        return channels

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale}


def pixel_shuffle(x, scale: int):
    """`(batch, height, width, channels * scale**2)` to `(batch, height * scale, width * scale, channels)`."""
    batch, height, width = ops.shape(x)[:3]
    channels = x.shape[-1] // scale**2
    x = ops.reshape(x, (batch, height, width, scale, scale, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (batch, height * scale, width * scale, channels))
