"""Several replicas of one training: who is who, and what they know of each other's samples."""

import contextlib
import threading

import numpy as np
import tensorflow as tf

from kgan.backend.tensorflow.keras_private import is_multi_worker

_counting = threading.local()  # Each replica is traced in a thread of its own.


@contextlib.contextmanager
def counting(weight):
    """Inside, this replica's samples count so much in `global_mean`: 0 for the blank one of a replica without any."""
    previous, _counting.weight = getattr(_counting, "weight", None), weight
    try:
        yield
    finally:
        _counting.weight = previous


def _context():
    return tf.distribute.get_replica_context() if tf.distribute.has_strategy() else None


def _alone(context):
    return context is None or context.num_replicas_in_sync == 1


def replica_count():
    """How many replicas train in step (1 without a strategy)."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def replica_index():
    """Which replica this is, from 0 (0 outside a replica)."""
    context = _context()
    return 0 if context is None else context.replica_id_in_sync_group


def replica_sum(x):
    """The sum of `x` over the replicas; gradients flow to every replica's `x`."""
    context = _context()
    return x if _alone(context) else context.all_reduce(tf.distribute.ReduceOp.SUM, x)


def replica_mean(x):
    """The mean of `x` over the replicas; gradients flow to every replica's `x`."""
    return replica_sum(x / replica_count()) if not _alone(_context()) else x


def global_mean(x):
    """The mean of a tensor over all its elements on all replicas, which may hold different numbers of them."""
    x = tf.convert_to_tensor(x)
    if _alone(_context()):
        return tf.reduce_mean(x)
    total, count = tf.reduce_sum(x), tf.cast(tf.size(x), x.dtype)
    weight = getattr(_counting, "weight", None)
    if weight is not None:
        total, count = total * tf.cast(weight, x.dtype), count * tf.cast(weight, x.dtype)
    return replica_sum(total) / replica_sum(count)


def gather_batch(x):
    """The global batch: every replica's `x`, `(batch, ...)`, joined along axis 0; gradients flow back."""
    context = _context()
    return x if _alone(context) else context.all_gather(x, axis=0)


def place_in_batch(count):
    """Where this replica's samples stand in the global batch.

    Args:
        count: how many they are, an integer (each replica's the same) or a tensor.

    Returns:
        The index of the first of them, and how many samples all replicas have; integers or int32 tensors.
    """
    context = _context()
    if _alone(context):
        return 0, count
    replicas, index = context.num_replicas_in_sync, context.replica_id_in_sync_group
    if isinstance(count, int):
        return index * count, replicas * count
    mine = tf.cast(tf.one_hot(index, replicas, dtype="int32") * count, "float32")
    counts = tf.cast(replica_sum(mine), "int32")
    return tf.reduce_sum(counts[:index]), tf.reduce_sum(counts)


def set_memory_growth():
    """Take GPU memory as it is needed rather than all at once."""
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


def local_array(variable):
    """A Keras variable as an array, read in this process alone: where there are several, others need not read it too.

    What is summed when it is read (a running mean's parts, which are told the same on every replica) counts as often as
    there are replicas.
    """
    value = variable.value
    strategy = getattr(value, "distribute_strategy", None)
    if strategy is None or not hasattr(value, "values") or not is_multi_worker(strategy):
        # As an array and then copied: NumPy warns where one call asks Keras for both.
        return np.asarray(variable).copy()
    found = value.values[0].numpy()
    summed = value.aggregation == tf.VariableAggregation.SUM
    if summed and value.synchronization == tf.VariableSynchronization.ON_READ:
        found = found * np.asarray(strategy.num_replicas_in_sync, found.dtype)
    return np.array(found)
