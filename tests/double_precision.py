"""Everything in float64: what then still differs between two ways to add the same numbers up is no rounding.

Two replicas sum a batch in another order than one, and XLA in another than TensorFlow: 1e-7 of each number in float32.
A training multiplies that from step to step (see docs/distribution.md), so a limit on float32 weights says as much of
the networks as of the code. In float64 such differences are a billion times smaller, and an error is as large as ever.
"""

import contextlib

import keras
import tensorflow as tf
from keras.src import dtype_policies


@contextlib.contextmanager
def double_precision():
    """Inside, Keras's default is float64, and whatever kgan computes in float32 it computes in float64."""
    before = keras.config.floatx(), keras.config.dtype_policy()
    names = (keras.ops, "cast"), (tf, "cast"), (dtype_policies, "get"), (keras.config, "set_dtype_policy")
    names += ((tf.compat.v1.nn, "fused_batch_norm"),)
    kept = [getattr(owner, name) for owner, name in names]
    keras_cast, tf_cast, policy_of, set_policy, _ = kept
    wide = (
        lambda x, dtype: keras_cast(x, _wider(dtype)),
        lambda x, dtype, name=None: tf_cast(x, _wider(dtype), name),
        lambda identifier: policy_of(_wider(identifier)),
        lambda policy: set_policy(_wider(policy)),
        _standardized,
    )
    try:
        for (owner, name), function in zip(names, wide, strict=True):
            setattr(owner, name, function)
        keras.config.set_floatx("float64")
        set_policy("float64")
        yield
    finally:
        for (owner, name), function in zip(names, kept, strict=True):
            setattr(owner, name, function)
        keras.config.set_floatx(before[0])
        set_policy(before[1])


def _standardized(x, scale, offset, epsilon):
    """TensorFlow's operation has no float64."""
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    scale, offset = (tf.cast(value, x.dtype) for value in (scale, offset))
    count = tf.cast(tf.reduce_prod(tf.shape(x)[:-1]), x.dtype)
    outputs = (x - mean) * tf.math.rsqrt(variance + epsilon) * scale + offset
    return outputs, mean, variance * count / (count - 1)


def _wider(dtype):
    return "float64" if isinstance(dtype, str) and dtype == "float32" else dtype
