"""Which devices train together, by name."""

import tensorflow as tf

NAMES = ("none", "mirrored")


def strategy(name):
    """Makes a `tf.distribute` strategy.

    Args:
        name: "none" (one device, TensorFlow's choice) or "mirrored" (every GPU of this machine; where there
            is none, every logical CPU device).

    Returns:
        An object with `scope()`, inside which models are built and compiled, and `num_replicas_in_sync`.

    Raises:
        ValueError: for another name.
    """
    if name not in NAMES:
        raise ValueError(f"strategy: expected one of {', '.join(NAMES)}; received {name!r}.")
    if name == "none":
        return tf.distribute.get_strategy()
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices])
