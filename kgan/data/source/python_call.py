"""Python within a pipeline: the same call in a graph and outside."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def python_call(
    function: Callable, inputs: list, dtypes: tf.DType | list[tf.DType]
) -> tf.Tensor | list[tf.Tensor]:
    """`tf.numpy_function`, which outside a graph gives texts as arrays, and a list of one result as a tensor.

    Args:
        function: takes NumPy values, text as bytes; returns an array, or a list of them.
        inputs: list of tensors.
        dtypes: what it returns: a type, or a list of types.

    Returns:
        A tensor, or for a list of types a list of tensors.
    """

    def called(*values):
        return function(*(_bytes(value) for value in values))

    found = tf.numpy_function(called, inputs, dtypes)
    return [found] if isinstance(dtypes, list) and tf.is_tensor(found) else found


def _bytes(value):
    return (
        value.item()
        if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "OS"
        else value
    )
