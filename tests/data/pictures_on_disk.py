"""Pictures with known pixels, written the ways people have them."""

import numpy as np
from PIL import Image


def gradient(height=20, width=30):
    """Returns uint8 RGB pixels of which no two alike and no orientation looks like another."""
    rows, columns = np.mgrid[:height, :width]
    red = 255 * columns // (width - 1)
    green = 255 * rows // (height - 1)
    return np.stack([red, green, 255 - red], -1).astype(np.uint8)


def write(path, pixels, **options):
    """Saves pixels, making the folders on the way; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def seen(source, key="image"):
    """Returns all pixels of a source in order, as integers."""
    batches = [batch[key] for batch in source.batches(4, training=False).as_numpy_iterator()]
    return np.rint((np.concatenate(batches) + 1) * 127.5).astype(int)
