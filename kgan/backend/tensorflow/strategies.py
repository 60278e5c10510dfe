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
