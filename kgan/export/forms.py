"""What goes in and out of a served model, one class a modality, in three forms: floats, bytes and files.

| form | floats | bytes | files |
|---|---|---|---|
| `Picture` | float32 in [-1, 1] | uint8 | PNG or JPEG as strings, PNG out, named `NAME_bytes` |
| `Frames` | float32 in [-1, 1] | uint8 | an encoded picture a frame |
| `Label`, `Latent`, `Caption` | as they are | as they are | as they are |
"""

import keras
import numpy as np
import tensorflow as tf

from kgan.export.decoding import decode
from kgan.pictures import pixels

CHANNELS = (1, 3, 4)
# Pixels of a side that a served model takes, unless it is exported for more.
LARGEST = 2048
# TensorFlow Serving sends what ends so as base64 in JSON.
BYTES = "_bytes"


class Form:
    """One named tensor of a served model; whatever is no picture goes in and out as it is.

    Args:
        name: its name in the signature.
        shape: with None for the batch, and for sizes that may be any.
        dtype: of the float signature.
    """

    def __init__(self, name: str, shape: tuple, dtype: str) -> None:
        self.name, self.shape, self.dtype = name, tuple(shape), dtype

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r}, {self.shape})"

    @property
    def floats(self) -> tf.TensorSpec:
        """What the float signature takes."""
        return tf.TensorSpec(self.shape, self.dtype, self.name)

    @property
    def bytes(self) -> tf.TensorSpec:
        """What the uint8 signature takes."""
        return self.floats

    @property
    def files(self) -> tf.TensorSpec:
        """What the PNG signature takes."""
        return self.floats

    def from_bytes(self, value):
        """Bytes as floats."""
        return value

    def from_files(self, value):
        """Encoded files as bytes."""
        return value


class Latent(Form):
    """Noise, or any other numbers."""


class Label(Form):
    """A class, or a seed: an integer a sample; `below` is how many there are, or None where any will do."""

    below: int | None = None


class Caption(Form):
    """Text, as strings or as tokens."""


class Picture(Form):
    """Pictures `(batch, height, width, channels)` of 1, 3 or 4 channels; no side has more than `largest` pixels."""

    largest: int = LARGEST

    @property
    def bytes(self):
        return tf.TensorSpec(self.shape, tf.uint8, self.name)

    @property
    def files(self):
        return tf.TensorSpec(self.shape[:-3], tf.string, f"{self.name}{BYTES}")

    def from_bytes(self, value):
        return pixels.to_float(value)

    def from_files(self, value):
        """Encoded files of one size, each turned as its EXIF says."""

        def decoded(file):
            return tf.ensure_shape(decode(file, self.shape[-1], self.largest), self.shape[-3:])

        spec = tf.TensorSpec(self.shape[-3:], tf.uint8)
        return tf.ensure_shape(tf.map_fn(decoded, value, fn_output_signature=spec), self.shape)


class Frames(Picture):
    """Clips `(batch, time, height, width, channels)`."""

    def from_files(self, value):
        one = Picture(self.name, (None, *self.shape[2:]), self.dtype)
        one.largest = self.largest
        images = one.from_files(tf.reshape(value, [-1]))
        return tf.reshape(images, tf.concat([tf.shape(value), tf.shape(images)[1:]], axis=0))


def form_of(name: str, tensor) -> Form:
    """The form of a model's input or output.

    Args:
        name: its name.
        tensor: whatever has a shape and a dtype.

    Example:
        >>> form_of("image", np.zeros((2, 8, 8, 3), "float32"))
        Picture('image', (2, 8, 8, 3))
    """
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    shape = tuple(tensor.shape)
    if dtype == "string":
        kind = Caption
    elif "float" in dtype and len(shape) in (4, 5) and shape[-1] in CHANNELS:
        kind = Picture if len(shape) == 4 else Frames
    else:
        kind = Label if "int" in dtype and len(shape) == 1 else Latent
    return kind(name, shape, dtype)


def to_bytes(values: dict) -> dict:
    """Named outputs, pictures and frames among them as uint8."""
    return {k: pixels.to_uint8(v) if isinstance(form_of(k, v), Picture) else v for k, v in values.items()}


def to_files(values: dict) -> dict:
    """Named outputs, bytes among them as PNG and under a name that ends in `_bytes`."""
    files = {name for name, value in values.items() if value.dtype == np.uint8}
    return {f"{k}{BYTES}" if k in files else k: encode(v) if k in files else v for k, v in values.items()}


def encode(images):
    """PNG files of uint8 images `(..., height, width, channels)`: strings `(...)`."""
    flat = tf.reshape(images, tf.concat([[-1], tf.shape(images)[-3:]], axis=0))
    files = tf.map_fn(tf.io.encode_png, flat, fn_output_signature=tf.TensorSpec([], tf.string))
    return tf.reshape(files, tf.shape(images)[:-3])
