"""Features scaled and shifted by what a sentence says."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("kgan.layers")
class TextAffine(layers.Layer):
    """`x * scale(text) + offset(text)`, a number a channel, each from two linear layers with a rectifier between.

    The affine transformation of DF-GAN (Tao et al. 2022, arXiv:2008.05865, section 3.3, equations 2 and 3). It
    starts as the identity (ours): the last layers' kernels are zero, the scale's offset is one.

    Args:
        hidden: numbers between the two linear layers.

    Call with `(x, text)`: `(batch, height, width, channels)` and `(batch, size)`.
    """

    def __init__(self, hidden: int = 256, **options):
        super().__init__(**options)
        self.hidden = int(hidden)

    def build(self, input_shape):
        image, text = input_shape
        inner = {"activation": "relu", "dtype": self.dtype_policy}
        outer = {"kernel_initializer": "zeros", "dtype": self.dtype_policy}
        channels = image[-1]
        self.scale_hidden = layers.Dense(self.hidden, name="scale_hidden", **inner)
        self.offset_hidden = layers.Dense(self.hidden, name="offset_hidden", **inner)
        self.scale = layers.Dense(channels, bias_initializer="ones", name="scale", **outer)
        self.offset = layers.Dense(channels, name="offset", **outer)
        for layer in (self.scale_hidden, self.offset_hidden):
            layer.build(text)
        for layer in (self.scale, self.offset):
            layer.build((None, self.hidden))

    def call(self, inputs):
        x, text = inputs
        scale = self.scale(self.scale_hidden(text))[:, None, None, :]
        offset = self.offset(self.offset_hidden(text))[:, None, None, :]
        return x * ops.cast(scale, x.dtype) + ops.cast(offset, x.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "hidden": self.hidden}
