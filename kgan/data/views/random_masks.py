"""Masks made on the fly: centre, half, boxes, strokes, wide strokes, shapes, and a mix. 1 is what is missing."""

import math

import tensorflow as tf

from kgan.data.source.keys import fold

BOXES = 4  # at most
STROKES, TURNS = 4, 6  # at most; each stroke has up to TURNS straight pieces
SHAPES, WAVES = 3, 4
MOST = 0.5  # of the picture that mixed masks cover
ATTEMPTS = 6


def centre(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
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


def narrowed(mask: tf.Tensor, pixels: int) -> tf.Tensor:
    """A mask whose holes end so many pixels earlier on each side; image borders count as hole.

    Args:
        mask: float32 (height, width, 1), 0 or 1.
        pixels: int, 0 or more.
    """
    known = tf.nn.max_pool2d((1.0 - mask)[None], 2 * pixels + 1, 1, "SAME")[0]
    return 1.0 - known


def half(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
    """The left, right, upper or lower half of the image (of (height, width)), drawn by the key."""
    rows, columns = size[0] // 2, size[1] // 2
    halves = [
        _box(size, 0, 0, rows, size[1]),
        _box(size, size[0] - rows, 0, rows, size[1]),
        _box(size, 0, 0, size[0], columns),
        _box(size, 0, size[1] - columns, size[0], columns),
    ]
    return tf.stack(halves)[tf.random.stateless_uniform([], fold(key, "half"), 0, 4, tf.int32)]


def boxes(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
    """One to four boxes, each side between an eighth and a half of the image's (of (height, width))."""
    count = tf.random.stateless_uniform([], fold(key, "boxes"), 1, BOXES + 1, tf.int32)
    draws = tf.random.stateless_uniform([BOXES, 4], fold(key, "box"))
    extent = (0.125 + 0.375 * draws[:, :2]) * tf.constant(size, tf.float32)
    first = draws[:, 2:] * (tf.constant(size, tf.float32) - extent)
    first, extent = (tf.cast(tf.round(value), tf.int32) for value in (first, extent))
    drawn = [_box(size, first[i, 0], first[i, 1], extent[i, 0], extent[i, 1]) for i in range(BOXES)]
    shown = tf.cast(tf.range(BOXES) < count, tf.float32)[:, None, None, None]
    return tf.reduce_max(tf.stack(drawn) * shown, 0)


def strokes(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
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
    return _brushed(size, fold(key, "strokes"), STROKES, TURNS, (1 / 8, 1 / 4), (1 / 48, 1 / 20))


def wide(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
    """One or two wide brush strokes of a few pieces, as LaMa's wide masks (Suvorov et al., 2022, arXiv:2109.07161).

    The brush is between 1/10 and 1/4 of the diagonal (of (height, width)) wide.
    """
    return _brushed(size, fold(key, "wide"), 2, 4, (1 / 10, 1 / 3), (1 / 20, 1 / 8))


def shapes(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
    """One to three shapes such as objects leave: round, with bays and bulges, sized as parts of (height, width)."""
    count = tf.random.stateless_uniform([], fold(key, "shapes"), 1, SHAPES + 1, tf.int32)
    draws = tf.random.stateless_uniform([SHAPES, 3], fold(key, "shape"))
    waves = tf.random.stateless_uniform([2, SHAPES, WAVES], fold(key, "wave"))
    place = draws[:, :2] * tf.constant(size, tf.float32)
    radius = (0.1 + 0.18 * draws[:, 2]) * min(size)
    away = _grid(size)[None] - place[:, None, None]
    angle = tf.math.atan2(away[..., 0], away[..., 1])
    number = tf.range(2, WAVES + 2, dtype=tf.float32)
    # Each wave weaker than the one before; all together less than 1, so that the shape is in one piece.
    swing = 0.7 * waves[0] / number
    bulge = swing[:, None, None] * tf.cos(angle[..., None] * number + 2 * math.pi * waves[1][:, None, None])
    # At least one pixel, as the middle lies in the picture.
    edge = tf.maximum(radius[:, None, None] * (1 + tf.reduce_sum(bulge, -1)), 1.0)
    inside = (tf.norm(away, axis=-1) <= edge) & (tf.range(SHAPES) < count)[:, None, None]
    return tf.cast(tf.reduce_any(inside, 0), tf.float32)[..., None]


def mixed(size: tuple[int, int], key: tf.Tensor) -> tf.Tensor:
    """One of strokes, boxes, wide strokes and shapes, drawn by the key, over at most half of (height, width)."""
    kinds = (strokes, boxes, wide, shapes)

    def draw(attempt):
        own = fold(key, "mixed", attempt)
        kind = tf.random.stateless_uniform([], fold(own, "kind"), 0, len(kinds), tf.int32)
        return tf.switch_case(kind, [lambda one=one: one(size, own) for one in kinds])

    def again(attempt, mask):
        return (attempt < ATTEMPTS) & (tf.reduce_mean(mask) > MOST)

    first = tf.constant(0)
    _, mask = tf.while_loop(again, lambda n, _: (n + 1, draw(n + 1)), [first, draw(first)])
    return tf.where(tf.reduce_mean(mask) > MOST, centre(size, key), mask)


HOLES = {
    "centre": centre,
    "half": half,
    "boxes": boxes,
    "strokes": strokes,
    "wide": wide,
    "shapes": shapes,
    "mixed": mixed,
}


def _brushed(size, key, most, turns, lengths, radii):
    """Up to `most` strokes of two to `turns` straight pieces; lengths and radii are shares of the diagonal."""
    diagonal = math.hypot(*size)

    def draw(use, shape, low, high):
        return tf.random.stateless_uniform(shape, fold(key, use), low, high)

    count = tf.random.stateless_uniform([], fold(key, "strokes"), 1, most + 1, tf.int32)
    pieces = tf.random.stateless_uniform([most], fold(key, "pieces"), 2, turns + 1, tf.int32)
    pieces = tf.where(tf.range(most) < count, pieces, 0)
    bend = draw("bend", [most, turns], 0.0, 0.4 * math.pi) * tf.constant([1.0, -1.0] * (turns // 2))
    angle = draw("angle", [most, 1], 0.0, 2 * math.pi) + bend
    length = draw("length", [most, turns], *(share * diagonal for share in lengths))
    step = length[..., None] * tf.stack([tf.sin(angle), tf.cos(angle)], -1)
    start = draw("start", [most, 1, 2], 0.0, 1.0) * tf.constant(size, tf.float32)
    points = tf.concat([start, start + tf.cumsum(step, 1)], 1)
    radius = draw("width", [most], *(share * diagonal for share in radii))
    grid = _grid(size)

    def paint(number, mask):
        stroke, piece = number // turns, number % turns
        away = _distance(grid, points[stroke, piece], points[stroke, piece + 1])
        inside = tf.logical_and(away <= radius[stroke], piece < pieces[stroke])
        return number + 1, tf.logical_or(mask, inside)

    blank = tf.zeros(size, tf.bool)
    _, mask = tf.while_loop(lambda number, _: number < count * turns, paint, [tf.constant(0), blank])
    return tf.cast(mask, tf.float32)[..., None]


def _grid(size):
    """The middles of the pixels, (height, width, 2)."""
    axes = (tf.range(side, dtype=tf.float32) + 0.5 for side in size)
    return tf.stack(tf.meshgrid(*axes, indexing="ij"), -1)


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
