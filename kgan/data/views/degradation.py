"""How a picture becomes a small one: bicubically with antialiasing, or in ways that nobody has written down.

The bicubic is Pillow's (Keys's cubic with a of -1/2, its support stretched by the scale, weights at the border
normalised), which is also MATLAB's `imresize` but for the border, and so what super-resolution papers use.
"""

import functools

import numpy as np
import tensorflow as tf

from kgan.data.source.keys import fold
from kgan.data.source.source import Source
from kgan.pictures.picture import as_integers
from kgan.pictures.pixels import to_float, to_uint8

DEGRADATIONS = ("bicubic", "blind")
# Of the blind degradation: deviation of the blur in pixels of the large picture, of the noise in grey levels of
# the small one, and JPEG's quality.
BLUR, NOISE, QUALITY = (0.2, 3.0), (0.0, 15.0), (40, 95)
BLUR_RADIUS = 9


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


def cubic(x, a: float = -0.5):
    """Keys's kernel: `(a + 2) |x|^3 - (a + 3) |x|^2 + 1` up to 1, `a |x|^3 - 5a |x|^2 + 8a |x| - 4a` up to 2."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def resized(image, size) -> np.ndarray:
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


def shrunk(image, scale: int) -> np.ndarray:
    """An image of integers made smaller, bicubically; what does not make a whole pixel is cut off first."""
    height, width = (side // scale for side in image.shape[:2])
    return resized(image[: height * scale, : width * scale], (height, width))


def enlarged(image, scale: int) -> np.ndarray:
    """An image of integers made larger, bicubically."""
    height, width = image.shape[:2]
    return resized(image, (height * scale, width * scale))


def bicubic(image, scale: int):
    """A float image of static size made smaller, as two matrix products; rounded to 8 bits, as a file would be.

    Args:
        image: tensor (height, width, channels) in [-1, 1], sides multiples of the scale.
        scale: integer.

    Returns:
        float32 tensor (height / scale, width / scale, channels), one of the 256 grey levels each.
    """
    return to_float(to_uint8(_small(image, scale)))


def blind(image, scale: int, key):
    """Blur, shrink, noise, JPEG, each as strong as the key says (in the manner of arXiv:2103.14006, without its
    shuffled order).

    Args:
        image, scale: as for `bicubic`.
        key: int64 tensor of shape (2,).

    Returns:
        As `bicubic`.
    """

    def draw(use, low, high):
        return tf.random.stateless_uniform([], fold(key, use), float(low), float(high))

    image = _blurred(image, draw("blur", *BLUR), draw("blur across", *BLUR))
    small = _small(image, scale)
    noise = tf.random.stateless_normal(tf.shape(small), fold(key, "noise"))
    small += noise * draw("noise level", *NOISE) / 127.5
    quality = tf.random.stateless_uniform([], fold(key, "quality"), *QUALITY, tf.int32)
    coded = tf.image.adjust_jpeg_quality(to_uint8(small), quality)
    return to_float(tf.ensure_shape(coded, small.shape))


def turned(image, key):
    """A square image as it is or with its axes exchanged, by the key: with mirroring, all its eight positions."""
    exchange = tf.random.stateless_uniform([], fold(key, "turn")) < 0.5
    image = tf.cond(exchange, lambda: tf.transpose(image, [1, 0, 2]), lambda: image)
    upside_down = tf.random.stateless_uniform([], fold(key, "upside down")) < 0.5
    return tf.cond(upside_down, lambda: tf.reverse(image, [0]), lambda: image)


def paired(
    source: Source, scale: int, degradation: str = "bicubic", seed: int = 0, turns: bool = False
) -> Source:
    """Makes a source of images one of pairs for super-resolution.

    Args:
        source: of one part, with `image`, whose sides are multiples of the scale.
        scale: integer.
        degradation: "bicubic" or "blind"; a blind one is another in each epoch, and in evaluation always the
            same for one picture.
        seed: of the degradation in evaluation.
        turns: whether training turns square images by multiples of 90 degrees and mirrors them top to bottom too.

    Returns:
        A `Source` of `source`, float32 (height / scale, width / scale, channels), and `target`.

    Raises:
        ValueError: another degradation, or sides that are no multiples.

    Example:
        >>> training, held_out = paired(samples.photographs(96), 4).split(0.3)
    """
    (part,) = source.parts
    size = tuple(source.element_spec["image"].shape[:2])
    if degradation not in DEGRADATIONS or any(side % scale for side in size):
        raise ValueError(
            f"paired: expected a degradation of {', '.join(DEGRADATIONS)} and sides that are multiples of {scale}; "
            f"received {degradation!r} and {size[0]}x{size[1]}. Change them."
        )
    if turns and size[0] != size[1]:
        raise ValueError(
            f"paired: expected square images with turns; received {size[0]}x{size[1]}. Leave turns out."
        )

    def load(row, key):
        image = part.load(row, key)["image"]
        image = image if image.dtype.is_floating else to_float(image)
        if turns and key is not None:
            image = tf.ensure_shape(turned(image, key), [*size, image.shape[-1]])
        if degradation == "bicubic":
            small = bicubic(image, scale)
        else:
            own = fold(seed, "degradation", row["index"]) if key is None else fold(key, "degradation")
            small = blind(image, scale, own)
        return {"source": small, "target": image}

    return source.with_loader(
        load,
        f"made smaller by {scale}: {degradation}" + (", turned" if turns else ""),
        f"{degradation} {scale} {seed}" + (" turns" if turns else ""),
    )


def degraded(pixels, scale: int, degradation: str = "bicubic", seed: int = 0) -> np.ndarray:
    """A whole picture as `predict` would be given it.

    Args:
        pixels: uint8 or uint16 (height, width, channels).
        scale, degradation, seed: as for `paired`.

    Returns:
        Of the same dtype.
    """
    if degradation == "bicubic":
        return shrunk(pixels, scale)
    height, width = (side // scale * scale for side in pixels.shape[:2])
    image = tf.constant(to_float(pixels[:height, :width]))
    return as_integers(blind(image, scale, fold(seed, "degradation", 0)).numpy(), pixels.dtype == np.uint16)


def _small(image, scale):
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


def _blurred(image, down, across):
    """A Gaussian blur with two deviations, mirrored at the border."""
    offsets = tf.range(-BLUR_RADIUS, BLUR_RADIUS + 1, dtype=tf.float32)
    channels = image.shape[-1]
    radii = [min(BLUR_RADIUS, side - 1) for side in image.shape[:2]]
    image = image[None]
    for axis, deviation in ((1, down), (2, across)):
        radius = radii[axis - 1]
        paddings = [[0, 0]] * 4
        paddings[axis] = [radius, radius]
        weights = tf.exp(-0.5 * tf.square(offsets / deviation))
        weights = weights[BLUR_RADIUS - radius : BLUR_RADIUS + radius + 1]
        shape = [1, 1, 1, 1]
        shape[axis - 1] = 2 * radius + 1
        kernel = tf.tile(tf.reshape(weights / tf.reduce_sum(weights), shape), [1, 1, channels, 1])
        image = tf.pad(image, paddings, "REFLECT")
        image = tf.nn.depthwise_conv2d(image, kernel, [1, 1, 1, 1], "VALID")
    return image[0]
