"""Pairs computed from single images: grey to colour, edges to photograph."""

import tensorflow as tf

from kgan.data.source.source import Source
from kgan.pictures.color import grey_from_rgb
from kgan.pictures.pixels import to_float

TASKS = ("colorize", "edges")
# Of the edges: the blur before, and the share of the steepest slope that makes an edge, faint and sure.
DEVIATION, FAINT, SURE = 1.0, 0.08, 0.2
LINKS = 8


def computed_pairs(source: Source, task: str) -> Source:
    """Makes pairs of a source of images.

    Args:
        source: of one part that has the key `image`, (height, width, 3).
        task: "colorize" (`source` is the grey of the same lightness, `target` the image) or "edges" (`source` has
            black lines on white).

    Returns:
        A `Source` of `source`, float32 (height, width, 1), and `target`, float32 (height, width, 3).

    Raises:
        ValueError: for another task, or grey images.
    """
    if task not in TASKS:
        raise ValueError(f"expected the task to be one of {', '.join(TASKS)}; received {task!r}; choose one.")
    if source.element_spec["image"].shape[-1] != 3:
        raise ValueError(
            f"expected images in colour to {task}; received {source.element_spec['image'].shape}; open them with "
            "channels=3."
        )
    (part,) = source.parts
    make = grey_from_rgb if task == "colorize" else edges

    def load(row, key):
        image = part.load(row, key)["image"]
        image = to_float(image) if image.dtype == tf.uint8 else image
        return {"source": tf.ensure_shape(make(image), (*image.shape[:2], 1)), "target": image}

    return source.with_loader(load, f"pairs computed: {task}", f"computed {task}")


def edges(image):
    """Thin lines where the lightness changes steeply (after Canny 1986).

    Slopes of the blurred grey image; kept where they are steepest across the line and either steep enough, or
    faint and linked to one that is.

    Args:
        image: float32 (height, width, 3) in [-1, 1].

    Returns:
        float32 (height, width, 1): -1 on a line, 1 elsewhere.
    """
    grey = grey_from_rgb(image)[None]
    radius = 3
    offsets = tf.range(-radius, radius + 1, dtype=tf.float32)
    weights = tf.exp(-0.5 * (offsets / DEVIATION) ** 2)
    weights /= tf.reduce_sum(weights)
    padded = tf.pad(grey, [(0, 0), (radius + 1, radius + 1), (radius + 1, radius + 1), (0, 0)], "SYMMETRIC")
    blurred = tf.nn.conv2d(padded, tf.reshape(weights, (-1, 1, 1, 1)), 1, "VALID")
    blurred = tf.nn.conv2d(blurred, tf.reshape(weights, (1, -1, 1, 1)), 1, "VALID")
    down = (blurred[:, 2:, 1:-1] - blurred[:, :-2, 1:-1]) / 2
    across = (blurred[:, 1:-1, 2:] - blurred[:, 1:-1, :-2]) / 2
    slope = tf.sqrt(down**2 + across**2)
    ridge = _steepest_across(slope, down, across)
    sure = tf.cast(ridge & (slope > SURE), tf.float32)
    faint = tf.cast(ridge & (slope > FAINT), tf.float32)
    for _ in range(LINKS):
        sure = faint * tf.nn.max_pool2d(sure, 3, 1, "SAME")
    return 1.0 - 2.0 * sure[0]


def _steepest_across(slope, down, across):
    """Whether the slope is no smaller than at the two neighbours in its own direction, of eight."""
    angle = tf.math.atan2(down, across) * (4 / 3.141592653589793)
    octant = tf.cast(tf.round(angle), tf.int32) % 4
    padded = tf.pad(slope, [(0, 0), (1, 1), (1, 1), (0, 0)])
    height, width = tf.shape(slope)[1], tf.shape(slope)[2]

    def neighbour(row, column):
        return padded[:, 1 + row : 1 + row + height, 1 + column : 1 + column + width]

    found = tf.zeros_like(slope, tf.bool)
    for number, (row, column) in enumerate([(0, 1), (1, 1), (1, 0), (1, -1)]):
        larger = (slope >= neighbour(row, column)) & (slope > neighbour(-row, -column))
        found |= larger & (octant == number)
    return found
