"""Keys of the random draws in data: a key and a use give another key, so no draw depends on another."""

import zlib

import tensorflow as tf


def fold(key: int | tf.Tensor, *uses) -> tf.Tensor:
    """Derives a key from a key and what it is for.

    Args:
        key: int tensor of shape (2,), or a Python int (the seed at the root).
        *uses: each a str (a name) or an integer, Python's or a tensor.

    Returns:
        int64 tensor of shape (2,), fit for every `tf.random.stateless_*` function.

    Example:
        >>> flip = tf.random.stateless_uniform([], fold(key, "flip")) < 0.5
    """
    if isinstance(key, int):
        key = tf.constant([key & 0x7FFFFFFFFFFFFFFF, 0], tf.int64)
    for use in uses:
        key = tf.random.experimental.stateless_fold_in(key, _number(use))
    return key


def fold_each(key: int | tf.Tensor, *uses) -> list:
    """Returns `fold(key, use)` for each use, with the half of the work that they share done once.

    TensorFlow's fold is (random bits of the key, number): only the second half tells the uses apart.
    """
    bits = tf.random.experimental.stateless_fold_in(key, tf.constant(0, tf.int64))[0]
    return [tf.stack([bits, _number(use)]) for use in uses]


def _number(use):
    return tf.cast(zlib.crc32(use.encode()) if isinstance(use, str) else use, tf.int64)
