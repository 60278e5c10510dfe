"""Masks made on the fly: centre square, half image, random boxes, free-form strokes. 1 is what is missing."""

import math

import tensorflow as tf

from kgan.data.source.keys import fold

BOXES = 4  # at most
STROKES, TURNS = 4, 6  # at most; each stroke has up to TURNS straight pieces


def centre(size, key):
    """A square in the middle, half as wide as the image's shorter side (Pathak et al., 2016,
    arXiv:1604.07379).

    Args:
        size: (height, width).
        key: not used; the square is always the same.

    Returns:
        float32 (height, width, 1), 0 or 1; so do the other functions here.
    """
    side = min(size) // 2
    return _box(size, (size[0] - side) // 2, (size[1] - side) // 2, side, side)


def narrowed(mask, pixels):
    """A mask whose holes end so many pixels earlier on each side; image borders count as hole.

    Args:
        mask: float32 (height, width, 1), 0 or 1.
        pixels: int, 0 or more.
    """
    known = tf.nn.max_pool2d((1.0 - mask)[None], 2 * pixels + 1, 1, "SAME")[0]
    return 1.0 - known


def half(size, key):
    """The left, right, upper or lower half of the image (of (height, width)), drawn by the key."""
    rows, columns = size[0] // 2, size[1] // 2
    halves = [
        _box(size, 0, 0, rows, size[1]),
        _box(size, size[0] - rows, 0, rows, size[1]),
        _box(size, 0, 0, size[0], columns),
        _box(size, 0, size[1] - columns, size[0], columns),
    ]
    return tf.stack(halves)[tf.random.stateless_uniform([], fold(key, "half"), 0, 4, tf.int32)]


def boxes(size, key):
    """One to four boxes, each side between an eighth and a half of the image's (of (height, width))."""
    count = tf.random.stateless_uniform([], fold(key, "boxes"), 1, BOXES + 1, tf.int32)
    draws = tf.random.stateless_uniform([BOXES, 4], fold(key, "box"))
    extent = (0.125 + 0.375 * draws[:, :2]) * tf.constant(size, tf.float32)
    first = draws[:, 2:] * (tf.constant(size, tf.float32) - extent)
    first, extent = (tf.cast(tf.round(value), tf.int32) for value in (first, extent))
    drawn = [_box(size, first[i, 0], first[i, 1], extent[i, 0], extent[i, 1]) for i in range(BOXES)]
    shown = tf.cast(tf.range(BOXES) < count, tf.float32)[:, None, None, None]
    return tf.reduce_max(tf.stack(drawn) * shown, 0)


def strokes(size, key):
    """One to four brush strokes that change direction (in the manner of Yu et al., 2019, arXiv:1806.03589).

    A stroke starts anywhere and goes on in two to six straight pieces of an eighth to a quarter of the
    image's diagonal; the brush is between 1/24 and 1/10 of it wide. It turns by up to 2/5 of pi one way and
    the other.

    Args:
        size: (height, width).
        key: int64 tensor of shape (2,).

    Returns:
        float32 (height, width, 1), 0 or 1.
    """
    diagonal = math.hypot(*size)

    def draw(use, shape, low, high):
        return tf.random.stateless_uniform(shape, fold(key, use), low, high)

    count = tf.random.stateless_uniform([], fold(key, "strokes"), 1, STROKES + 1, tf.int32)
    pieces = tf.random.stateless_uniform([STROKES], fold(key, "pieces"), 2, TURNS + 1, tf.int32)
    pieces = tf.where(tf.range(STROKES) < count, pieces, 0)
    bend = draw("bend", [STROKES, TURNS], 0.0, 0.4 * math.pi) * tf.constant([1.0, -1.0] * (TURNS // 2))
    angle = draw("angle", [STROKES, 1], 0.0, 2 * math.pi) + bend
    length = draw("length", [STROKES, TURNS], diagonal / 8, diagonal / 4)
    step = length[..., None] * tf.stack([tf.sin(angle), tf.cos(angle)], -1)
    start = draw("start", [STROKES, 1, 2], 0.0, 1.0) * tf.constant(size, tf.float32)
    points = tf.concat([start, start + tf.cumsum(step, 1)], 1)
    radius = draw("width", [STROKES], diagonal / 48, diagonal / 20)
    grid = tf.stack(
        tf.meshgrid(*(tf.range(side, dtype=tf.float32) + 0.5 for side in size), indexing="ij"), -1
    )

    def paint(number, mask):
        stroke, piece = number // TURNS, number % TURNS
        away = _distance(grid, points[stroke, piece], points[stroke, piece + 1])
        inside = tf.logical_and(away <= radius[stroke], piece < pieces[stroke])
        return number + 1, tf.logical_or(mask, inside)

    blank = tf.zeros(size, tf.bool)
    _, mask = tf.while_loop(lambda number, _: number < count * TURNS, paint, [tf.constant(0), blank])
    return tf.cast(mask, tf.float32)[..., None]


HOLES = {"centre": centre, "half": half, "boxes": boxes, "strokes": strokes}


def _box(size, top, left, height, width):
    rows, columns = tf.range(size[0])[:, None], tf.range(size[1])[None]
    inside = (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)
    return tf.cast(inside, tf.float32)[..., None]


def _distance(points, start, end):
    """How far points (height, width, 2) are from the straight piece between two points."""
    along = end - start
    share = tf.reduce_sum((points - start) * along, -1) / tf.maximum(tf.reduce_sum(along * along), 1e-6)
    nearest = start + tf.clip_by_value(share, 0.0, 1.0)[..., None] * along
    return tf.norm(points - nearest, axis=-1)
