"""Which devices train together, by name."""

import numpy as np
import tensorflow as tf

from kgan.backend.tensorflow.keras_private import is_multi_worker

NAMES = ("auto", "none", "mirrored", "multi-worker")


def resolved(name):
    """What "auto" comes to: several machines where TF_CONFIG names them, all GPUs where there are several, else one
    device; other names are what they are.

    Raises:
        ValueError: for another name, or "multi-worker" without TF_CONFIG.
    """
    if name not in NAMES:
        raise ValueError(f"strategy: expected one of {', '.join(NAMES)}; received {name!r}.")
    workers = _workers()
    if name == "multi-worker" and not workers:
        raise ValueError(
            "strategy: expected TF_CONFIG to name the workers and which this is, for multi-worker; found none. "
            "Set it, or choose mirrored."
        )
    if name != "auto":
        return name
    if workers > 1:
        return "multi-worker"
    return "mirrored" if len(tf.config.list_physical_devices("GPU")) > 1 else "none"


def strategy(name):
    """Makes a `tf.distribute` strategy; the first thing that TensorFlow is asked for, where there are several workers.

    Args:
        name: "none" (one device, TensorFlow's choice), "mirrored" (every GPU of this machine; where there is none,
            every logical CPU device), "multi-worker" (those that TF_CONFIG names) or "auto" (see `resolved`).

    Returns:
        An object with `scope()`, inside which models are built and compiled, and `num_replicas_in_sync`.

    Raises:
        ValueError: for another name.
    """
    name = resolved(name)
    if name == "none":
        return tf.distribute.get_strategy()
    if name == "multi-worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices])


def _workers():
    """How many workers TF_CONFIG names."""
    cluster = tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec().as_dict()
    return sum(len(cluster.get(kind, ())) for kind in ("chief", "worker"))


def is_chief(strategy):
    """Whether this process is the one that writes: the only one, or the first of several workers."""
    if not is_multi_worker(strategy):
        return True
    resolver = strategy.cluster_resolver
    first = "chief" if "chief" in resolver.cluster_spec().jobs else "worker"
    return (resolver.task_type, resolver.task_id) == (first, 0)


def from_chief(strategy, data: bytes) -> bytes:
    """What the chief gave, in every worker; each has to call it, and waits for the others.

    Args:
        strategy: of several workers.
        data: of the chief; the others' is not looked at.
    """
    size = int(_first(strategy, np.array([len(data)], np.float64))[0])
    padded = np.zeros(size, np.float32)
    own = np.frombuffer(data, np.uint8)[:size]
    padded[: len(own)] = own
    return _first(strategy, padded).astype(np.uint8).tobytes() if size else b""


def _first(strategy, value):
    """The first replica's value, in all."""

    @tf.function(autograph=False)
    def summed(given):
        def one():
            context = tf.distribute.get_replica_context()
            mine = tf.where(tf.equal(context.replica_id_in_sync_group, 0), given, tf.zeros_like(given))
            return context.all_reduce(tf.distribute.ReduceOp.SUM, mine)

        return strategy.experimental_local_results(strategy.run(one))[0]

    return summed(tf.constant(value)).numpy()


def lost(error: BaseException) -> bool:
    """Whether an error says that another worker has gone."""
    kinds = (
        tf.errors.UnavailableError,
        tf.errors.AbortedError,
        tf.errors.CancelledError,
        tf.errors.DeadlineExceededError,
    )
    return isinstance(error, (*kinds, tf.errors.InternalError))


def uncompiled(error: BaseException) -> bool:
    """Whether an error says that XLA could not compile: no code for this card, or an operation unknown to it."""
    words = ("ptxas", "PTX", "libdevice", "XLA_GPU_JIT", "XLA_CPU_JIT", "XLA compilation", "XLA compiler")
    return isinstance(error, tf.errors.OpError) and any(word in str(error) for word in words)


def check_scope(variables, when):
    """Check that weights were made where they are to be trained.

    Args:
        variables: Keras variables.
        when: who asks, for the message.

    Raises:
        ValueError: several replicas, and a variable that was made outside their strategy's scope.
    """
    current = tf.distribute.get_strategy()
    if current.num_replicas_in_sync == 1:
        return
    outside = [v for v in variables if not current.extended.variable_created_in_scope(v.value)]
    if outside:
        raise ValueError(
            f"{when}: expected networks and model to be built inside strategy.scope(), found {len(outside)} weights "
            f"made outside it, such as {outside[0].path!r}. Build both inside: with strategy.scope(): ..."
        )
