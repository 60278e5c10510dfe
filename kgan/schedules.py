"""Schedules that adversarial papers use: of learning rates, and of what else an optimizer has."""

import keras
from keras import ops

from kgan import backend


@keras.saving.register_keras_serializable("kgan.schedules")
class PerStep(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule for an optimizer that makes several updates a training step.

    `rate(update) = schedule(update // updates)`, so that one schedule means the same on both sides.

    Args:
        schedule: a Keras schedule, in training steps.
        updates: updates a step.
    """

    def __init__(self, schedule, updates):
        self.schedule = schedule
        self.updates = updates

    @classmethod
    def wrap(cls, optimizer, updates):
        """`optimizer`, its schedule (if it has one) counting training steps."""
        schedule = backend.schedule_of(optimizer)
        if updates > 1 and isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            inner = schedule.schedule if isinstance(schedule, cls) else schedule
            backend.set_schedule(optimizer, cls(inner, updates))
        return optimizer

    def __call__(self, step):
        return self.schedule(ops.floor_divide(ops.cast(step, "int64"), self.updates))

    def get_config(self):
        schedule = keras.optimizers.schedules.serialize(self.schedule)
        return {"schedule": schedule, "updates": self.updates}

    @classmethod
    def from_config(cls, config):
        return cls(keras.optimizers.schedules.deserialize(config["schedule"]), config["updates"])


@keras.saving.register_keras_serializable("kgan.schedules")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant, then a straight line to zero (Isola et al. 2017; Zhu et al. 2017: 100 + 100 epochs).

    `rate(step) = initial * min(1, (total - step) / (total - constant))`, never below zero.

    Args:
        initial: the rate at the beginning.
        constant: steps before the decay.
        total: steps after which the rate is zero.
    """

    def __init__(self, initial, constant, total):
        if not 0 <= constant < total:
            raise ValueError(f"LinearDecay: expected 0 <= constant < total, received {constant} and {total}.")
        self.initial, self.constant, self.total = initial, constant, total

    def __call__(self, step):
        left = ops.cast(self.total, "float32") - ops.cast(step, "float32")
        return self.initial * ops.clip(left / (self.total - self.constant), 0.0, 1.0)

    def get_config(self):
        return {"initial": self.initial, "constant": self.constant, "total": self.total}


@keras.saving.register_keras_serializable("kgan.schedules")
class SigmoidRise(keras.optimizers.schedules.LearningRateSchedule):
    """From 0 towards a number: a term that waits until there is something to act on (Ganin et al. 2016, section 5.2.2).

    `weight(step) = final * (2 / (1 + exp(-steepness * p)) - 1)`, `p = min(1, step / total)`.

    Args:
        total: steps of training.
        final: what it comes near to.
        steepness: the paper's gamma.
    """

    def __init__(self, total, final=1.0, steepness=10.0):
        if not (total > 0 and steepness > 0):
            raise ValueError(
                f"SigmoidRise: expected total and steepness > 0, received {total} and {steepness}."
            )
        self.total, self.final, self.steepness = total, final, steepness

    def __call__(self, step):
        part = ops.minimum(1.0, ops.cast(step, "float32") / self.total)
        return self.final * (2.0 / (1.0 + ops.exp(-self.steepness * part)) - 1.0)

    def get_config(self):
        return {"total": self.total, "final": self.final, "steepness": self.steepness}


@keras.saving.register_keras_serializable("kgan.schedules")
class Annealed(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that falls by a power of the progress (Ganin et al. 2016, section 5.2.2).

    `rate(step) = initial / (1 + alpha * p)**beta`, `p = min(1, step / total)`.

    Args:
        initial: the rate at the beginning.
        total: steps of training.
        alpha, beta: the paper's.
    """

    def __init__(self, initial, total, alpha=10.0, beta=0.75):
        if not (total > 0 and alpha >= 0):
            raise ValueError(f"Annealed: expected total > 0 and alpha >= 0, received {total} and {alpha}.")
        self.initial, self.total, self.alpha, self.beta = initial, total, alpha, beta

    def __call__(self, step):
        part = ops.minimum(1.0, ops.cast(step, "float32") / self.total)
        return self.initial / (1.0 + self.alpha * part) ** self.beta

    def get_config(self):
        return {"initial": self.initial, "total": self.total, "alpha": self.alpha, "beta": self.beta}


@keras.saving.register_keras_serializable("kgan.schedules")
class Scaled(keras.optimizers.schedules.LearningRateSchedule):
    """Another schedule, times a number: `rate(step) = factor * schedule(step)`.

    Args:
        schedule: a Keras schedule.
        factor: above zero.
    """

    def __init__(self, schedule, factor):
        self.schedule, self.factor = schedule, factor

    def __call__(self, step):
        return self.factor * self.schedule(step)

    def get_config(self):
        return {"schedule": keras.optimizers.schedules.serialize(self.schedule), "factor": self.factor}

    @classmethod
    def from_config(cls, config):
        return cls(keras.optimizers.schedules.deserialize(config["schedule"]), config["factor"])


@keras.saving.register_keras_serializable("kgan.schedules")
class ScheduledAdam(keras.optimizers.Adam):
    """Adam whose beta_2 follows a schedule (Huang et al. 2024, arXiv:2501.05441: from 0.9 to 0.99).

    The bias correction is Adam's with the beta_2 of the update: `1 - beta_2(t) ** t`.

    Args:
        learning_rate: a number or a Keras schedule.
        beta_1: as Adam's.
        beta_2: a number or a Keras schedule of numbers in [0, 1), by update.
        epsilon, **options: as Adam's.

    Example:
        >>> rise = keras.optimizers.schedules.CosineDecay(0.9, 1000, alpha=0.99 / 0.9)
        >>> optimizer = ScheduledAdam(2e-4, beta_1=0.0, beta_2=rise)
    """

    def __init__(self, learning_rate=2e-4, beta_1=0.0, beta_2=0.99, epsilon=1e-8, **options):
        if isinstance(beta_2, dict):
            beta_2 = keras.optimizers.schedules.deserialize(beta_2)
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **options)

    @property
    def beta_2(self):
        """Of the update to come."""
        return self._beta_2(self.iterations) if callable(self._beta_2) else self._beta_2

    @beta_2.setter
    def beta_2(self, value):
        self._beta_2 = value

    def get_config(self):
        beta_2 = self._beta_2
        if callable(beta_2):
            beta_2 = keras.optimizers.schedules.serialize(beta_2)
        return {**super().get_config(), "beta_2": beta_2}
