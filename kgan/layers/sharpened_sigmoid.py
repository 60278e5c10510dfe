"""A sigmoid that learns how sharp it is."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class SharpenedSigmoid(keras.layers.Layer):
    """`sigmoid((1 + |c|) * logit)`, c learned from 1 on (at 0 an absolute value has no gradient to leave by).

    Mitigating Unwanted Biases with Adversarial Learning (Zhang, Lemoine and Mitchell 2018, arXiv:1801.07593): as c
    grows a probability becomes a decision, so that the adversary may look at either.

    Args:
        of any layer.

    Example:
        >>> SharpenedSigmoid()(np.zeros((1, 1), "float32"))
        [[0.5]]
    """

    def build(self, input_shape):
        self.sharpness = self.add_weight(name="sharpness", shape=(), initializer="ones")

    def call(self, logits):
        return ops.sigmoid((1.0 + ops.abs(self.sharpness)) * logits)

    def compute_output_shape(self, input_shape):
        return input_shape
