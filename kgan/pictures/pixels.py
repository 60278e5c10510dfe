"""The two conversions between pixels in files (uint8) and pixels in models (float32 in [-1, 1])."""

from typing import Any

import numpy as np
import tensorflow as tf


def to_float(pixels: Any) -> Any:
    """Turns uint8 pixels into what models see: `x / 127.5 - 1`.

    Args:
        pixels: uint8 array or tensor of any shape, 0 black, 255 white. Other dtypes holding 0 to 255 work
            too.

    Returns:
        float32 of the same shape in [-1, 1]; a NumPy array for a NumPy array, else a tensor.

    Example:
        >>> to_float(np.uint8([0, 255]))
        array([-1.,  1.], dtype=float32)
    """
    if isinstance(pixels, np.ndarray | np.generic):
        return np.asarray(pixels, np.float32) * np.float32(1 / 127.5) - np.float32(1)
    return tf.cast(pixels, tf.float32) * (1 / 127.5) - 1.0


def batch_to_float(pixels: Any) -> Any:
    """As `to_float`, bit for bit, for a uint8 tensor on its way to a model: one pass over memory instead of three.

    The operation behind it is not one that every reader of an exported model knows, so models use `to_float`.

    Args:
        pixels: uint8 tensor of any shape.

    Returns:
        float32 tensor of the same shape in [-1, 1].
    """
    return tf.quantization.dequantize(tf.bitcast(pixels, tf.quint8), -1.0, 1.0, mode="MIN_COMBINED")


def to_uint8(images: Any) -> Any:
    """Turns what models make into uint8 pixels: `round((x + 1) * 127.5)`, clipped to 0 and 255.

    The inverse of `to_float`: every uint8 value survives the way there and back. Values that are not a number
    become 0.

    Args:
        images: float array or tensor of any shape, nominally in [-1, 1].

    Returns:
        uint8 of the same shape; a NumPy array for a NumPy array, else a tensor.

    Example:
        >>> to_uint8(np.float32([-1, 0, 3]))
        array([  0, 128, 255], dtype=uint8)
    """
    if isinstance(images, np.ndarray | np.generic):
        scaled = np.rint((np.asarray(images, np.float32) + np.float32(1)) * np.float32(127.5))
        return np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255).astype(np.uint8)
    scaled = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
    scaled = tf.where(tf.math.is_nan(scaled), tf.zeros_like(scaled), scaled)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)
