"""From one tensor to another as training goes on: how a network's new layers take over."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class FadeIn(keras.layers.Layer):
    """`old + alpha (new - old)`, an alpha a sample (Karras et al. 2018, arXiv:1710.10196, section 2, figure 2).

    Call with `[old, new, alpha]`: two tensors of one shape `(batch, ...)`, which is returned, and `(batch,)` in [0, 1].
    """

    def call(self, inputs):
        old, new, alpha = inputs
        alpha = ops.reshape(ops.cast(alpha, new.dtype), (-1, *[1] * (len(new.shape) - 1)))
        return old + alpha * (new - old)

    def compute_output_shape(self, input_shape):
        return input_shape[1]
