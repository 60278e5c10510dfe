"""The mean over the steps of a sequence that are no padding."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class MaskedMean(keras.layers.Layer):
    """`sum(states * mask) / max(1, sum(mask))` over the steps, `mask = tokens != 0`.

    Where pooling has left one state for `pooled` tokens, a state counts if any of its tokens does.

    Args:
        pooled: tokens a state, >= 1.

    Call with `(states, tokens)`: `(batch, steps, size)` and `(batch, length)` int32, `steps * pooled >= length`.
    """

    def __init__(self, pooled: int = 1, **options):
        super().__init__(**options)
        if pooled < 1:
            raise ValueError(f"MaskedMean: expected pooled to be at least 1, received {pooled}.")
        self.pooled = int(pooled)

    def call(self, inputs):
        states, tokens = inputs
        steps, length = states.shape[1], tokens.shape[1]
        mask = ops.cast(ops.not_equal(tokens, 0), states.dtype)
        mask = ops.pad(mask, [[0, 0], [0, steps * self.pooled - length]])
        mask = ops.max(ops.reshape(mask, (-1, steps, self.pooled)), axis=-1)[:, :, None]
        return ops.sum(states * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0)

    def compute_output_shape(self, input_shape):
        states, _ = input_shape
        return (states[0], states[-1])

    def get_config(self):
        return {**super().get_config(), "pooled": self.pooled}
