"""Values kept in range, their gradient not: where a saturating activation would stop learning."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class StraightThroughClip(keras.layers.Layer):
    """`clip(x, low, high)` whose gradient is that of `x`, inside the range and outside (Bengio et al. 2013,
    arXiv:1308.3432).

    For pictures with much black or white: tanh reaches neither, and on its way there its gradient fades.

    Args:
        low, high: float, the range.

    Example:
        >>> StraightThroughClip()(np.array([-3.0, 0.5])).numpy().tolist()
        [-1.0, 0.5]
    """

    def __init__(self, low: float = -1.0, high: float = 1.0, **options):
        super().__init__(**options)
        self.low, self.high = float(low), float(high)

    def call(self, inputs):
        return inputs + ops.stop_gradient(ops.clip(inputs, self.low, self.high) - inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "low": self.low, "high": self.high}
