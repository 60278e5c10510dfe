"""Event files that TensorBoard reads."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image


class EventLog:
    """Scalars and pictures over steps, in TensorBoard's format.

    Args:
        folder: path.
    """

    def __init__(self, folder):
        self._writer = tf.summary.create_file_writer(str(folder))

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Write numbers by name."""
        with self._writer.as_default(step):
            for name, value in values.items():
                tf.summary.scalar(name, value)

    def picture(self, step: int, name: str, png: bytes) -> None:
        """Write a picture, a PNG file's bytes."""
        pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
        with self._writer.as_default(step):
            tf.summary.image(name, pixels[None])

    def flush(self) -> None:
        """Make sure that readers see what was written."""
        self._writer.flush()
