"""Where XLA goes, and each compiled function once."""

import tensorflow as tf

from kgan.backend.tensorflow.keras_private import flat_layers, is_convolution
from kgan.backend.tensorflow.replicas import replica_index


class Compilation:
    """What of a step is compiled: all of it, each turn, or each replica's loss and gradient.

    Args:
        jit_compile: True, False or "auto".
        run_eagerly: whether nothing is.
        networks: the Keras networks of the model.
        batches_per_step: how many turns a step has.
        replicas: how many replicas there are.

    Attributes:
        whole: whether Keras is to compile the whole step with XLA.

    Raises:
        ValueError: what was insisted on cannot work.
    """

    def __init__(self, jit_compile, run_eagerly, networks, batches_per_step, replicas):
        self.whole, self.turns_jitted, self.cores_jitted = _choice(
            jit_compile, run_eagerly, networks, batches_per_step, replicas
        )
        # Where a step calls a turn several times, it is a function of its own: traced once, compiled once.
        self.turns_apart = not run_eagerly and batches_per_step > 1 and replicas == 1
        self._functions = {}

    def turn(self, name, function):
        """`function` as one turn of the step."""
        if not self.turns_apart:
            return function
        return self._once(name, function, self.turns_jitted)

    def core(self, name, function):
        """`function` as a replica's loss and gradient: one per replica, traced once however often it is called."""
        if not self.cores_jitted:
            return function
        return self._once((name, str(replica_index())), function, True)

    def _once(self, key, function, jitted):
        if key not in self._functions:
            self._functions[key] = tf.function(function, jit_compile=jitted, autograph=False)
        return self._functions[key]


def _choice(jit_compile, run_eagerly, networks, batches_per_step, replicas):
    """(whole step, each turn, each core): at most one of them is True."""
    if run_eagerly or jit_compile is False:
        return False, False, False
    layers = [layer for network in networks for layer in flat_layers(network)]
    if replicas == 1:
        wanted = jit_compile is True or _xla_pays(layers)
        return wanted and batches_per_step == 1, wanted and batches_per_step > 1, False
    if jit_compile == "auto":
        return False, False, False
    synchronized = [layer.name for layer in layers if getattr(layer, "synchronized", False)]
    if synchronized:
        raise ValueError(
            "jit_compile: expected 'auto' or False with several replicas and synchronized batch "
            f"normalization ({synchronized[0]} and {len(synchronized) - 1} more), received True. XLA cannot "
            "exchange statistics between replicas; leave jit_compile out, or build the networks without it."
        )
    return False, False, True


def _xla_pays(layers):
    """On a CPU TensorFlow's own convolutions (oneDNN) outrun XLA's: DCGAN-64, batch 64, two cores: 0.60 s a
    step without XLA, 0.98 s with. Networks of many small operations gain by it, and so do GPUs."""
    return bool(tf.config.list_physical_devices("GPU")) or not any(map(is_convolution, layers))
