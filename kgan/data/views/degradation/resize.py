"""Bicubic resizing with antialiasing, of whole pictures and inside a data pipeline.

The bicubic is Pillow's (Keys's cubic with a of -1/2, its support stretched by the scale, weights at the border
normalised), which is also MATLAB's `imresize` but for the border, and so what super-resolution papers use.
"""

import functools

import numpy as np
import tensorflow as tf

from kgan.pictures.pixels import to_float, to_uint8


@functools.lru_cache(64)
def taps(before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels make a pixel of a resized line, and with what weight.

    Args:
        before, after: lengths of the line.

    Returns:
        int64 positions and float32 weights, both (after, taps); weights of a pixel add up to 1.
    """
    ratio = before / after
    stretch = max(ratio, 1.0)
    centre = (np.arange(after) + 0.5) * ratio
    # Pillow's bounds: the first and the last pixel whose centre is within the support.
    first = np.maximum(np.floor(centre - 2 * stretch + 0.5), 0).astype(np.int64)
    last = np.minimum(np.floor(centre + 2 * stretch + 0.5), before).astype(np.int64)
    place = first[:, None] + np.arange((last - first).max())
    weights = cubic((place + 0.5 - centre[:, None]) / stretch) * (place < last[:, None])
    weights /= weights.sum(1, keepdims=True)
    return np.minimum(place, before - 1), weights.astype(np.float32)


def cubic(x: tf.Tensor, a: float = -0.5) -> tf.Tensor:
    """Keys's kernel: `(a + 2) |x|^3 - (a + 3) |x|^2 + 1` up to 1, `a |x|^3 - 5a |x|^2 + 8a |x| - 4a` up to 2."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def resized(image: tf.Tensor, size: tf.Tensor) -> np.ndarray:
    """Resizes integers bicubically, antialiased when they get fewer.

    Args:
        image: uint8 or uint16 array (height, width, channels).
        size: (height, width).

    Returns:
        Of the same dtype, (*size, channels).
    """
    dtype, most = image.dtype, np.iinfo(image.dtype).max
    image = image.astype(np.float32)
    # Like Pillow 13: the side first that leaves less to do, and clipped in between.
    for axis in (1, 0) if size[1] * image.shape[0] <= size[0] * image.shape[1] else (0, 1):
        length = size[axis]
        if length == image.shape[axis]:
            continue
        places, weights = taps(image.shape[axis], length)
        shape = [1, 1, 1]
        shape[axis] = length
        parts = (
            np.take(image, places[:, tap], axis) * weights[:, tap].reshape(shape)
            for tap in range(places.shape[1])
        )
        image = np.clip(functools.reduce(np.add, parts), 0, most)
    return np.rint(image).astype(dtype)


def shrunk(image: tf.Tensor, scale: int) -> np.ndarray:
    """An image of integers made smaller, bicubically; what does not make a whole pixel is cut off first."""
    height, width = (side // scale for side in image.shape[:2])
    return resized(image[: height * scale, : width * scale], (height, width))


def enlarged(image: tf.Tensor, scale: int) -> np.ndarray:
    """An image of integers made larger, bicubically."""
    height, width = image.shape[:2]
    return resized(image, (height * scale, width * scale))


def bicubic(image: tf.Tensor, scale: int) -> tf.Tensor:
    """A float image of static size made smaller, as two matrix products; rounded to 8 bits, as a file would be.

    Args:
        image: tensor (height, width, channels) in [-1, 1], sides multiples of the scale.
        scale: integer.

    Returns:
        float32 tensor (height / scale, width / scale, channels), one of the 256 grey levels each.
    """
    return to_float(to_uint8(smaller(image, scale)))


def smaller(image: tf.Tensor, scale: int) -> tf.Tensor:
    """As `bicubic`, not rounded."""
    for axis in (1, 0):
        matrix = tf.constant(_matrix(image.shape[axis], image.shape[axis] // scale))
        image = tf.tensordot(matrix, image, [[1], [axis]])
        # The product has its new axis in front.
        image = tf.clip_by_value(tf.transpose(image, [1, 0, 2]) if axis else image, -1.0, 1.0)
    return image


@functools.lru_cache(16)
def _matrix(before, after):
    places, weights = taps(before, after)
    matrix = np.zeros((after, before), np.float32)
    np.add.at(matrix, (np.arange(after)[:, None], places), weights)
    return matrix
