"""Instance normalization: each channel of each image has a mean of 0 and a variance of 1."""

import keras
from keras import ops

from kgan import backend


@keras.saving.register_keras_serializable("kgan.layers")
class InstanceNormalization(keras.layers.GroupNormalization):
    """`(x - mean) / sqrt(variance + epsilon)`, of each image and channel (Ulyanov et al. 2016, arXiv:1607.08022).

    Keras's `GroupNormalization(groups=-1)`, with its weights and results. Batches of one image, such as those of
    pix2pix and CycleGAN, are normalized in one operation.

    Args:
        options: as of `keras.layers.GroupNormalization`, but for `groups`.

    Example:
        >>> x = InstanceNormalization(epsilon=1e-5, center=False, scale=False)(x)
    """

    def __init__(self, groups=-1, **options) -> None:
        super().__init__(groups=groups, **options)

    def call(self, inputs):
        if len(inputs.shape) != 4 or inputs.shape[0] != 1 or self.axis not in (-1, 3) or self.epsilon < 1e-5:
            return super().call(inputs)
        x = ops.cast(inputs, "float32")
        outputs, _, _ = backend.standardize(x, self.gamma, self.beta, self.epsilon)
        return ops.cast(outputs, self.compute_dtype)
