"""Event files that TensorBoard reads, written without the tensorboard package."""

import tensorflow as tf


class EventLog:
    """Scalars and pictures over steps, in TensorBoard's format.

    `tf.summary.scalar` and `tf.summary.image` need the tensorboard package, which TensorFlow does not
    install; `tf.summary.write` needs none.

    Args:
        folder: path.
    """

    def __init__(self, folder):
        self._writer = tf.summary.create_file_writer(str(folder))

    def scalars(self, step, values):
        """Writes numbers.

        Args:
            step: int.
            values: dict of str to float.
        """
        with self._writer.as_default():
            for name, value in values.items():
                tf.summary.write(name, tf.constant(value, tf.float32), step, _metadata("scalars"))

    def picture(self, step, name, png, width, height):
        """Writes a picture.

        Args:
            step: int.
            name: str.
            png: bytes of a PNG file.
            width, height: its size in pixels.
        """
        with self._writer.as_default():
            tensor = tf.constant([str(width).encode(), str(height).encode(), png])
            tf.summary.write(name, tensor, step, _metadata("images"))

    def flush(self):
        """Makes sure that readers see what was written."""
        self._writer.flush()

    def close(self):
        self._writer.close()


def _metadata(plugin):
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = plugin
    return metadata
