"""Handwritten digits that move: clips for video prediction."""

import numpy as np
import tensorflow as tf
from PIL import Image

from kgan.data.samples import motion
from kgan.data.source.keys import fold
from kgan.data.source.source import Part, Source
from kgan.pictures.image_size import height_and_width

BLOCK = 16  # digits that may meet in a clip; the split divides whole blocks, so that no clip mixes its sides


def digits_in_motion(
    image_size: int | tuple[int, int] = 64,
    length: int = 10,
    *,
    digits: int = 2,
    digit_size: int | None = None,
    speed: tuple[float, float] | None = None,
) -> Source:
    """Handwritten digits of scikit-learn's that cross each other and bounce off the edges.

    After Moving MNIST (Srivastava, Mansimov and Salakhutdinov, 2015, arXiv:1502.04681), but each epoch of
    training draws anew who meets whom, places, directions and speeds. In evaluation an item is always one and
    the same clip. Each of the 1,797 items shows its own digit and others; `split` shares no digit.

    Args:
        image_size: int, or (height, width).
        length: frames a clip.
        digits: how many digits a clip shows, 1 to 16.
        digit_size: pixels along a digit's side. Default: 0.4 of the image's shorter side.
        speed: the least and the most pixels a frame. Default: 0.03 and 0.08 of the image's shorter side.

    Returns:
        A `Source` of dicts with `frames`, float32 (length, height, width, 1) in [-1, 1].

    Raises:
        ValueError: a number out of range.

    Example:
        >>> training, held_out = digits_in_motion(32, length=6, digits=1).split()
    """
    size = height_and_width(image_size)
    side = round(0.4 * min(size)) if digit_size is None else digit_size
    speed = (0.03 * min(size), 0.08 * min(size)) if speed is None else speed
    if length < 1 or not 1 <= digits <= BLOCK or not 1 <= side <= min(size) or not 0 <= speed[0] <= speed[1]:
        raise ValueError(
            f"expected length >= 1, 1 to {BLOCK} digits no larger than the frame, speeds that rise; received "
            f"length={length}, digits={digits}, digit_size={side}, speed={speed}; try digits_in_motion()"
        )
    pictures = sprites(side)
    own, others = meetings(len(pictures))
    with tf.device("CPU:0"):
        table = tf.constant(pictures)

    def load(row, key):
        key = fold(0, "clip", row["index"]) if key is None else key
        rank = tf.random.stateless_uniform([BLOCK - 1], fold(key, "partners"))
        partners = tf.gather(row["others"], tf.argsort(rank)[: digits - 1])
        shown = tf.gather(table, tf.concat([row["own"][None], partners], axis=0))
        shown = tf.ensure_shape(tf.cast(shown, tf.float32) / 255.0, (digits, side, side))
        return {"frames": motion.clip(shown, fold(key, "motion"), length, size, speed) * 2.0 - 1.0}

    part = Part({"own": own, "others": others}, load, groups=np.arange(len(own)) // BLOCK)
    text = f"{len(own):,} handwritten digits, {digits} in each clip of {length} frames"
    return Source(part, text=text, identity=f"digits in motion {size} {length} {digits} {side} {speed}")


def sprites(side: int) -> np.ndarray:
    """Every digit as uint8 (side, side), ink 255, enlarged from 8x8 pixels and a border."""
    from sklearn.datasets import load_digits

    ink = np.pad(np.minimum(load_digits().images * 16.0, 255.0).astype(np.uint8), ((0, 0), (1, 1), (1, 1)))
    return np.stack(
        [np.asarray(Image.fromarray(i).resize((side, side), Image.Resampling.BICUBIC)) for i in ink]
    )


def meetings(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Each item's own digit, shape (count,), and the digits that it may meet, shape (count, 15).

    Digits are shuffled, as neighbours in the file are by one hand, and dealt into blocks of 16; the last
    block is shorter, and its digits meet several times.
    """
    order = np.random.default_rng(8).permutation(count).astype(np.int32)
    others = []
    for start in range(0, count, BLOCK):
        block = order[start : start + BLOCK]
        for place in range(len(block)):
            others.append(np.resize(np.delete(np.roll(block, -place), 0), BLOCK - 1))
    return order, np.stack(others)
