"""What a guided backward pass puts behind each rectifier."""

import keras

from kgan import backend


@keras.saving.register_keras_serializable("kgan.layers")
class PositiveGradient(keras.layers.Layer):
    """Its input as it is; backwards, of a gradient g what is positive: `max(g, 0)`.

    Striving for Simplicity: The All Convolutional Net (Springenberg et al. 2015, arXiv:1412.6806, section 3.4): behind
    a rectifier f that makes `f'(x) max(g, 0)`, so that only what was seen and what speaks for the answer comes back.

    Args:
        of any layer.

    Example:
        >>> PositiveGradient()(np.array([-1.0, 2.0], "float32"))
        [-1.0, 2.0]
    """

    def call(self, inputs):
        return backend.positive_gradient(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape
