"""What goes in and out of a served model, one class a modality, in three forms: floats, bytes and files.

| form | floats | bytes | files |
|---|---|---|---|
| `Picture` | float32 in [-1, 1] | uint8 | encoded pictures, as strings; PNG out |
| `Frames` | float32 in [-1, 1] | uint8 | an encoded picture a frame |
| `Label`, `Latent`, `Caption` | as they are | as they are | as they are |
"""

import keras
import numpy as np
import tensorflow as tf

from kgan.export.orientation import orientation, upright
from kgan.pictures import pixels

CHANNELS = (1, 3, 4)


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
    """A class, an integer a sample."""


class Caption(Form):
    """Text, as strings or as tokens."""


class Picture(Form):
    """Pictures `(batch, height, width, channels)` of 1, 3 or 4 channels."""

    @property
    def bytes(self):
        return tf.TensorSpec(self.shape, tf.uint8, self.name)

    @property
    def files(self):
        return tf.TensorSpec(self.shape[:-3], tf.string, self.name)

    def from_bytes(self, value):
        return pixels.to_float(value)

    def from_files(self, value):
        """Encoded files of one size, each turned as its EXIF says."""

        def decode(file):
            image = tf.io.decode_image(file, channels=self.shape[-1], expand_animations=False)
            return upright(image, orientation(file))

        spec = tf.TensorSpec([None, None, self.shape[-1]], tf.uint8)
        return tf.ensure_shape(tf.map_fn(decode, value, fn_output_signature=spec), self.shape)


class Frames(Picture):
    """Clips `(batch, time, height, width, channels)`."""

    def from_files(self, value):
        images = Picture(self.name, (None, *self.shape[2:]), self.dtype).from_files(tf.reshape(value, [-1]))
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
    """Named outputs, bytes among them as PNG."""
    return {k: encode(v) if v.dtype == np.uint8 else v for k, v in values.items()}


def encode(images):
    """PNG files of uint8 images `(..., height, width, channels)`: strings `(...)`."""
    flat = tf.reshape(images, tf.concat([[-1], tf.shape(images)[-3:]], axis=0))
    files = tf.map_fn(tf.io.encode_png, flat, fn_output_signature=tf.TensorSpec([], tf.string))
    return tf.reshape(files, tf.shape(images)[:-3])
