"""Channel-wise fully connected layer: every pixel of a feature map reaches every other, channels apart."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class ChannelwiseDense(keras.layers.Layer):
    """`outputs[b, :, c] = inputs[b, :, c] @ kernel[c] + bias[:, c]`, over the pixels of each channel.

    Carries what lies around a hole into it (Context Encoders, Pathak et al. 2016, arXiv:1604.07379, section
    3.1), with `channels * pixels**2` weights where a full layer has `(channels * pixels)**2`. The paper puts
    a convolution after it, which mixes the channels. The kernel starts Glorot uniform, channel by channel:
    `limit = sqrt(3 / pixels)`.

    Args:
        use_bias: add a bias per pixel and channel.

    Returns:
        the shape of the input, `(batch, height, width, channels)`; height and width must be fixed.
    """

    def __init__(self, use_bias: bool = True, **options) -> None:
        super().__init__(**options)
        self.use_bias = use_bias

    def build(self, input_shape):
        _, height, width, channels = input_shape
        if None in (height, width):
            raise ValueError(
                "ChannelwiseDense has weights for each pixel: expected a fixed height and width, received "
                f"{tuple(input_shape)}; give keras.Input both."
            )
        pixels = height * width
        limit = math.sqrt(3.0 / pixels)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(channels, pixels, pixels),
            initializer=keras.initializers.RandomUniform(-limit, limit),
        )
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(pixels, channels), initializer="zeros")

    def call(self, inputs):
        _, height, width, channels = inputs.shape
        x = ops.reshape(inputs, (-1, height * width, channels))
        x = ops.einsum("bpc,cpq->bqc", x, self.kernel)
        if self.use_bias:
            x = x + self.bias
        return ops.reshape(x, (-1, height, width, channels))

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self) -> dict:
        return {**super().get_config(), "use_bias": self.use_bias}
