"""The way up of an encoded picture, inside a graph: TensorFlow's decoders leave EXIF's orientation unread."""

import tensorflow as tf

# EXIF comes early in a JPEG; in a PNG it may come late, but writers put it before the pixels.
SEARCHED = 1 << 18
ORIENTATION_TAG = 0x0112
MOST_ENTRIES = 512


def orientation(file: tf.Tensor) -> tf.Tensor:
    """EXIF's orientation of an encoded picture.

    Args:
        file: scalar string, a JPEG (APP1 segment) or a PNG (eXIf chunk); others have none.

    Returns:
        Scalar int32 from 1 (as stored) to 8.
    """
    data = tf.cast(tf.io.decode_raw(tf.strings.substr(file, 0, SEARCHED), tf.uint8), tf.int32)
    data = tf.pad(data, [[6, 16]], constant_values=-1)
    starts = tf.where(_header_places(data))
    return tf.cond(tf.size(starts) > 0, lambda: _read(data, tf.cast(starts[0, 0], tf.int32)), lambda: 1)


def _header_places(data):
    """Where a TIFF header stands behind one of the two markers; a place for each byte of the file."""
    size = tf.size(data) - 22

    def reads(text, offset):
        found = [tf.equal(data[6 + offset + i : 6 + offset + i + size], byte) for i, byte in enumerate(text)]
        return tf.reduce_all(tf.stack(found), axis=0)

    header = reads(b"II*\0", 0) | reads(b"MM\0*", 0)
    return header & (reads(b"Exif\0\0", -6) | reads(b"eXIf", -4))


def _read(data, start):
    """The value of the tag in the directory that the header at `start` points to."""
    start = start + 6
    last = tf.size(data) - 1

    def byte(place):
        return tf.maximum(tf.gather(data, tf.clip_by_value(place, 0, last)), 0)

    little = tf.equal(byte(start), ord("I"))

    def number(place, count: int):
        parts = [byte(place + i) for i in range(count)]
        first_is_low = tf.add_n([part * 256**i for i, part in enumerate(parts[:3])])
        first_is_high = tf.add_n([part * 256**i for i, part in enumerate(parts[::-1][:3])])
        return tf.where(little, first_is_low, first_is_high)

    directory = start + number(start + 4, 4)
    entries = directory + 2 + 12 * tf.range(tf.minimum(number(directory, 2), MOST_ENTRIES))
    values = tf.where(tf.equal(number(entries, 2), ORIENTATION_TAG), number(entries + 8, 2), 0)
    value = tf.reduce_max(tf.concat([values, [0]], axis=0))
    return tf.where((value >= 1) & (value <= 8), value, 1)


def upright(image: tf.Tensor, way: tf.Tensor) -> tf.Tensor:
    """An image as it is meant to be seen.

    Args:
        image: `(height, width, channels)`.
        way: scalar int32, EXIF's orientation.

    Returns:
        The image, mirrored and turned; height and width change places from 5 on.
    """

    def where(ways, change, image):
        asked = tf.reduce_any(tf.equal(way, tf.constant(ways)))
        return tf.cond(asked, lambda: change(image), lambda: image)

    image = where((5, 6, 7, 8), lambda x: tf.transpose(x, [1, 0, 2]), image)
    image = where((2, 3, 6, 7), lambda x: tf.reverse(x, [1]), image)
    return where((3, 4, 7, 8), lambda x: tf.reverse(x, [0]), image)
