"""Partial convolution: sees known pixels only, and grows what is known."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class PartialConv2D(keras.layers.Layer):
    """A convolution of the known pixels, scaled up for those that are missing.

    Image Inpainting for Irregular Holes Using Partial Convolutions (Liu et al. 2018, arXiv:1804.07723, eq.
    1, 2):

        known = number of known pixels under the window
        outputs = W.T @ (inputs * mask) * window_size / known + bias    where known > 0, else 0
        new_mask = 1 where known > 0, else 0

    Pixels of the zero padding count as missing. The mask is one channel for all (the paper's masks are the
    same in every channel); where a decoder concatenates two feature maps with masks of their own, apply one
    to each.

    Args:
        filters: output channels.
        kernel_size: of the convolution.
        strides: of the convolution.
        padding: "same" or "valid".
        use_bias: add a bias where something is known.

    Call with `(inputs, mask)`: `(batch, height, width, channels)` and `(batch, height, width, 1)`, 1 known
    and 0 missing. Returns `(outputs, new_mask)`; the mask carries no gradient.
    """

    def __init__(
        self,
        filters: int,
        kernel_size=3,
        strides=1,
        padding: str = "same",
        use_bias: bool = True,
        **options,
    ) -> None:
        super().__init__(**options)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        self.padding, self.use_bias = padding, use_bias
        self.convolution = keras.layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            use_bias=False,
            dtype=self.dtype_policy,
            name="convolution",
        )

    def build(self, input_shape):
        image_shape, mask_shape = input_shape
        if mask_shape[-1] != 1:
            raise ValueError(
                f"Expected a mask of one channel, received {tuple(mask_shape)}; pass mask[..., :1]."
            )
        self.convolution.build(image_shape)
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, inputs):
        image, mask = inputs
        height, width = self.convolution.kernel_size
        ones = ops.ones((height, width, 1, 1), dtype=mask.dtype)
        known = ops.conv(ops.stop_gradient(mask), ones, self.convolution.strides, self.padding)
        new_mask = ops.cast(known > 0.5, mask.dtype)
        share = new_mask * (height * width) / ops.maximum(known, 1.0)
        outputs = self.convolution(image * mask) * share
        if self.use_bias:
            outputs = outputs + self.bias * new_mask
        return outputs, new_mask

    def compute_output_shape(self, input_shape):
        shape = self.convolution.compute_output_shape(input_shape[0])
        return shape, (*shape[:-1], 1)

    def get_config(self) -> dict:
        keys = ("filters", "kernel_size", "strides", "padding", "use_bias")
        return {**super().get_config(), **{key: getattr(self, key) for key in keys}}
