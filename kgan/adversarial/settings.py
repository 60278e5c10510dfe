"""What `compile` was told: the paper's settings where it was told nothing, checked, and saved with the model."""

import dataclasses
import math
import numbers
from typing import Any

import keras

from kgan import augmentation, losses, penalties

# What DCGAN's authors found to train (Radford et al. 2015, arXiv:1511.06434): with Keras's 1e-3 and 0.9 it oscillates.
ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `AdversarialModel.compile`, each with a value.

    Args:
        the arguments of `AdversarialModel.compile`.

    Raises:
        ValueError: one of them is out of range.
    """

    generator_optimizer: Any = dataclasses.field(default_factory=lambda: ADAM)
    discriminator_optimizer: Any = dataclasses.field(default_factory=lambda: ADAM)
    loss: Any = None
    penalty: Any = ()
    loss_weights: dict = dataclasses.field(default_factory=dict)
    discriminator_steps: int = 1
    generator_batch: str = "shared"
    ema_decay: float | None = None
    ema_half_life: float | None = None
    augment: Any = None
    metrics: list = dataclasses.field(default_factory=list)
    seed: int = 0
    jit_compile: bool | str = "auto"
    run_eagerly: bool = False
    steps_per_execution: int = 1

    @classmethod
    def of(cls, scheme, **given):
        """Settings from a scheme's own and, over them, those given (None where nothing was)."""
        given = {name: value for name, value in given.items() if value is not None}
        if not scheme.side_variables("discriminator"):
            _refuse(scheme, given)
            given |= {"discriminator_steps": 1, "generator_batch": "shared"}
        own = dict(scheme.defaults)
        if {"ema_decay", "ema_half_life"} & set(given):  # two ways to say one thing
            own = {name: value for name, value in own.items() if name not in ("ema_decay", "ema_half_life")}
        loss = given.get("loss", own.get("loss"))
        name = getattr(loss if loss is None else losses.get(loss), "name", None)
        weights = {**(own.get("loss_weights") or {}), **scheme.weights_by_loss.get(name, {})}
        return cls(**{**own, **given, "loss_weights": _weights(weights, given.get("loss_weights") or {})})

    def __post_init__(self):
        def set_to(**values):
            for name, value in values.items():
                object.__setattr__(self, name, value)

        steps, batch, decay = self.discriminator_steps, self.generator_batch, self.ema_decay
        if not isinstance(steps, int) or steps < 1:
            raise ValueError(f"discriminator_steps: expected an integer of at least 1, received {steps!r}.")
        if batch not in ("shared", "fresh"):
            raise ValueError(f"generator_batch: expected 'shared' or 'fresh', received {batch!r}.")
        if decay is not None and not 0 < decay < 1:
            raise ValueError(f"ema_decay: expected a number between 0 and 1, or None, received {decay!r}.")
        if self.ema_half_life is not None and not self.ema_half_life > 0:
            raise ValueError(
                f"ema_half_life: expected images above 0, or None, received {self.ema_half_life!r}."
            )
        if decay is not None and self.ema_half_life is not None:
            raise ValueError("compile: expected ema_decay or ema_half_life, received both. Drop one.")
        if self.jit_compile not in (True, False, "auto"):
            raise ValueError(f"jit_compile: expected True, False or 'auto', received {self.jit_compile!r}.")
        if not isinstance(self.steps_per_execution, int) or self.steps_per_execution < 1:
            raise ValueError(
                f"steps_per_execution: expected an integer of at least 1, received {self.steps_per_execution!r}."
            )
        one = self.generator_optimizer
        if one is self.discriminator_optimizer and isinstance(one, keras.optimizers.Optimizer):
            raise ValueError(
                "compile: expected one optimizer for each side, received the same object twice. Make two: the "
                "state of an optimizer belongs to the weights it moves."
            )
        set_to(
            loss=None if self.loss is None else losses.get(self.loss),
            penalty=penalties.get(self.penalty),
            augment=augmentation.get(self.augment),
            metrics=_metrics(self.metrics),
            seed=int(self.seed),
        )

    @property
    def fresh(self):
        """Whether the generator learns from a batch of its own."""
        return self.generator_batch == "fresh"

    @property
    def batches_per_step(self):
        """How many batches a step takes."""
        return self.discriminator_steps + self.fresh

    def with_optimizers(self, discriminator: keras.Model, generator: keras.Model):
        """The same settings with the optimizers that were made of them."""
        return dataclasses.replace(self, discriminator_optimizer=discriminator, generator_optimizer=generator)

    def saved(self):
        """By name, as `compile` takes them again: without the optimizer of a side that has nothing to train."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if getattr(value, "built", True)}


def _refuse(scheme, given):
    """What only a discriminator could use is not taken for a model without one."""
    neutral = {"discriminator_optimizer": None, "discriminator_steps": 1, "generator_batch": "shared"}
    for name, value in neutral.items():
        if given.get(name, value) != value:
            raise ValueError(
                f"compile: expected no {name}, as this {type(scheme).__name__} has no discriminator to train, "
                f"received {given[name]!r}. Leave it out."
            )


def _weights(own, given):
    """The scheme's own weights, and over them those given; "pixel" replaces "generator/pixel" too."""
    if not isinstance(given, dict) or not all(_is_finite(weight) for weight in given.values()):
        raise ValueError(
            f"loss_weights: expected a dict from terms to finite numbers, such as {{'generator/l1': 100.0}}, received "
            f"{given!r}."
        )
    return {name: w for name, w in own.items() if name.split("/", 1)[-1] not in given} | dict(given)


def _is_finite(weight):
    # A schedule or a variable is a number later.
    return not isinstance(weight, str | bytes) and (
        not isinstance(weight, numbers.Real) or math.isfinite(weight)
    )


def _metrics(given):
    """Keras metrics of what `compile` takes: objects, names or functions of (real, generated)."""
    if isinstance(given, str | keras.metrics.Metric) or callable(given):
        given = [given]
    if isinstance(given, dict) or any(isinstance(one, list | tuple | dict) for one in given):
        raise ValueError(
            f"metrics: expected a list of Keras metrics or their names, received {given!r}. There is one pair of "
            "images to compare: pass one flat list."
        )
    found = []
    for one in given:
        metric = keras.metrics.get(one)
        if not isinstance(metric, keras.metrics.Metric):
            metric = keras.metrics.MeanMetricWrapper(metric, name=getattr(metric, "__name__", "metric"))
        if isinstance(one, str):
            metric.name = one  # as `keras.Model.compile` calls it
        found.append(metric)
    names = [metric.name for metric in found]
    if len(set(names)) < len(names) or "loss" in names:
        raise ValueError(
            f"metrics: expected each name once, and none called 'loss', received {', '.join(names)}. Give one another "
            "name."
        )
    return found
