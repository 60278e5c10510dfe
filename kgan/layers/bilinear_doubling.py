"""Twice the size, bilinear, of pictures whose size is known only when they come."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class BilinearDoubling(keras.layers.Layer):
    """`keras.layers.UpSampling2D(2, interpolation="bilinear")` that also exports with height and width unknown.

    Along each axis `y[2i] = x[i - 1] / 4 + 3 x[i] / 4` and `y[2i + 1] = 3 x[i] / 4 + x[i + 1] / 4`, edges repeated.

    Call with `(batch, height, width, channels)`; returns `(batch, 2 height, 2 width, channels)`.
    """

    def call(self, inputs):
        return _doubled(_doubled(inputs, 1), 2)

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        return (batch, *(None if side is None else 2 * side for side in sides), channels)


def _doubled(x, axis):
    """One axis, 1 or 2, twice as long."""

    def cut(*limits):
        return x[:, slice(*limits)] if axis == 1 else x[:, :, slice(*limits)]

    before = ops.concatenate([cut(0, 1), cut(0, -1)], axis=axis)
    after = ops.concatenate([cut(1, None), cut(-1, None)], axis=axis)
    pairs = ops.stack([0.25 * before + 0.75 * x, 0.75 * x + 0.25 * after], axis=axis + 1)
    height, width = (ops.shape(x)[place] * (1 + (place == axis)) for place in (1, 2))
    return ops.reshape(pairs, (-1, height, width, x.shape[-1]))
