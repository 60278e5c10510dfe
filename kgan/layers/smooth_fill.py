"""A hole filled smoothly, as a membrane or a thin plate would be that is clamped around it."""

import keras
from keras import ops

from kgan.layers.nearest_upsampling import nearest_upsampling


@keras.saving.register_keras_serializable("kgan.layers")
class SmoothFill(keras.layers.Layer):
    """Fills a hole with what its surroundings suggest, nothing learned.

    The limit is a discrete harmonic (order 1) or biharmonic (order 2) function with the known pixels as its boundary: a
    membrane goes on from their values, a thin plate (Bookstein 1989) from their slopes, too. A pyramid brings it near
    in few sweeps: the coarsest level is filled with the mean of what is known, each finer one starts from the one
    before and relaxes `(1 - B)**order x = 0`, B the mean of 3x3 pixels inside the image:

        x <- where(mask, B x, image)            (order 1)
        x <- where(mask, 2 B x - B B x, image)  (order 2)

    Args:
        order: 1 or 2.
        levels: of the pyramid; holes of up to some `2**levels` pixels across are filled well.
        sweeps: relaxations on the finest level; twice as many on the next, up to eight times.

    Returns:
        `[image, mask]`, `(batch, height, width, channels)` and `(batch, height, width, 1)` with 1 in the hole, gives
        an image of the same shape, known pixels untouched, float32. A hole without surroundings is 0. No gradient
        flows back.

    Example:
        `SmoothFill()([image, mask])`
    """

    def __init__(self, order: int = 2, levels: int = 6, sweeps: int = 8, **options) -> None:
        super().__init__(**{"dtype": "float32"} | options)
        if order not in (1, 2) or levels < 1 or sweeps < 0:
            raise ValueError(
                "SmoothFill: expected order 1 or 2, levels of at least 1 and sweeps of at least 0, received "
                f"{order}, {levels} and {sweeps}."
            )
        self.order, self.levels, self.sweeps = order, levels, sweeps

    def call(self, inputs):
        image, mask = map(ops.stop_gradient, inputs)
        known = ops.cast(mask <= 0, image.dtype)
        pyramid = [(image * known, known)]
        for _ in range(self.levels):
            pyramid.append(tuple(ops.average_pool(x, 2, 2, "same") for x in pyramid[-1]))
        share = ops.sum(pyramid[-1][1], axis=(1, 2), keepdims=True)
        filled = ops.sum(pyramid[-1][0], axis=(1, 2), keepdims=True) / ops.where(share > 0, share, 1.0)
        filled = filled * ops.ones_like(pyramid[-1][1])
        for level in range(self.levels, -1, -1):
            filled = self.relaxed(filled, *pyramid[level], level)
        return ops.where(known > 0, image, filled)

    def relaxed(self, coarser, values, share, level):
        """One level: starts where a coarser one ended (twice as large, unless it is the same), known parts fixed."""
        height, width = ops.shape(values)[1:3]
        if level < self.levels:
            coarser = nearest_upsampling(coarser, 2)[:, :height, :width]
        inside = share > 0
        fixed = values / ops.where(inside, share, 1.0)
        x = ops.where(inside, fixed, coarser)
        for _ in range(self.sweeps * 2 ** min(level, 3)):
            mean = ops.average_pool(x, 3, 1, "same")
            if self.order == 2:
                mean = 2 * mean - ops.average_pool(mean, 3, 1, "same")
            x = ops.where(inside, fixed, mean)
        return x

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self) -> dict:
        own = {key: getattr(self, key) for key in ("order", "levels", "sweeps")}
        return {**super().get_config(), **own}
