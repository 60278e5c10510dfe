"""A training that came to NaN is tried once more: from its last good checkpoint, at a smaller rate."""

import keras

from kgan import backend
from kgan.schedules import Scaled

# What the rates of the stage that diverged are multiplied by.
RATE = 0.5


class SmallerRates:
    """The rates of both sides of a stage, times a factor, however often the run is resumed.

    Made from a model as it was built, before a checkpoint puts rates of another time into it.

    Args:
        model: a compiled `AdversarialModel`.
        noted: what the run's configuration says of the second try, `{"stage": name, "rate": factor}`, or None.
        stage: str, the stage's name.
    """

    def __init__(self, model, noted, stage):
        self.factor = noted["rate"] if noted and noted["stage"] == stage else None
        self.optimizers = [getattr(one, "inner_optimizer", one) for one in model.optimizer.optimizers]
        self.built = [
            backend.schedule_of(one)
            if _scheduled(one)
            else float(keras.ops.convert_to_numpy(one.learning_rate))
            for one in self.optimizers
        ]

    def take(self):
        """Sets the rates."""
        if self.factor is None:
            return
        for optimizer, rate in zip(self.optimizers, self.built, strict=True):
            if callable(rate):
                backend.set_schedule(optimizer, Scaled(rate, self.factor))
            else:
                optimizer.learning_rate = rate * self.factor


def _scheduled(optimizer):
    return isinstance(backend.schedule_of(optimizer), keras.optimizers.schedules.LearningRateSchedule)


def line(error, stage) -> str:
    """What is said when a stage is tried once more."""
    found = str(error).partition("; ")[2].partition("; ")[0]
    return (
        f"{stage}: {found}. Once more from the last good checkpoint, with {RATE:g} times the learning rates "
        "(--on-nan retry)."
    )


def advice(on_nan, noted) -> str:
    """What an error says first of what can still be done."""
    if noted:
        return f"{noted['rate']:g} times the learning rates did not help; "
    return "" if on_nan == "retry" else "go on from it at smaller rates with --on-nan retry, or "
