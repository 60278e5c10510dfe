"""What `train` does once the flags are read: data, devices, run folder, plan, stages, report."""

import contextlib
import dataclasses
import gc
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import keras

from kgan.app import device
from kgan.app.command_line import command_line
from kgan.app.run import plan as plans
from kgan.app.run import precision
from kgan.app.run import second_try as second_tries
from kgan.app.run.interruption import Clock, Interruption, Stopped
from kgan.app.run.loading import load_model
from kgan.app.run.report import write_report
from kgan.app.run.run_folder import SECOND_TRY, RunFolder
from kgan.app.run.stages import StageRunner
from kgan.app.run.team import LOST, Team
from kgan.app.run.words import network_lines, plan_lines
from kgan.backend import strategies
from kgan.callbacks import TrainingDiverged
from kgan.errors import UserError


def train(training, began):
    """Runs a `Training`.

    Args:
        training: `kgan.app.verbs.train.Training`.
        began: `time.monotonic()` of when the command began.

    Returns:
        The exit code: 0 done, 130 stopped by Ctrl-C.
    """
    try:
        # Several workers have to be known to TensorFlow before it is asked for anything.
        training.distribute = strategies.resolved(training.distribute)
        strategy = strategies.strategy(training.distribute)
    except ValueError as error:
        raise UserError(str(error)) from None
    team = Team(strategy)
    team.refuse(training)
    found = "gpu" if keras.distribution.list_devices("gpu") else "cpu"
    if found != device.kind():
        device.correct(found)
        distribute, training = training.distribute, training.settled_again()
        training.distribute = distribute
    training.precision = team.told(precision.resolved(training) if team.chief else None)
    with prepared(training.seed, training.precision), _own_folder(training, team):
        replicas = strategy.num_replicas_in_sync
        if training.batch_size % replicas:
            raise UserError(
                f"expected --batch-size to be a multiple of {replicas}, the number of devices; "
                f"found {training.batch_size}; change it"
            )
        split = training.open()
        stages = training.stages(split)
        if training.dry_run:
            _rehearse(training, split, stages, strategy, began)
            return 0
        folder = RunFolder(training.run)
        stopped = None
        with _withdrawn(folder) as claim, folder.claimed():
            claim.earlier = folder.begin(
                training.APP,
                training.settings(),
                training.facts(split),
                training.FREE,
                training.overwrite,
                split.files(),
                {
                    "device": training.device,
                    "recipes": [{**r.as_dict(), "values": v} for r, v in training.recipes],
                },
                command_line("--run", "--steps", "--epochs", "--minutes"),
            )
            training.say(split.training.summary())
            try:
                _train(training, split, stages, team, folder, began)
            except Stopped as error:
                stopped = error.with_traceback(None)
            except Exception as error:
                if strategies.uncompiled(error):
                    raise UserError(
                        f"expected XLA to compile the training step for this device; found that it cannot "
                        f"({' '.join(str(error).split())[:200]}); add --xla off"
                    ) from error
                if team.alone or not strategies.lost(error):
                    raise
                return _alone_now(error)
        # What still reads data in threads goes with the frames that hold it.
        gc.collect()
        if stopped is not None:
            print(f"Stopped after step {stopped.step:,}. To go on, run the same command again:")
            print(f"  {command_line()}", flush=True)
            return stopped.exit_code
        for source in filter(None, (split.training, split.held_out)):
            for line in source.report():
                training.say(f"Skipped {line}")
        training.say(f"Model {folder.model}, samples {folder.samples}, report {folder.report}")
        return 0


@contextlib.contextmanager
def _own_folder(training, team):
    """Workers that write nothing to the run's folder have one of their own for a while, and say nothing."""
    if team.chief:
        yield
        return
    training.quiet = True
    with tempfile.TemporaryDirectory() as folder:
        training.run = str(Path(folder) / "run")
        yield


def _alone_now(error):
    """Ends a worker whose team has lost another: TensorFlow itself would wait for it at the end of the process."""
    if "KGAN_TRACEBACK" in os.environ:
        traceback.print_exception(error)
    reason = " ".join(str(error).split())[:200]
    print(f"kgan: {LOST} ({type(error).__name__}: {reason})", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(1)


class _Claim:
    earlier = True


@contextlib.contextmanager
def _withdrawn(folder):
    """Takes back what was written for a new run that never took a step, if its beginning fails."""
    claim, was_there = _Claim(), folder.path.exists()
    try:
        yield claim
    except BaseException:
        if not claim.earlier and not any(folder.checkpoints.glob("*")):
            folder.clear()
            with contextlib.suppress(OSError):
                if not was_there:
                    folder.path.rmdir()
        raise


def _train(training, split, stages, team, folder, began):
    strategy = team.strategy

    def report(rows, measured=()):
        told = folder.configuration()
        title = f"{training.APP.replace('-', ' ')}: {folder.path.resolve().name}"
        data = told["data"]["summary"]
        write_report(folder.report, title, rows, folder.samples, told["settings"], data, measured)

    plan, measured = _planned(training, stages, strategy, folder, began)
    plan = dataclasses.replace(plan, steps=team.told(plan.steps))
    folder.note(plan=plan.as_dict())
    # However the plan came about, the run begins from the same random state.
    _clean(training)
    for line in plan_lines(plan, training.batch_size, len(split.training), measured, training.shows_after):
        training.say(line)
    with Interruption().listening() as interruption:
        model = None
        while model is None:
            second_try = folder.configuration().get(SECOND_TRY)
            runner = StageRunner(
                plan=plan,
                folder=folder,
                batch_size=training.batch_size,
                seed=training.seed,
                clock=Clock(began),
                checkpoint_seconds=training.checkpoint_seconds,
                start=training.init_from and (lambda model: initialise(model, training.init_from)),
                report=report,
                scope=strategy.scope,
                say=training.say,
                quiet=training.quiet,
                choice=_choice(training),
                second_try=second_try,
                on_nan=second_tries.advice(training.on_nan, second_try),
                team=team,
            )
            try:
                model = runner.run(interruption)
            except TrainingDiverged as error:
                if training.on_nan != "retry" or second_try:
                    raise
                folder.note(**{SECOND_TRY: {"stage": runner.stage, "rate": second_tries.RATE}})
                print(second_tries.line(error, runner.stage), flush=True)
                _clean(training)
    verdict = training.verdict(runner.local.of(model), split) if team.chief else None
    team.told(None)  # The others wait until the chief has written everything.
    if verdict is not None:
        for line in verdict.lines(plan.total, training.shows_after):
            training.say(line)
        if verdict.charts:
            report(runner.rows, verdict.charts)


def _choice(training):
    """How the size of the networks came about, in words."""
    if not hasattr(training, "network"):
        return None
    chosen = [recipe.name for recipe, values in training.recipes if "network" in values]
    return f"--network {training.network}{f', {chosen[0]}' if chosen else ''}"


def _planned(training, stages, strategy, folder, began):
    """Returns the plan, and what was measured for it, if anything was."""
    earlier = plans.kept(stages, folder.glimpse().get("plan"), training.minutes)
    if training.minutes is None:
        return plans.of_length(
            stages, training.batch_size, lambda: _batches_per_step(training, stages, strategy)
        ), None
    if earlier is not None:
        return earlier, None
    training.say("Measuring how fast this machine trains ...")
    measured = plans.measure(stages, strategy.scope, training.batch_size, training.minutes)
    return plans.of_minutes(stages, training.minutes, measured, time.monotonic() - began), measured


def _batches_per_step(training, stages, strategy):
    """How many batches a step of each stage takes, which only its compiled model knows."""
    found, model = {}, None
    for stage in stages:
        with strategy.scope():
            model = stage.built(model, stage.steps or 1000)
        found[stage.name] = model.batches_per_step
    return found


def _clean(training):
    """Forgets models that are thrown away: the run's own begin as if those had never been."""
    gc.collect()
    keras.utils.clear_session()
    keras.utils.set_random_seed(training.seed)


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

    Generators whose opponents do not come along (those of a pixel loss, say) start from their moving average, which is
    what they are known by; with their opponents they go on from where both stood.

    Args:
        model: a compiled `AdversarialModel`.
        path: a run folder, or a `.keras` file.

    Raises:
        UserError: if no network fits, or one of the same name has other shapes.
    """
    source = load_model(path)
    trained = {network.name: network for network in source.networks}
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
    if not {network.name for network in source.discriminator_side} & {network.name for network in fitting}:
        for variable, average in source.averaged:
            variable.assign(average)
    for network in fitting:
        network.set_weights(trained[network.name].get_weights())
    for variable, average in model.averaged:
        average.assign(variable)


def _rehearse(training, split, stages, strategy, began):
    """Says what a run would be; trains a few steps on models that are thrown away, to time them."""
    print("settings")
    chosen = {name: one.name for one, values in training.recipes for name in values}
    for name, value in training.settings().items():
        if name in ("dry_run", "overwrite", "quiet") or value in (None, False, (), []):
            continue
        told = " ".join(map(str, value)) if isinstance(value, list | tuple) else value
        recipe = f"   ({chosen[name]})" if name in chosen else ""
        print(f"  --{name.replace('_', '-')} {told}{recipe}")
    for one, _ in training.recipes:
        print(f"  recipe {one.name}: {one.source}")
    print("data\n  " + split.training.summary().replace("\n", "\n  "))
    measured = plans.measure(stages, strategy.scope, training.batch_size, training.minutes)
    for name, stage in measured.items():
        print(f"stage {name}")
        for line in network_lines(stage.parameters):
            print(f"  {line}")
        print(f"  first step {stage.compiling:.1f} s (compiling), then {stage.step:.3f} s a step")
        print(f"  {stage.per_epoch:,} step{'' if stage.per_epoch == 1 else 's'} an epoch")
    if training.minutes is None:
        batches = {stage.name: stage.source.batches_per_epoch(training.batch_size) for stage in stages}
        per_step = {name: max(1, batches[name] // one.per_epoch) for name, one in measured.items()}
        plan = plans.of_length(stages, training.batch_size, lambda: per_step)
    else:
        plan = plans.of_minutes(stages, training.minutes, measured, time.monotonic() - began)
    print(
        "\n".join(plan_lines(plan, training.batch_size, len(split.training), measured, training.shows_after))
    )
