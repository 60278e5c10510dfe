"""Each pixel becomes a square of pixels, in operations that every converter knows at any size."""

import keras
from keras import ops

from kgan.layers.pixel_shuffle import pixel_shuffle


@keras.saving.register_keras_serializable("kgan.layers")
class NearestUpsampling(keras.layers.Layer):
    """`y[i, j] = x[i // scale, j // scale]`, as `keras.layers.UpSampling2D(scale)` has it.

    That one becomes an operation that forgets how many channels there are: LiteRT and ONNX cannot be made of it, and
    OpenVINO computes another shape, where height and width are free.

    Args:
        scale: int.

    Returns:
        `(batch, height * scale, width * scale, channels)`.
    """

    def __init__(self, scale: int = 2, **options) -> None:
        super().__init__(**options)
        self.scale = scale

    def call(self, inputs):
        return nearest_upsampling(inputs, self.scale)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, height and height * self.scale, width and width * self.scale, channels

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale}


def nearest_upsampling(x, scale: int):
    """`(batch, height, width, channels)` to `(batch, height * scale, width * scale, channels)`; channels are known."""
    return pixel_shuffle(ops.concatenate([x] * scale**2, axis=-1), scale)
