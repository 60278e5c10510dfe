"""Training on the harness: exact resume, order of leaving, what a run leaves behind."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from kgan.app.run.checkpoint import Checkpoints
from kgan.app.run.loading import load_model
from kgan.callbacks import TrainingDiverged
from kgan.errors import UserError
from tests.app.tiny_app import Train

# 50 items in batches of 8, two batches a step: three steps an epoch.
EPOCHS = 3
STEPS = 9


def state_of(run, stage=0):
    return Checkpoints(Path(run) / "checkpoint", stage).read()


def same(first, second):
    """Every variable bit for bit: weights, both optimizers, EMA, counters, random states, running means."""
    assert first.keys() == second.keys()
    assert any("average" in name for name in first)
    assert any(name.startswith("mean|") for name in first)
    differing = [name for name in first if first[name].tobytes() != second[name].tobytes()]
    assert not differing


class Killed(Exception):
    """Stands for a kill in the middle of a run: nothing gets to clean up after it."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that was never stopped."""
    run = tmp_path_factory.mktemp("whole") / "run"
    assert Train(run=str(run), epochs=EPOCHS, quiet=True)() == 0
    return run


def test_a_run_leaves_everything_behind(whole):
    names = {path.name for path in whole.iterdir()}
    assert names == {
        *("config.json", "checkpoint", "model.keras", "samples", "history.csv", "tensorboard", "report.html")
    }
    assert json.loads((whole / "config.json").read_text())["data"]["labels"] == list("abcde")
    with open(whole / "history.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 10)]
    for name in (
        "generator/adversarial",
        "discriminator/adversarial",
        "discriminator/accuracy_real",
        "diversity/data",
    ):
        assert any(row[name] and np.isfinite(float(row[name])) for row in rows)
    assert (whole / "samples" / f"step-{STEPS:09d}.png").is_file()
    assert len(list((whole / "checkpoint").iterdir())) == 2
    assert state_of(whole)[1]["step"] == STEPS
    report = (whole / "report.html").read_text()
    assert "data:image/png;base64," in report
    assert "http" not in report.replace("http://www.w3.org/2000/svg", "")


def test_the_saved_model_samples_as_the_run_did(whole):
    model = load_model(whole)
    fresh = Train(run=str(whole), quiet=True).build(None)
    np.testing.assert_array_equal(
        model.sample(5, seed=3), load_model(whole / "model.keras").sample(5, seed=3)
    )
    assert not np.allclose(model.sample(5, seed=3), fresh.sample(5, seed=3))


@pytest.mark.slow
def test_killed_and_started_again_ends_bit_for_bit_the_same(whole, tmp_path, monkeypatch):
    step = 4  # in the middle of an epoch
    command = Train(run=str(tmp_path / "run"), epochs=EPOCHS, checkpoint_seconds=1e-6, quiet=True)
    stages = command.stages

    def dying(split):
        (stage,) = stages(split)

        def die(batch, logs):
            if int(watch.model.steps) == step + 1:
                raise Killed

        # The first callback: what the step did is in no checkpoint.
        watch = keras.callbacks.LambdaCallback(on_train_batch_end=die)
        stage.callbacks.insert(0, watch)
        return [stage]

    monkeypatch.setattr(command, "stages", dying)
    with pytest.raises(Killed):
        command()
    assert state_of(tmp_path / "run")[1]["step"] == step
    monkeypatch.setattr(command, "stages", stages)
    assert command() == 0
    same(state_of(whole)[0], state_of(tmp_path / "run")[0])


@pytest.mark.slow
def test_more_epochs_go_on_as_if_asked_for_at_once(whole, tmp_path):
    for epochs in (1, EPOCHS):
        assert Train(run=str(tmp_path / "run"), epochs=epochs, quiet=True)() == 0
    same(state_of(whole)[0], state_of(tmp_path / "run")[0])


@pytest.mark.slow
def test_ctrl_c_writes_a_checkpoint_and_says_how_to_go_on(whole, tmp_path, capsys):
    handler = signal.getsignal(signal.SIGINT)
    run = str(tmp_path / "run")
    assert Train(run=run, epochs=EPOCHS, signal_at=5, signal=signal.SIGINT, quiet=True)() == 130
    assert signal.getsignal(signal.SIGINT) is handler
    said = capsys.readouterr().out
    assert "Stopped after step 5. To go on, run the same command again:" in said
    assert state_of(run)[1]["step"] == 5
    assert Train(run=run, epochs=EPOCHS, quiet=True)() == 0
    same(state_of(whole)[0], state_of(run)[0])


def test_a_finished_run_says_so_and_changes_nothing(whole, capsys):
    before = state_of(whole)[0]
    assert Train(run=str(whole), epochs=EPOCHS)() == 0
    assert "nothing left to train after 9 steps" in capsys.readouterr().out
    same(before, state_of(whole)[0])


def test_another_configuration_is_refused(whole):
    with pytest.raises(UserError, match=r"--width 4 \(now 6\)"):
        Train(run=str(whole), epochs=EPOCHS, width=6, quiet=True)()


@pytest.mark.slow
def test_overwrite_starts_again(whole, tmp_path):
    run = tmp_path / "run"
    assert Train(run=str(run), steps=1, quiet=True)() == 0
    (run / "samples" / "step-000000099.png").touch()
    assert Train(run=str(run), steps=1, width=6, overwrite=True, quiet=True)() == 0
    assert not (run / "samples" / "step-000000099.png").exists()
    assert load_model(run).generator.get_weights()[1].shape == (13, 6)


@pytest.mark.slow
def test_nan_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    run = tmp_path / "run"
    with pytest.raises(TrainingDiverged) as error:
        Train(run=str(run), epochs=4, spoil_at=7, quiet=True)()
    line = str(error.value)
    assert "NaN" in line
    assert "learning rate" in line
    assert "--on-nan retry" in line
    assert str(run / "checkpoint") in line
    state, metadata = state_of(run)
    assert metadata["step"] == 6
    assert all(np.isfinite(value).all() for value in state.values() if value.dtype.kind == "f")


@pytest.mark.slow
def test_stages_follow_one_another_and_resume(tmp_path):
    once, stopped = str(tmp_path / "once"), str(tmp_path / "stopped")
    assert Train(run=once, epochs=1, two_stages=True, quiet=True)() == 0
    assert (tmp_path / "once" / "stages" / "first.keras").is_file()
    # Step 3 ends the first stage; step 4 is reached in the second alone.
    command = {"run": stopped, "epochs": 1, "two_stages": True, "quiet": True}
    assert Train(**command, signal_at=4, signal=signal.SIGTERM)() == 128 + signal.SIGTERM
    assert state_of(stopped, 1)[1]["step"] == 4
    assert Train(**command)() == 0
    for stage in (0, 1):
        same(state_of(once, stage)[0], state_of(stopped, stage)[0])


@pytest.mark.slow
def test_init_from_starts_from_trained_weights(whole, tmp_path):
    command = Train(run=str(tmp_path / "run"), steps=1, init_from=str(whole), quiet=True)
    seen, stages = {}, command.stages

    def watched(split):
        (stage,) = stages(split)
        watch = keras.callbacks.LambdaCallback(
            on_train_begin=lambda logs: seen.setdefault("weights", watch.model.generator.get_weights()[0])
        )
        stage.callbacks.insert(0, watch)
        return [stage]

    command.stages = watched
    assert command() == 0
    np.testing.assert_array_equal(load_model(whole).generator.get_weights()[0], seen["weights"])
    with pytest.raises(UserError, match=r"expected the generator in .* found"):
        Train(run=str(tmp_path / "other"), epochs=1, init_from=str(whole), width=6, quiet=True)()
    assert not (tmp_path / "other").exists()
    with pytest.raises(UserError, match=r"model.keras"):
        Train(run=str(tmp_path / "third"), epochs=1, init_from=str(tmp_path), quiet=True)()


def test_dry_run_says_what_would_be_and_writes_nothing(tmp_path, capsys):
    run = tmp_path / "run"
    assert Train(run=str(run), epochs=100, dry_run=True)() == 0
    said = capsys.readouterr().out
    settings = ("--batch-size 8", "50 items", "generator ", "parameters")
    for words in (*settings, "3 steps an epoch", "300 steps", "on this machine"):
        assert words in said
    assert not run.exists()


def test_a_batch_that_devices_cannot_share_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"--batch-size to be a multiple of 2"):
        Train(run=str(tmp_path / "run"), epochs=1, batch_size=9, distribute="mirrored", quiet=True)()


@pytest.mark.slow
def test_kill_9_on_the_command_line(tmp_path):
    def train(run, *flags):
        command = [
            sys.executable,
            "tests/app/tiny_app.py",
            "--run",
            str(tmp_path / run),
            "--epochs",
            str(EPOCHS),
            *flags,
        ]
        # As a user's shell has it: whoever sets this variable wants to hear TensorFlow.
        environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    assert train("whole", "--xla", "auto").returncode == 0
    killed = train("killed", "--xla", "auto", "--checkpoint-seconds", "0.000001", "--signal-at", "5")
    assert killed.returncode == -9
    assert state_of(tmp_path / "killed")[1]["step"] < STEPS
    again = train("killed", "--xla", "auto", "--checkpoint-seconds", "0.000001")
    assert again.returncode == 0
    same(state_of(tmp_path / "whole")[0], state_of(tmp_path / "killed")[0])
    stopped = train("stopped", "--xla", "auto", "--signal-at", "4", "--signal", "2")
    assert stopped.returncode == 130
    assert "To go on" in stopped.stdout
    assert "Traceback" not in stopped.stderr
    refused = train("killed", "--xla", "off")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "--xla auto (now off)" in refused.stderr
