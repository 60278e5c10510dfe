"""scikit-learn's 1,797 handwritten digits in three parts, and pictures of many of them: shared by the scripts here."""

import os
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

PARTS = {"training": 1000, "validation": 297, "test": 500}


def digits(enlarged: int = 1) -> dict:
    """`{part: (images, labels)}`, each part with as many of each class as the whole (split by seed 0).

    Args:
        enlarged: 1 for 8x8 pixels, 2 for 16x16 by bilinear interpolation.

    Returns:
        float32 images (count, side, side, 1) in [-1, 1] and int32 labels. Settings were chosen on the validation part;
        the test part was only measured on.
    """
    from keras import ops

    images, labels = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8, 1) / 8 - 1).astype("float32")
    if enlarged > 1:
        images = ops.convert_to_numpy(ops.image.resize(images, (8 * enlarged,) * 2, "bilinear"))
    labels = labels.astype("int32")
    rest, test = train_test_split(
        np.arange(len(images)), test_size=PARTS["test"], stratify=labels, random_state=0
    )
    training, validation = train_test_split(
        rest, test_size=PARTS["validation"], stratify=labels[rest], random_state=0
    )
    found = {"training": training, "validation": validation, "test": test}
    return {part: (images[chosen], labels[chosen]) for part, chosen in found.items()}


def write_grid(path: str | Path, rows: list) -> None:
    """Rows of images, each (count, side, side, 1 or 3) in [-1, 1], as one PNG, each 48 pixels or wider."""
    from PIL import Image

    factor = max(1, 48 // rows[0].shape[1])
    large = [np.kron(np.asarray(row), np.ones((1, factor, factor, 1))) for row in rows]
    framed = [np.pad(row, ((0, 0), (0, 2), (0, 2), (0, 0)), constant_values=-0.4) for row in large]
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in framed])
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sheet = np.clip((sheet + 1) * 127.5, 0, 255).astype("uint8")
    Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet).save(path)


def processor_minutes() -> float:
    """Processor minutes of this process so far."""
    return sum(os.times()[:2]) / 60


def minutes_spent() -> float:
    """What a training may be measured by: processor minutes, or minutes of the clock where a GPU does the work."""
    import tensorflow as tf

    return time.monotonic() / 60 if tf.config.list_physical_devices("GPU") else processor_minutes()
