"""Stages: what a run trains, one after the other, each resumable at any step."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from kgan import callbacks
from kgan.app.run.checkpoint import Checkpoints
from kgan.app.run.checkpoint_callbacks import CheckpointKeeper, ContinueEpoch, Seldom, save_model
from kgan.app.run.interruption import StopAtDeadline, StopOnSignal
from kgan.errors import UserError

# How often to look: at least so many seconds apart, and for a small share of the time.
LOOKING = {"seconds": 15.0, "share": 0.04}
FILING = {"seconds": 60.0, "share": 0.04}
NOTING = {"share": 0.04}
KEEPING_SHARE = 0.1


@dataclasses.dataclass
class Stage:
    """One training within a run.

    Args:
        name: str, short; part of file names.
        build: callable from the model of the stage before (None for the first) to a compiled model.
        source: a `kgan.data` source.
        epochs: int, passes over the source; None for as many as the time allows.
        share: float, this stage's part of a time budget, relative to the other stages'.
        draw: callable from the model to `(images, captions, columns)` for the sample grids, or None.
        watched: `(images, labels or None)` of real data to compare the samples' diversity with, or None.
        validation: a source for `val_*`, or None.
        callbacks: list of further Keras callbacks; they must leave the training's random states alone.
    """

    name: str
    build: Callable[[Any], Any]
    source: Any
    epochs: int | None
    share: float = 1.0
    draw: Callable | None = None
    watched: tuple | None = None
    validation: Any = None
    callbacks: list = dataclasses.field(default_factory=list)

    def built(self, previous):
        """Returns the compiled model; settings that do not go together are told as bad input."""
        try:
            return self.build(previous)
        except UserError:
            raise
        except ValueError as error:
            raise UserError(str(error)) from error


class Trainer:
    """Runs stages in a run folder.

    Args:
        stages: list of `Stage`.
        folder: `RunFolder`.
        batch_size: int, the global batch.
        seed: int, the key of the data's order and augmentation.
        clock: `Clock`; its budget, if it has one, ends the training.
        checkpoint_seconds: float, the longest time between two checkpoints.
        start: callable that gives the first stage's new model its weights, or None.
        report: callable from the rows of history to nothing; writes the report.
        scope: callable that returns the context to build models in.
        say: callable that takes a line.
        quiet: bool, whether to show no progress.
    """

    def __init__(
        self, stages, folder, batch_size, seed, clock, checkpoint_seconds, start, report, scope, say, quiet
    ):
        self.stages = stages
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
        stores = [Checkpoints(self.folder.checkpoints, i, stage.name) for i, stage in enumerate(self.stages)]
        model = None
        for index, (stage, store) in enumerate(zip(self.stages, stores, strict=True)):
            with self.scope():
                model = stage.built(model)
            found = store.read(self.say)
            state = None
            if found:
                state, metadata = found
                model.restore(state)
                self.rows[:] = metadata["rows"]
                self.clock.earlier = max(self.clock.earlier, metadata["seconds"])
            elif index == 0 and self.start:
                self.start(model)
            if any(later.files() for later in stores[index + 1 :]):
                continue
            self._train(index, model, store, state, interruption)
            if index + 1 < len(self.stages):
                save_model(model, self.folder.stages / f"{stage.name}.keras")
        return model

    def _train(self, index, model, store, state, interruption):
        stage = self.stages[index]
        # Too few data for one step are gone over again, by the source.
        per_epoch = max(1, stage.source.batches_per_epoch(self.batch_size) // model.batches_per_step)
        step, deadline = callbacks.steps_taken(model), self._deadline(index)
        epochs = math.inf if stage.epochs is None else stage.epochs
        kept = self._recordings(stage, index, model, store, per_epoch)
        if not step and self.clock.seconds() >= deadline:
            # Worth a line even in a quiet run: what is saved has learned nothing.
            print(
                f"{stage.name}: --minutes were used up before its first step, so it is saved untrained; give more.",
                flush=True,
            )
        elif step >= epochs * per_epoch or self.clock.seconds() >= deadline:
            self.say(
                f"{stage.name}: nothing left to train after {step:,} steps; --epochs or --minutes adds some."
            )
        else:
            if step:
                self.say(f"{stage.name}: going on after step {step:,}.")
            progress = self._progress(index, model, per_epoch, step)
            loop = [
                *stage.callbacks,
                kept["guard"],
                callbacks.Every(kept.values(), self.checkpoint_seconds),
                progress,
                StopAtDeadline(self.clock, deadline),
                StopOnSignal(interruption, kept),
            ]
            try:
                self._fit(stage, model, state, step, per_epoch, loop)
            finally:
                progress.close()
            kept["checkpoint"].now()
        for name in ("grid", "history", "model", "report"):
            if name in kept:
                kept[name].set_model(model)
                kept[name].now()

    def _fit(self, stage, model, state, step, per_epoch, loop):
        data = stage.source.batches(self.batch_size, seed=self.seed, start=step * model.batches_per_step)
        validation = stage.validation and stage.validation.batches(self.batch_size, training=False)
        epoch, within = divmod(step, per_epoch)
        options = {"verbose": 0, "shuffle": False, "validation_data": validation}
        if within:
            # First the rest of the epoch that was interrupted, its running means where they were.
            finishing = [ContinueEpoch(state), *loop]
            rest = {"initial_epoch": epoch, "epochs": epoch + 1, "steps_per_epoch": per_epoch - within}
            model.fit(data, callbacks=finishing, **rest, **options)
            if model.stop_training:
                return
            epoch += 1
            start = epoch * per_epoch * model.batches_per_step
            data = stage.source.batches(self.batch_size, seed=self.seed, start=start)
        epochs = 2**31 if stage.epochs is None else stage.epochs
        if epoch < epochs:
            whole = {"initial_epoch": epoch, "epochs": epochs, "steps_per_epoch": per_epoch}
            model.fit(data, callbacks=loop, **whole, **options)

    def _deadline(self, index):
        if self.clock.budget is None:
            return math.inf
        shares = [stage.share for stage in self.stages]
        return self.clock.budget * sum(shares[: index + 1]) / sum(shares)

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
            f"the last good checkpoint stays in {store.folder}; try another --run with lower learning rates, a "
            f"penalty such as r1 or float32, from here with --init-from {self.folder.path}"
        )
        kept = {"guard": callbacks.NaNGuard(advice=advice, weights=False)}
        if stage.watched is not None:
            kept["watch"] = callbacks.CollapseWatch(*stage.watched, **LOOKING, say=self.say)
        if stage.draw is not None:
            folder = self.folder.samples if len(self.stages) == 1 else self.folder.samples / stage.name
            kept["grid"] = callbacks.SampleGrid(folder, stage.draw, **LOOKING)
        kept["events"] = callbacks.TensorBoardLog(
            self.folder.tensorboard / stage.name, kept.get("grid"), **NOTING
        )
        kept["history"] = callbacks.History(self.folder.history, self.rows, moment, **NOTING)
        kept["checkpoint"] = CheckpointKeeper(
            store,
            lambda: {**moment(), "rows": self.rows},
            kept["guard"],
            KEEPING_SHARE,
            self.checkpoint_seconds,
        )
        kept["model"] = Seldom(lambda model: save_model(model, self.folder.model), **FILING)
        kept["report"] = Seldom(lambda model: self.report(self.rows), **FILING)
        return kept

    def _progress(self, index, model, per_epoch, step):
        per_step = model.batches_per_step
        totals = [s.epochs and s.epochs * s.source.batches_per_epoch(self.batch_size) for s in self.stages]
        before = sum(total or 0 for total in totals[:index])
        return callbacks.Progress(
            total=None if None in totals else sum(totals),
            done=before + step * per_step,
            each=per_step,
            budget=None if self.clock.budget is None else (self.clock.seconds, self.clock.budget),
            name=self.stages[index].name,
            quiet=self.quiet,
        )
