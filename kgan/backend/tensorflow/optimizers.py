"""An optimizer made ready for one side: named, built where it will run, scaled for float16, Adam in one pass."""

import keras
import tensorflow as tf

from kgan.backend.tensorflow import adam
from kgan.backend.tensorflow.keras_private import built_for, made_in


def prepare_optimizer(optimizer, side, variables, half):
    """An optimizer that belongs to a side.

    Its slots are built at once, in the scope of the strategy (slots made lazily fail under MirroredStrategy).

    Args:
        optimizer: Keras optimizer, name or config.
        side: names it, so that two Adams do not collide in the logs.
        variables: Keras variables that it will move.
        half: whether the networks compute in float16, whose losses need scaling.

    Raises:
        ValueError: one that was built for other weights.
    """
    optimizer = keras.optimizers.get(optimizer)
    if optimizer.built:
        known = {id(variable) for variable in built_for(optimizer)}
        if known != {id(variable) for variable in variables}:
            raise ValueError(
                f"{side}_optimizer: expected a new optimizer, or the one compiled for this {side} before; "
                f"received {optimizer.name!r}, already built for other weights. Make another one."
            )
        return optimizer
    if made_in(optimizer) is not tf.distribute.get_strategy():
        optimizer = type(optimizer).from_config(optimizer.get_config())
    if half and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.name = side
    getattr(optimizer, "inner_optimizer", optimizer).name = side
    if variables:
        optimizer.build(variables)
    adam.fuse(optimizer)
    return optimizer
