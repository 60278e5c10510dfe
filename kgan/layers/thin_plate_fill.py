"""A hole filled smoothly, as a thin plate would be that is clamped around it."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kgan")
class ThinPlateFill(keras.layers.Layer):
    """Fills a hole with what its surroundings suggest: values and slopes go on smoothly, nothing is learned.

    The limit is a discrete biharmonic function with the known pixels as its boundary (thin plates: Bookstein 1989).
    A pyramid brings it near in few sweeps: the coarsest level is filled with the mean of what is known, each finer
    one starts from the one before and relaxes `(1 - B)**2 x = 0`, B the mean of 3x3 pixels inside the image,

        x <- where(mask, 2 B x - B B x, image)

    Args:
        levels: of the pyramid; holes of up to some `2**levels` pixels across are filled well.
        sweeps: relaxations on the finest level; twice as many on the next, up to eight times.

    Returns:
        `[image, mask]`, `(batch, height, width, channels)` and `(batch, height, width, 1)` with 1 in the hole, gives
        an image of the same shape, known pixels untouched, float32. A hole without surroundings is 0. No gradient
        flows back.

    Example:
        `ThinPlateFill()([image, mask])`
    """

    def __init__(self, levels: int = 6, sweeps: int = 8, **options):
        super().__init__(**{"dtype": "float32"} | options)
        if levels < 1 or sweeps < 0:
            raise ValueError(
                f"ThinPlateFill: expected levels of at least 1 and sweeps of at least 0, received {levels} and "
                f"{sweeps}."
            )
        self.levels, self.sweeps = levels, sweeps

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
            coarser = ops.repeat(ops.repeat(coarser, 2, axis=1), 2, axis=2)[:, :height, :width]
        inside = share > 0
        fixed = values / ops.where(inside, share, 1.0)
        x = ops.where(inside, fixed, coarser)
        for _ in range(self.sweeps * 2 ** min(level, 3)):
            once = ops.average_pool(x, 3, 1, "same")
            x = ops.where(inside, fixed, 2 * once - ops.average_pool(once, 3, 1, "same"))
        return x

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self):
        return {**super().get_config(), "levels": self.levels, "sweeps": self.sweeps}
