"""Encoded pictures to bytes inside a graph: what is no picture, or too large a one, is told before it is decoded."""

import tensorflow as tf

from kgan.export.orientation import orientation, upright

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# A PNG's sizes end here; no picture is shorter.
HEADER = 24


def decode(file: tf.Tensor, channels: int, largest: int) -> tf.Tensor:
    """One PNG or JPEG as uint8 `(height, width, channels)`, the way up that its EXIF says.

    A GIF may be a film, and TensorFlow decodes some kinds for some numbers of channels only: neither is taken.

    Args:
        file: scalar string.
        channels: 1, 3 or 4; of a JPEG 1 or 3.
        largest: pixels that a side may have; nothing larger is decoded, however small its file is.

    Raises:
        tf.errors.InvalidArgumentError: when run, for anything else.
    """
    is_png = tf.equal(tf.strings.substr(file, 0, len(PNG)), PNG)
    is_jpeg = tf.equal(tf.strings.substr(file, 0, len(JPEG)), JPEG)
    known = (is_png | is_jpeg) & (tf.strings.length(file) >= HEADER)
    told = [
        "expected a PNG or JPEG file; received",
        tf.strings.length(file),
        "bytes of something else that begin with",
    ]
    with tf.control_dependencies([tf.debugging.Assert(known, [*told, _shown(file)])]):
        file = tf.identity(file)
    size = tf.cond(
        is_png, lambda: _png_size(file), lambda: tf.cast(tf.io.extract_jpeg_shape(file)[:2], tf.int64)
    )
    with tf.control_dependencies([sides_within(size, largest)]):
        file = tf.identity(file)
    image = tf.io.decode_image(file, channels=channels, expand_animations=False)
    return tf.ensure_shape(upright(image, orientation(file)), [None, None, channels])


def sides_within(size: tf.Tensor, largest: int) -> tf.Operation:
    """An assertion that sides, an integer tensor, are from 1 to `largest` pixels."""
    fits = tf.reduce_all((size >= 1) & (size <= largest))
    told = f"expected sides of 1 to {largest} pixels; received height and width"
    return tf.debugging.Assert(fits, [told, size, "Send it smaller, or in parts."])


def _png_size(file):
    numbers = tf.cast(tf.io.decode_raw(tf.strings.substr(file, 16, 8), tf.uint8), tf.int64)
    width_and_height = tf.linalg.matvec(
        tf.reshape(numbers, [2, 4]), tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64)
    )
    return width_and_height[::-1]


def _shown(file):
    """The first bytes of whatever it is, in hexadecimal."""
    return tf.strings.reduce_join(
        tf.strings.as_string(tf.io.decode_raw(tf.strings.substr(file, 0, 8), tf.uint8)), separator=" "
    )
