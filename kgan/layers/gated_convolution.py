"""Gated convolution: a convolution that learns, for each pixel and channel, how much to let through."""

import keras
from keras import ops

# With z and g of this variance E (elu(z) * sigmoid(g))**2 is about 1: deep networks neither fade nor grow. Glorot's
# would leave a third of the amplitude after each layer, and of 17 layers nothing.
PRESERVING = 5.0


@keras.saving.register_keras_serializable("kgan.layers")
class GatedConv2D(keras.layers.Layer):
    """`activation(features) * sigmoid(gate)`, both convolutions of the input.

    Free-Form Image Inpainting with Gated Convolution (Yu et al. 2019, arXiv:1806.03589, section 3.1): a
    soft, learned form of the mask update of `PartialConv2D`. One convolution with twice the filters computes
    both; the first half of its channels are the features.

    Args:
        filters: output channels.
        kernel_size: of the convolution.
        strides: of the convolution.
        dilation_rate: of the convolution.
        padding: "same" or "valid".
        activation: of the features; `None` for none (the network's last layer).

    Returns:
        `(batch, new_height, new_width, filters)`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size=3,
        strides=1,
        dilation_rate=1,
        padding: str = "same",
        activation="elu",
        **options,
    ) -> None:
        super().__init__(**options)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        self.dilation_rate, self.padding = dilation_rate, padding
        self.activation = keras.activations.get(activation)
        self.convolution = keras.layers.Conv2D(
            2 * filters,
            kernel_size,
            strides=strides,
            padding=padding,
            dilation_rate=dilation_rate,
            kernel_initializer=keras.initializers.VarianceScaling(PRESERVING),
            dtype=self.dtype_policy,
            name="convolution",
        )

    def build(self, input_shape):
        self.convolution.build(input_shape)

    def call(self, inputs):
        features, gate = ops.split(self.convolution(inputs), 2, axis=-1)
        return self.activation(features) * ops.sigmoid(gate)

    def compute_output_shape(self, input_shape):
        return (*self.convolution.compute_output_shape(input_shape)[:-1], self.filters)

    def get_config(self) -> dict:
        keys = ("filters", "kernel_size", "strides", "dilation_rate", "padding")
        own = {key: getattr(self, key) for key in keys}
        return {**super().get_config(), **own, "activation": keras.activations.serialize(self.activation)}
