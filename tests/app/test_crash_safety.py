"""What a run keeps when the disk is full, and what it does about a loss that is no number any more."""

import json
import subprocess

import keras
import numpy as np
import pytest

from kgan import ConditionalGAN
from kgan.app.run.checkpoint import Checkpoints
from kgan.app.run.second_try import SmallerRates
from kgan.callbacks import TrainingDiverged
from kgan.cli import dispatch
from kgan.networks import mlp
from kgan.schedules import LinearDecay
from tests.app.tiny_app import Train, fill


def state_of(run):
    return Checkpoints(run / "checkpoint").read()


def rates(state):
    return [float(value) for name, value in state.items() if "learning_rate" in name]


# NaN -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_second_try_starts_from_the_last_good_checkpoint_at_half_the_rates_and_is_the_last(
    tmp_path, capsys
):
    run = tmp_path / "run"
    command = {"run": str(run), "epochs": 4, "quiet": True, "checkpoint_seconds": 1e-6, "on_nan": "retry"}
    with pytest.raises(TrainingDiverged, match=r"0\.5 times the learning rates did not help") as error:
        Train(spoil_at=5, spoilings=2, **command)()
    assert "--on-nan" not in str(error.value)
    assert "Once more from the last good checkpoint, with 0.5 times" in capsys.readouterr().out
    assert json.loads((run / "config.json").read_text())["second_try"] == {"stage": "train", "rate": 0.5}
    state, metadata = state_of(run)
    assert metadata["step"] == 4
    assert all(np.isfinite(value).all() for value in state.values() if value.dtype.kind == "f")


@pytest.mark.slow
def test_a_second_try_that_is_interrupted_goes_on_as_one_that_is_not(tmp_path):
    command = {"epochs": 4, "quiet": True, "checkpoint_seconds": 1e-6, "on_nan": "retry"}
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert Train(run=str(whole), spoil_at=7, spoilings=1, **command)() == 0
    state, metadata = state_of(whole)
    assert metadata["step"] == 12
    assert rates(state) == pytest.approx([1e-4, 1e-4])  # half of Adam's at 2e-4
    assert Train(run=str(stopped), spoil_at=7, spoilings=1, signal_at=10, signal=2, **command)() == 130
    assert Train(run=str(stopped), **command)() == 0
    resumed = state_of(stopped)[0]
    assert [name for name in state if state[name].tobytes() != resumed[name].tobytes()] == []


def test_rates_that_follow_a_schedule_are_smaller_all_along():
    shared = {"image_size": (4, 4), "channels": 1, "width": 2, "depth": 1, "classes": 2}
    networks = mlp.generator(**shared, latent_size=2), mlp.discriminator(**shared)
    model = ConditionalGAN(*networks, latent_size=2, classes=2)
    model.compile(*(keras.optimizers.Adam(LinearDecay(0.1, 10, 20)) for _ in "dg"), discriminator_steps=2)
    SmallerRates(model, {"stage": "other", "rate": 0.5}, "train").take()
    assert float(model.optimizer.generator.learning_rate) == pytest.approx(0.1)
    SmallerRates(model, {"stage": "train", "rate": 0.5}, "train").take()
    for optimizer, updates in zip(model.optimizer.optimizers, (2, 1)):
        optimizer.iterations.assign(15 * updates)
        assert float(optimizer.learning_rate) == pytest.approx(0.025)
        again = type(optimizer).from_config(optimizer.get_config())
        again.iterations.assign(15 * updates)
        assert float(again.learning_rate) == pytest.approx(0.025)


# A full disk -----------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    yield small
    subprocess.run(["umount", small], check=True)


@pytest.mark.slow
def test_a_disk_that_fills_up_in_training_costs_nothing_that_was_there(small_disk, tmp_path, capsys):
    run, ballast = small_disk / "run", small_disk / "ballast"
    command = {"epochs": 3, "quiet": True, "checkpoint_seconds": 1e-6}
    code = dispatch.answer(Train(run=str(run), fill=str(ballast), fill_at=5, **command))
    said = capsys.readouterr().err
    assert code == 1
    assert said.count("\n") == 1
    assert "no space left on device" in said
    assert [path for path in run.rglob("*") if ".part" in path.name] == []
    assert state_of(run)[1]["step"] == 4
    ballast.unlink()
    assert Train(run=str(run), **command)() == 0
    assert Train(run=str(tmp_path / "whole"), **command)() == 0
    (expected, _), (found, _) = state_of(tmp_path / "whole"), state_of(run)
    assert [name for name in expected if expected[name].tobytes() != found[name].tobytes()] == []


def test_an_export_to_a_full_disk_leaves_the_version_before(small_disk, capsys):
    from kgan.export.savedmodel import export

    shared = {"image_size": (4, 4), "channels": 1, "width": 64, "depth": 1}
    model = ConditionalGAN(
        mlp.generator(**shared, latent_size=2, classes=2),
        mlp.discriminator(**shared, classes=2),
        latent_size=2,
        classes=2,
    )
    folder = small_disk / "glyphs"
    assert export(model, folder).name == "1"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    fill(small_disk / "ballast")
    assert dispatch.answer(lambda: export(model, folder) and None) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
