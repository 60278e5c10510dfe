"""Pairs computed from single images: grey to colour, edges to photograph."""

import numpy as np
import tensorflow as tf
from skimage.feature import canny
from skimage.morphology import thin

from kgan.data.source.python_call import python_call
from kgan.data.source.source import Source
from kgan.pictures.color import grey_from_rgb
from kgan.pictures.pixels import to_float

TASKS = ("colorize", "edges")
# Of the edges: the blur before; how steep they are, in [-1, 1] a pixel: faint ones (kept beside sure ones), and sure.
DEVIATION, FAINT, SURE = 1.0, 0.08, 0.2
SOBEL = 8  # a Sobel filter's answer to a slope of 1
BORDER = 4


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


def edges(image: tf.Tensor) -> tf.Tensor:
    """Thin lines where the lightness changes steeply (Canny 1986), as scikit-image finds them.

    Args:
        image: float32 (height, width, 3) in [-1, 1].

    Returns:
        float32 (height, width, 1): -1 on a line, 1 elsewhere.
    """
    found = python_call(_lines, [grey_from_rgb(image)], tf.float32)
    return tf.ensure_shape(found, (*image.shape[:2], 1))


def _lines(grey):
    # Canny finds none at the border; the mirror image beyond it lets lines run out of the picture.
    padded = np.pad(grey[..., 0], BORDER, mode="symmetric")
    thresholds = {"low_threshold": SOBEL * FAINT, "high_threshold": SOBEL * SURE}
    # Where two neighbours are equally steep it keeps both.
    found = thin(canny(padded, sigma=DEVIATION, mode="nearest", **thresholds), max_num_iter=1)
    found = found[BORDER:-BORDER, BORDER:-BORDER]
    return np.where(found, np.float32(-1), np.float32(1))[..., None]
