"""The plan of a run: how many steps each stage takes, decided once and kept in the run folder."""

import dataclasses
import math
import time

import keras
import numpy as np

from kgan.errors import UserError

# What sample grids, checkpoints and reports take of the time, beside the steps that are measured.
REST = 0.9
# How long to look at the speed: so many steps at least, or a share of the time that there is.
LEAST_STEPS, MOST_SECONDS, LOOKING_SHARE = 4, 20.0, 0.04


@dataclasses.dataclass
class Plan:
    """How many steps each stage of a run takes.

    Args:
        stages: list of `kgan.app.run.stages.Stage`.
        steps: dict from a stage's name to its steps.
        minutes: float, the time that they were planned for, or None.
        seconds: dict from a stage's name to the seconds of a step that were measured; empty if none were.
    """

    stages: list
    steps: dict
    minutes: float | None = None
    seconds: dict = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict:
        """What config.json keeps."""
        return {"steps": self.steps, "minutes": self.minutes, "seconds_a_step": self.seconds}

    @property
    def total(self) -> int:
        return sum(self.steps.values())


@dataclasses.dataclass(frozen=True)
class Measured:
    """One stage as it was measured on a model that is thrown away.

    Args:
        compiling: float, seconds until the first step was done.
        step: float, seconds of a later one.
        per_epoch: int, steps of one pass over the data.
        parameters: dict from a network's name to its number of parameters.
    """

    compiling: float
    step: float
    per_epoch: int
    parameters: dict


def kept(stages, noted, minutes) -> Plan | None:
    """The plan that a run folder holds, if it was made for the same stages and the same time; else None."""
    if not noted or noted.get("minutes") != minutes:
        return None
    steps = noted.get("steps", {})
    if list(steps) != [stage.name for stage in stages] or not all(
        isinstance(n, int) and n > 0 for n in steps.values()
    ):
        return None
    return Plan(stages, dict(steps), minutes, dict(noted.get("seconds_a_step", {})))


def of_length(stages, batch_size, build) -> Plan:
    """The plan of stages that say how long they are, in steps or in epochs.

    Args:
        stages: list of `Stage`.
        batch_size: int.
        build: callable that returns how many batches a step of each stage takes: a dict by its name. Called only
            where epochs have to become steps.
    """
    steps, batches = {}, None
    for stage in stages:
        if stage.steps is not None:
            steps[stage.name] = stage.steps
            continue
        batches = build() if batches is None else batches
        steps[stage.name] = stage.epochs * max(
            1, stage.source.batches_per_epoch(batch_size) // batches[stage.name]
        )
    return Plan(stages, steps)


def of_minutes(stages, minutes, measured, spent) -> Plan:
    """The plan of what fits into a time.

    Args:
        stages: list of `Stage`; their `share` divides the time.
        minutes: float, for everything from the beginning of the command.
        measured: dict from a stage's name to its `Measured`.
        spent: float, seconds that went before.

    Raises:
        UserError: if not one step of each stage fits.
    """
    compiling = sum(one.compiling for one in measured.values())
    left = REST * (60 * minutes - spent - compiling)
    shares = {stage.name: stage.share / sum(other.share for other in stages) for stage in stages}
    steps = {name: math.floor(left * share / measured[name].step) for name, share in shares.items()}
    if min(steps.values()) < 1:
        least = spent + compiling + max(measured[name].step / share for name, share in shares.items()) / REST
        raise UserError(
            f"expected --minutes for at least one step; found {minutes:g}, of which starting and compiling take "
            f"{(spent + compiling) / 60:.2g} here; give {math.ceil(10 * least / 60 + 0.5) / 10:g} or more, or --steps"
        )
    return Plan(stages, steps, minutes, {name: round(one.step, 6) for name, one in measured.items()})


def measure(stages, scope, batch_size, minutes=None) -> dict:
    """Trains a few steps of each stage on models that are thrown away, to learn their speed.

    Args:
        stages: list of `Stage`.
        scope: callable that returns the context to build models in.
        batch_size: int.
        minutes: float, the time that there will be, or None.

    Returns:
        A dict from a stage's name to its `Measured`.
    """
    budget = MOST_SECONDS if minutes is None else min(MOST_SECONDS, 60 * minutes * LOOKING_SHARE)
    found, model = {}, None
    for stage in stages:
        with scope():
            model = stage.built(model, stage.steps or 1000)
        parameters = {network.name: network.count_params() for network in model.networks}
        found[stage.name] = Measured(
            *_timed(model, stage, batch_size, budget), stage.steps_per_epoch(model, batch_size), parameters
        )
    return found


def _timed(model, stage, batch_size, budget):
    """Returns the seconds until the first step was done, and of a later one."""
    times, began = [], time.perf_counter()

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            times.append(time.perf_counter())
            if len(times) > LEAST_STEPS and times[-1] - times[0] > budget:
                self.model.stop_training = True

    data = stage.source.batches(batch_size, seed=0)
    model.fit(data, steps_per_epoch=1 + 200, epochs=1, verbose=0, callbacks=[Watch()])
    # The mean, as what comes now and then (a slow read) comes in training, too.
    return times[0] - began, float(np.mean(np.diff(times)))
