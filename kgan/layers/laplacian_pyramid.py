"""The Laplacian pyramid: a picture as its coarsest version and what each finer one adds. Nothing is lost."""

import itertools

import keras
from keras import ops

from kgan.layers.bilinear_doubling import BilinearDoubling

TAPS = (1.0, 3.0, 3.0, 1.0)  # over 8: smooths, and halves about the middle of each 2x2 pixels


@keras.saving.register_keras_serializable("kgan.layers")
class HalfSize(keras.layers.Layer):
    """Smoothed with `(1, 3, 3, 1) / 8` along both axes, every second pixel kept; the border is repeated outwards.

    `(batch, height, width, channels)` with even sides gives `(batch, height / 2, width / 2, channels)`.
    """

    def call(self, inputs):
        return _halved(_halved(inputs, 1), 2)

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        return (batch, *(side and side // 2 for side in sides), channels)


@keras.saving.register_keras_serializable("kgan.layers")
class LaplacianPyramid(keras.layers.Layer):
    """`I[k] = half(I[k + 1])`, `h[k] = I[k] - double(I[k - 1])` (Burt and Adelson 1983).

    As Denton et al. 2015 (arXiv:1506.05751, section 2.2) use it, counted from the coarsest level.

    Args:
        levels: how often to halve.

    Returns:
        `[I[0], h[1], ..., h[levels]]`, the coarsest picture and what each finer one adds to the one before, doubled.
        `FromLaplacianPyramid` makes the picture of them again.

    Raises:
        ValueError: sides that cannot be halved so often.
    """

    def __init__(self, levels: int, **options) -> None:
        super().__init__(**options)
        if levels != int(levels) or levels < 0:
            raise ValueError(
                f"LaplacianPyramid: expected levels to be a whole number of at least 0, received {levels}."
            )
        self.levels = int(levels)

    def build(self, input_shape):
        if any(side is not None and side % 2**self.levels for side in input_shape[1:3]):
            raise ValueError(
                f"LaplacianPyramid: expected sides that are multiples of {2**self.levels} for {self.levels} levels, "
                f"received {input_shape[1]}x{input_shape[2]}. Resize the images, or take fewer levels."
            )

    def call(self, inputs):
        images = gaussian(inputs, self.levels)
        return images[:1] + [fine - BilinearDoubling()(coarse) for coarse, fine in itertools.pairwise(images)]

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        scales = [2**level for level in range(self.levels, -1, -1)]
        return [(batch, height and height // n, width and width // n, channels) for n in scales]

    def get_config(self) -> dict:
        return {**super().get_config(), "levels": self.levels}


@keras.saving.register_keras_serializable("kgan.layers")
class FromLaplacianPyramid(keras.layers.Layer):
    """`I[k] = double(I[k - 1]) + h[k]`, from what `LaplacianPyramid` gives to the picture it was given."""

    def call(self, inputs):
        image, *high = inputs
        for part in high:
            image = BilinearDoubling()(image) + part
        return image

    def compute_output_shape(self, input_shape):
        return input_shape[-1]


def gaussian(image, levels: int) -> list:
    """The picture at each level, the coarsest first: `[I[0], ..., I[levels]]`."""
    images = [image]
    for _ in range(levels):
        images.insert(0, HalfSize()(images[0]))
    return images


def _edges(x, axis):
    """With one more row (or column) at both ends, the same as the last."""
    first, last = (ops.take(x, [index], axis=axis) for index in (0, x.shape[axis] - 1))
    return ops.concatenate([first, x, last], axis=axis)


def _halved(x, axis):
    side = x.shape[axis]
    x = _edges(x, axis)
    parts = [_every_second(x, axis, start, side) for start in range(4)]
    return sum(tap / sum(TAPS) * part for tap, part in zip(TAPS, parts, strict=True))


def _every_second(x, axis, start, side):
    chosen = [slice(None)] * len(x.shape)
    chosen[axis] = slice(start, start + side - 1, 2)
    return x[tuple(chosen)]
