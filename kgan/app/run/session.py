"""What `train` does once the flags are read: data, devices, run folder, stages, report."""

import contextlib
import time

import keras
import numpy as np

from kgan.app.run.interruption import Clock, Interruption, Stopped
from kgan.app.run.loading import load_model
from kgan.app.run.report import write_report
from kgan.app.run.run_folder import RunFolder
from kgan.app.run.stages import Trainer
from kgan.backend import strategies
from kgan.callbacks import duration
from kgan.cli.dispatch import command_line
from kgan.errors import UserError


def train(training, began):
    """Runs a `Training`.

    Args:
        training: `kgan.app.verbs.train.Training`.
        began: `time.monotonic()` of when the command began.

    Returns:
        The exit code: 0 done, 130 stopped by Ctrl-C.
    """
    with prepared(training.seed, training.precision):
        strategy = strategies.strategy(training.distribute)
        replicas = strategy.num_replicas_in_sync
        if training.batch_size % replicas:
            raise UserError(
                f"expected --batch-size to be a multiple of {replicas}, the number of devices; "
                f"found {training.batch_size}; change it"
            )
        source = training.open_source()
        if training.dry_run:
            _rehearse(training, source, strategy)
            return 0
        folder = RunFolder(training.run)
        facts = training.facts(source)
        with folder.claimed():
            folder.begin(training.APP, training.settings(), facts, training.FREE, training.overwrite)
            training.say(source.summary())
            try:
                _train(training, source, strategy, folder, began)
            except Stopped as stopped:
                print(f"Stopped after step {stopped.step:,}. To go on, run the same command again:")
                print(f"  {command_line()}", flush=True)
                return stopped.exit_code
        for line in source.report():
            training.say(f"Skipped {line}")
        training.say(f"Model {folder.model}, samples {folder.samples}, report {folder.report}")
        return 0


def _train(training, source, strategy, folder, began):
    def report(rows):
        told = folder.configuration()
        title = f"{training.APP.replace('-', ' ')}: {folder.path.resolve().name}"
        write_report(folder.report, title, rows, folder.samples, told["settings"], told["data"]["summary"])

    trainer = Trainer(
        stages=training.stages(source),
        folder=folder,
        batch_size=training.batch_size,
        seed=training.seed,
        clock=Clock(None if training.minutes is None else 60 * training.minutes, began),
        checkpoint_seconds=training.checkpoint_seconds,
        start=training.init_from and (lambda model: initialise(model, training.init_from)),
        report=report,
        scope=strategy.scope,
        say=training.say,
        quiet=training.quiet,
    )
    with Interruption().listening() as interruption:
        return trainer.run(interruption)


@contextlib.contextmanager
def prepared(seed=0, precision="float32"):
    """Inside, Keras starts from a clean slate: names counted from zero, this seed, this precision."""
    before = keras.config.dtype_policy()
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def initialise(model, path):
    """Gives a new model the weights of a trained one, network by network of the same name.

    Args:
        model: a compiled `AdversarialModel`.
        path: a run folder, or a `.keras` file.

    Raises:
        UserError: if no network fits, or one of the same name has other shapes.
    """
    trained = {network.name: network for network in load_model(path).networks}
    fitting = [network for network in model.networks if network.name in trained]
    if not fitting:
        names = ", ".join(network.name for network in model.networks)
        raise UserError(
            f"expected networks named {names} in {path}; found {', '.join(trained)}; use another --init-from"
        )
    for network in fitting:
        ours = [tuple(weight.shape) for weight in network.weights]
        theirs = [tuple(weight.shape) for weight in trained[network.name].weights]
        if ours != theirs:
            raise UserError(
                f"expected the {network.name} in {path} to have the shapes of this one "
                f"({network.count_params():,} parameters); found {trained[network.name].count_params():,}; "
                "use the settings it was trained with"
            )
        network.set_weights(trained[network.name].get_weights())
    for variable, average in model.averaged:
        average.assign(variable)


def _rehearse(training, source, strategy):
    """Says what a run would be; trains a few steps on a model that is thrown away, to time them."""
    print("settings")
    for name, value in training.settings().items():
        if (
            name not in ("dry_run", "overwrite", "quiet")
            and value is not None
            and value is not False
            and value != ()
        ):
            print(f"  --{name.replace('_', '-')} {value}")
    print("data\n  " + source.summary().replace("\n", "\n  "))
    model, seconds, bounded = None, 0.0, True
    for stage in training.stages(source):
        with strategy.scope():
            model = stage.built(model)
        print(f"stage {stage.name}")
        for network in model.networks:
            print(f"  {network.name}: {network.count_params():,} parameters")
        compiling, step_seconds = _timed(model, stage, training.batch_size)
        per_epoch = max(1, stage.source.batches_per_epoch(training.batch_size) // model.batches_per_step)
        print(f"  first step {compiling:.1f} s (compiling), then {step_seconds:.3f} s a step")
        print(f"  {per_epoch:,} step{'' if per_epoch == 1 else 's'} an epoch")
        if stage.epochs is None:
            bounded = False
        else:
            seconds += compiling + stage.epochs * per_epoch * step_seconds
    estimates = [seconds] if bounded else []
    if training.minutes is not None:
        estimates.append(60 * training.minutes)
    print(f"about {duration(min(estimates))} in all" if estimates else "until it is stopped")


def _timed(model, stage, batch_size, steps=3):
    """Returns the seconds of the first step and of a later one."""
    times = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            times.append(time.perf_counter())

    began = time.perf_counter()
    data = stage.source.batches(batch_size, seed=0)
    model.fit(data, steps_per_epoch=1 + steps, epochs=1, verbose=0, callbacks=[Watch()])
    return times[0] - began, float(np.median(np.diff(times)))
