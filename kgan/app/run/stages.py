"""Stages: what a run trains, one after the other, each resumable at any step."""

import dataclasses
import functools
import gc
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kgan import callbacks
from kgan.app.run.checkpoint import Checkpoints
from kgan.app.run.checkpoint_callbacks import CheckpointKeeper, ContinueEpoch, Seldom, save_model
from kgan.app.run.interruption import StopOnSignal
from kgan.app.run.local_twin import LocalTwin
from kgan.app.run.second_try import SmallerRates
from kgan.app.run.words import network_lines
from kgan.errors import UserError

# How often to look: at least so many seconds apart, and for a small share of the time.
LOOKING = {"seconds": 15.0, "share": 0.04}
FILING = {"seconds": 60.0, "share": 0.04}
NOTING = {"share": 0.04}
KEEPING_SHARE = 0.1


# Rows of history in a training; a row stands at the same steps however often the training was interrupted.
ROWS = 500
PACKAGE = Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Stage:
    """One training within a run.

    Args:
        name: str, short; part of file names.
        build: callable `(previous, steps)` from the model of the stage before (None for the first) and the planned
            steps of this one to a compiled model.
        source: a `kgan.data` source.
        steps: int, how long to train; None for what `epochs` or the time says.
        epochs: int, passes over the source, where that is how the length was given; or None.
        share: float, this stage's part of a time budget, relative to the other stages'.
        draw: callable from the model to `(images, captions, columns)` for the sample grids, or None.
        watched: `(images, labels or None)` of real data to compare the samples' diversity with, or None.
        validation: a source for `val_*`, or None.
        callbacks: list of further Keras callbacks; they must leave the training's random states alone.
    """

    name: str
    build: Callable[[Any, int], Any]
    source: Any
    steps: int | None = None
    epochs: int | None = None
    share: float = 1.0
    draw: Callable | None = None
    watched: tuple | None = None
    validation: Any = None
    callbacks: list = dataclasses.field(default_factory=list)

    def built(self, previous, steps):
        """Returns the compiled model; what kgan itself finds wrong with the settings is told as bad input.

        Other errors, such as those of a network, keep their traceback.
        """
        try:
            return self.build(previous, steps)
        except UserError:
            raise
        except ValueError as error:
            *_, innermost = traceback.walk_tb(error.__traceback__)
            raised_in = Path(innermost[0].f_code.co_filename).resolve()
            if PACKAGE in raised_in.parents:
                raise UserError(str(error)) from error
            raise

    def steps_per_epoch(self, model, batch_size):
        """Returns the steps of one pass over the source: at least one, as too few data are gone over again."""
        return max(1, self.source.batches_per_epoch(batch_size) // model.batches_per_step)


class StageRunner:
    """Trains the stages of a plan in a run folder.

    Args:
        plan: `kgan.app.run.plan.Plan`.
        folder: `RunFolder`.
        batch_size: int, the global batch.
        seed: int, the key of the data's order and augmentation.
        clock: `Clock`.
        checkpoint_seconds: float, the longest time between two checkpoints.
        start: callable that gives the first stage's new model its weights, or None.
        report: callable from the rows of history to nothing; writes the report.
        scope: callable that returns the context to build models in.
        say: callable that takes a line.
        quiet: bool, whether to show no progress.
        choice: str, how the size of the networks came about, or None.
        second_try: what the configuration notes of a stage that came to NaN, or None.
        on_nan: str, what may still be done about NaN, for advice.
        team: `Team`.

    Attributes:
        stage: the name of the stage that is trained.
    """

    def __init__(
        self,
        plan,
        folder,
        batch_size,
        seed,
        clock,
        checkpoint_seconds,
        start,
        report,
        scope,
        say,
        quiet,
        choice=None,
        second_try=None,
        on_nan="",
        team=None,
    ):
        self.plan = plan
        self.folder = folder
        self.batch_size = batch_size
        self.seed = seed
        self.clock = clock
        self.checkpoint_seconds = checkpoint_seconds
        self.start = start
        self.report = report
        self.scope = scope
        self.say = say
        self.quiet = quiet
        self.choice = choice
        self.second_try = second_try
        self.on_nan = on_nan
        self.team = team
        self.stage = None
        self.rows = []

    def run(self, interruption):
        """Trains what is left to train.

        Args:
            interruption: `Interruption`, looked at after every step.

        Returns:
            The last stage's model.

        Raises:
            Stopped: after a signal, once the checkpoint is written.
            TrainingDiverged: at a number that is not finite.
        """
        stages = self.plan.stages
        stores = [Checkpoints(self.folder.checkpoints, i, stage.name) for i, stage in enumerate(stages)]
        model = None
        for index, (stage, store) in enumerate(zip(stages, stores, strict=True)):
            self.local = LocalTwin(stage, model, self.plan.steps[stage.name], self.team)
            with self.scope():
                model = stage.built(model, self.plan.steps[stage.name])
            self.stage, rates = stage.name, SmallerRates(model, self.second_try, stage.name)
            sizes = {network.name: network.count_params() for network in model.networks}
            for line in network_lines(sizes, self.choice):
                self.say(line)
            found = self.team.checkpoint(store.read(self.say) if self.team.chief else None)
            state = None
            if found:
                state, metadata = found
                model.restore(state)
                self.rows[:] = metadata["rows"]
                self.clock.earlier = max(self.clock.earlier, metadata["seconds"])
            elif index == 0 and self.start:
                self.start(model)
            rates.take()
            if self.team.told(any(later.files() for later in stores[index + 1 :])):
                continue
            self._train(index, model, store, state, interruption)
            if index + 1 < len(stages) and self.team.chief:
                save_model(self.local.of(model), self.folder.stages / f"{stage.name}.keras")
        return model

    def _train(self, index, model, store, state, interruption):
        stage = self.plan.stages[index]
        per_epoch = stage.steps_per_epoch(model, self.batch_size)
        step, total = callbacks.steps_taken(model), self.plan.steps[stage.name]
        kept = self._recordings(stage, index, model, store, per_epoch)
        if step >= total:
            self.say(f"{stage.name}: nothing left to train after {step:,} steps; more --steps add some.")
        else:
            if step:
                self.say(f"{stage.name}: going on after step {step:,} of {total:,}.")
            progress = self._progress(index, step)
            loop = [
                *stage.callbacks,
                kept["guard"],
                callbacks.Every(kept.values(), self.checkpoint_seconds),
                progress,
                StopOnSignal(interruption, kept),
            ]
            try:
                self._fit(stage, model, state, step, total, per_epoch, loop)
            finally:
                progress.close()
                # Threads that still read data when Python ends would take it down with them.
                gc.collect()
            if self.team.chief:
                kept["checkpoint"].now()
        for name in ("grid", "history", "model", "report"):
            if name in kept:
                kept[name].set_model(model)
                kept[name].now()

    def _fit(self, stage, model, state, step, total, per_epoch, loop):
        """Trains from one step to another: the rest of an epoch, whole epochs, the beginning of one."""
        validation = stage.validation and stage.validation.batches(self.batch_size, training=False)
        while step < total:
            epoch, within = divmod(step, per_epoch)
            whole = 0 if within else (total - step) // per_epoch
            steps = per_epoch if whole else min(per_epoch - within, total - step)
            batches = functools.partial(
                stage.source.batches, self.batch_size, seed=self.seed, start=step * model.batches_per_step
            )
            # Within an epoch the running means go on where they were.
            before = [ContinueEpoch(state)] if within and state else []
            model.fit(
                self.team.data(batches),
                initial_epoch=epoch,
                epochs=epoch + max(whole, 1),
                steps_per_epoch=steps,
                callbacks=[*before, *loop],
                validation_data=validation,
                verbose=0,
                shuffle=False,
            )
            step += steps * max(whole, 1)

    def _recordings(self, stage, index, model, store, per_epoch):
        """The recording callbacks in the order in which they work."""

        def moment():
            step = callbacks.steps_taken(model)
            seconds = round(self.clock.seconds(), 3)
            return {
                "stage": stage.name,
                "epoch": round(step / per_epoch, 4),
                "step": step,
                "seconds": seconds,
            }

        advice = (
            f"the last good checkpoint stays in {store.folder}; {self.on_nan}try another --run with lower learning "
            f"rates, a penalty such as r1 or float32, from here with --init-from {self.folder.path}"
        )
        kept = {"guard": callbacks.NaNGuard(advice=advice, weights=False)}
        if not self.team.chief:
            return kept
        if stage.watched is not None and self.team.alone:
            kept["watch"] = callbacks.CollapseWatch(*stage.watched, **LOOKING, say=self.say)
        if stage.draw is not None:
            folder = self.folder.samples if len(self.plan.stages) == 1 else self.folder.samples / stage.name
            kept["grid"] = callbacks.SampleGrid(
                folder, lambda model: stage.draw(self.local.of(model)), **LOOKING
            )
        kept["events"] = callbacks.TensorBoardLog(
            self.folder.tensorboard / stage.name, kept.get("grid"), **NOTING
        )
        every = max(1, self.plan.steps[stage.name] // ROWS)
        kept["history"] = callbacks.History(self.folder.history, self.rows, moment, every=every, **NOTING)
        kept["checkpoint"] = CheckpointKeeper(
            store,
            lambda: {**moment(), "rows": self.rows},
            kept["guard"],
            KEEPING_SHARE,
            self.checkpoint_seconds,
        )
        kept["model"] = Seldom(lambda model: save_model(self.local.of(model), self.folder.model), **FILING)
        kept["report"] = Seldom(lambda model: self.report(self.rows), **FILING)
        return kept

    def _progress(self, index, step):
        names = [stage.name for stage in self.plan.stages]
        return callbacks.Progress(
            total=sum(self.plan.steps.values()),
            done=sum(self.plan.steps[name] for name in names[:index]) + step,
            name=names[index],
            quiet=self.quiet,
        )
