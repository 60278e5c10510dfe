"""What `fit` was given, as a dict by key, and whether its numbers are what they should be."""

import keras
import numpy as np

from kgan import backend

NO_IMAGES = ("mask", "label", "caption")
SMALL_INTEGERS = ("uint8", "int8", "int16", "uint16")
BLACK = (
    0.02  # of [0, 1]: some pixel of eight pictures is as dark; of [-1, 1] it is grey, and seldom the darkest
)


def read_batch(data, keys):
    """A dict of tensors of whatever `fit` and `evaluate` take.

    Args:
        data: dict, array, tuple of arrays, or (x, y) of those.
        keys: what arrays in their order mean.

    Raises:
        ValueError: more arrays than keys, integers where images are expected, or weights of samples.
    """
    x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
    backend.refuse_weights(weights)
    if isinstance(x, dict):
        batch = dict(x)
    else:
        values = [*(x if isinstance(x, (tuple, list)) else [x]), *([] if y is None else [y])]
        if len(values) > len(keys):
            advice = (
                "Pass the images alone, fit(images), or train a scheme that learns from labels too, such as "
                "ConditionalGAN."
                if len(keys) == 1
                else "Pass those alone."
            )
            raise ValueError(
                f"fit: expected {' and '.join(keys)}, {len(keys)} of them, received {len(values)} arrays. {advice}"
            )
        batch = dict(zip(keys, values, strict=False))
    for key, value in batch.items():
        dtype = keras.backend.standardize_dtype(value.dtype)
        if dtype in SMALL_INTEGERS and key != "label":
            raise ValueError(
                f"fit: expected {key!r} as float32 in [-1, 1], received {dtype}. "
                "Convert with kgan.pictures.pixels.to_float."
            )
    return batch


def check_range(batch):
    """Check that images, and other maps, lie in [-1, 1].

    Args:
        batch: dict of arrays; of those of rank 4 and more (masks excepted) the first 256 samples are looked at.

    Raises:
        ValueError: numbers from 0 to 255, or (in eight samples or more) from 0 to 1.
    """
    for key, values in batch.items():
        if key in NO_IMAGES or len(np.shape(values)) < 4 or "float" not in str(getattr(values, "dtype", "")):
            continue
        values = np.asarray(values[:256])
        if not values.size:
            continue
        low, high = float(np.min(values)), float(np.max(values))
        if low < -1.5 or high > 1.5:
            fix = "Convert with x / 127.5 - 1, if they are 0 to 255."
        elif 0 <= low < BLACK and 0.5 < high <= 1 and len(values) >= 8:
            fix = "Convert with 2 * x - 1, if they are 0 to 1."
        else:
            continue
        raise ValueError(f"fit: expected {key!r} in [-1, 1], received {low:.4g} to {high:.4g}. {fix}")


MORE_CLASSES = "Build the scheme and its networks with more classes, or number the labels from 0."


def check_labels(values, classes: int, what: str = "labels", advice: str = MORE_CLASSES):
    """Check that labels are whole numbers from 0 to `classes - 1`.

    Args:
        values: array of labels, or None where there are none to look at.
        classes: how many there are.
        what: name for the message.
        advice: what to do, for the message.

    Raises:
        ValueError: another number, with the lowest and the highest.
    """
    if values is None or np.ndim(values) != 1 or not np.size(values):
        return  # Other shapes are told by `check_shapes`.
    low, high = np.min(values), np.max(values)
    if low < 0 or high >= classes or np.any(np.asarray(values) % 1):
        raise ValueError(
            f"fit: expected {what} from 0 to {classes - 1}, received {low:g} to {high:g}. {advice}"
        )
