"""The exponential moving average of the generator side, which predicts and is exported in its place."""

import contextlib

import numpy as np
from keras import ops

from kgan import backend


class Averages:
    """Pairs of a variable and its moving average.

    Args:
        variables: Keras variables to follow.
        add_weight: makes a weight of the model, as `keras.layers.Layer.add_weight`.
    """

    def __init__(self, variables=(), add_weight=None) -> None:
        self.pairs = [
            (
                variable,
                add_weight(
                    shape=variable.shape,
                    initializer=lambda shape, dtype, v=variable: ops.convert_to_tensor(np.asarray(v), dtype),
                    dtype=variable.dtype,
                    trainable=False,
                    aggregation="only_first_replica",
                    name=f"average_{index}",
                ),
            )
            for index, variable in enumerate(variables)
        ]
        self.fresh = self.replaceable = False

    @contextlib.contextmanager
    def replaced(self):
        """Inside, weights may be loaded that bring no average: it then starts again at them."""
        self.replaceable = True
        try:
            yield
        finally:
            self.replaceable = False

    def settle(self):
        """Start again at the variables, if weights were loaded that brought no average."""
        for variable, average in self.pairs if self.fresh else ():
            average.assign(variable)
        self.fresh = False

    def update(self, settings, steps, batch):
        """`average = decay average + (1 - decay) variable`, after one more update of the variables.

        The average starts at untrained weights, and forgets them first: `decay = min(given, (1 + t) / (10 + t))`.

        Args:
            settings: the compile settings: a decay, or a half-life in images.
            steps: t, updates before this one.
            batch: what the update was made with.
        """
        if not self.pairs:
            return
        steps = ops.cast(steps, "float32")
        decay = settings.ema_decay
        if decay is None:
            decay = 0.5 ** (images_in(batch) / settings.ema_half_life)
        decay = ops.minimum(decay, (1.0 + steps) / (10.0 + steps))
        for variable, average in self.pairs:
            rate = ops.cast(decay, average.dtype)
            average.assign(average * rate + ops.cast(variable, average.dtype) * (1 - rate))

    def lent(self):
        """Inside, the variables compute with their averages, if there are any."""
        if not self.pairs:
            return contextlib.nullcontext()
        return backend.lent([(variable, average.value) for variable, average in self.pairs])


def images_in(batch):
    """How many samples the global batch has, a float."""
    if batch.moment.total is not None:
        return ops.cast(batch.moment.total, "float32")
    return ops.cast(ops.shape(next(iter(batch.values())))[0], "float32") * backend.replica_count()
