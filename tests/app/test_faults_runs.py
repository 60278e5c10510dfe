"""Faults C1, C2, C6, C11, C12 and K18: what a run folder keeps, and how failures are told."""

import csv
import errno
import json
import os
import re
import shutil
import signal
import subprocess

import keras
import numpy as np
import pytest

from kgan.app.run import plan, stages
from kgan.app.run.checkpoint import FORMAT, Checkpoints
from kgan.app.run.plan import Measured
from kgan.app.run.run_folder import RunFolder
from kgan.app.run.stages import Stage
from kgan.cli import dispatch
from kgan.errors import UserError
from kgan.files import disk
from tests.app.tiny_app import Train

EPOCHS, STEPS = 3, 9


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    run = tmp_path_factory.mktemp("finished") / "run"
    assert Train(run=str(run), epochs=EPOCHS, quiet=True)() == 0
    return run


@pytest.fixture
def copied(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


def told(work, capsys):
    """The exit code and the one line of what was told."""
    code = dispatch.answer(work)
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    assert "Traceback" not in said
    return code, said


def half_written(folder):
    return [path for path in folder.rglob("*") if ".part" in path.name]


# C1 --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_C1_damaged_checkpoints_never_start_a_finished_run_again(copied, capsys):
    before = {name: (copied / name).read_bytes() for name in ("model.keras", "history.csv", "report.html")}
    for path in (copied / "checkpoint").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    command = Train(run=str(copied), epochs=EPOCHS, quiet=True)
    for _ in range(3):
        code, said = told(command, capsys)
        assert code == 2
        assert "--overwrite" in said
        assert "damaged" in said
    assert before == {name: (copied / name).read_bytes() for name in before}


def test_C1_a_finished_run_without_its_checkpoints_is_left_alone(copied, capsys):
    before = (copied / "model.keras").read_bytes()
    shutil.rmtree(copied / "checkpoint")
    for _ in range(2):
        code, said = told(Train(run=str(copied), epochs=EPOCHS, quiet=True), capsys)
        assert code == 2
        assert "--overwrite" in said
        assert f"--init-from {copied / 'model.keras'}" in said
    assert (copied / "model.keras").read_bytes() == before


@pytest.mark.slow
def test_C1_one_damaged_checkpoint_goes_on_from_the_other(copied, capsys):
    newest = Checkpoints(copied / "checkpoint").files()[0]
    newest.write_bytes(b"damage")
    assert Train(run=str(copied), epochs=EPOCHS)() == 0
    assert "is damaged" in capsys.readouterr().out


# C2 --------------------------------------------------------------------------------------------------------

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/run/file")


def raising(error):
    def work(*args, **kwargs):
        raise error

    return work


@pytest.mark.parametrize(
    "place",
    [
        "kgan.callbacks.sample_grid.save_png",
        "kgan.app.run.checkpoint.np.savez",
        "kgan.app.run.stages.save_model",
        "kgan.app.run.session.write_report",
        "kgan.files.atomic.os.fsync",
    ],
)
@pytest.mark.slow
def test_C2_a_full_disk_is_one_line_wherever_it_fills(place, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(place, raising(FULL))
    code, said = told(Train(run=str(tmp_path / "run"), epochs=1, quiet=True), capsys)
    assert code == 1
    assert "no space left on device" in said
    assert half_written(tmp_path) == []


def test_C2_what_libraries_say_after_a_failure_of_their_own_is_seen_through(capsys):
    def work():
        try:
            raise FULL
        except OSError:
            raise ValueError("cannot close the archive while a handle is open")  # noqa: B904

    assert told(work, capsys)[0] == 1
    foreign = type("ResourceExhaustedError", (Exception,), {"__module__": "tensorflow.errors"})
    assert "no space left" in disk.failure(foreign("/a/b.data: No space left on device [Op:Save]"))
    assert disk.failure(ValueError("shapes differ")) is None
    assert disk.failure(KeyError("x")) is None


def test_C2_a_real_full_disk(tmp_path, capsys):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    try:
        code, said = told(Train(run=str(small / "run"), epochs=1, quiet=True), capsys)
        assert code == 1
        assert "no space left on device" in said
        assert half_written(small) == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_C2_a_folder_that_may_only_be_read(tmp_path, capsys):
    shut = tmp_path / "shut"
    shut.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", shut], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    try:
        code, said = told(Train(run=str(shut / "run"), epochs=1, quiet=True), capsys)
        assert code == 1
        assert "read-only file system" in said
    finally:
        subprocess.run(["umount", shut], check=True)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"app": "tiny", "settings": []}', "{", "\x00"])
def test_C2_another_config_file_is_one_line(text, tmp_path, capsys):
    (tmp_path / "config.json").write_text(text)
    code, said = told(Train(run=str(tmp_path), epochs=1, quiet=True), capsys)
    assert code == 2
    assert "config.json" in said
    assert (tmp_path / "config.json").read_text() == text


def test_C2_a_run_that_is_a_file_or_has_too_long_a_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    for run in ("file", "file/below", "x" * 300):
        assert told(Train(run=run, epochs=1, quiet=True), capsys)[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# C6 --------------------------------------------------------------------------------------------------------


def test_C6_another_setting_says_what_differs_and_the_command_that_goes_on(copied, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["/bin/kgan", "tiny", "train", "--run", "old", "--batch-size", "4"])
    code, said = told(Train(run=str(copied), epochs=EPOCHS, batch_size=4, quiet=True), capsys)
    assert code == 2
    assert "--batch-size 8 (now 4)" in said
    assert "None" not in said
    assert f"kgan tiny train --batch-size 4 --run NEW --init-from {copied}" in said


def test_C6_other_files_are_named(tmp_path):
    folder, settings = RunFolder(tmp_path), {"batch_size": 4}
    files = {"one.png": 10, "two.png": 20, "three.png": 30}
    folder.begin("tiny", settings, {"fingerprint": "a"}, files=files)
    folder.checkpoints.mkdir()
    (folder.checkpoints / "00-train-000000001.npz").touch()
    now = {"one.png": 10, "two.png": 21, "new\none.png": 5}
    with pytest.raises(UserError) as error:
        folder.begin("tiny", settings, {"fingerprint": "b"}, files=now)
    line = str(error.value)
    assert "added new\\none.png" in line
    assert "removed three.png" in line
    assert "changed two.png" in line
    assert "\n" not in line


# C11 -------------------------------------------------------------------------------------------------------


def test_C11_what_a_killed_process_left_is_cleared_at_the_next_start(copied):
    leftovers = [".model.123.part.keras", ".config.123.part.json", "samples/.step-000000001.7.part.png"]
    leftovers += ["checkpoint/.00-train-000000003.77.part.npz", ".report.1.part.html"]
    for name in leftovers:
        (copied / name).write_text("half")
    mine = copied / ".notes.txt"
    mine.write_text("mine")
    assert Train(run=str(copied), epochs=EPOCHS, quiet=True)() == 0
    assert half_written(copied) == []
    assert mine.read_text() == "mine"


# C12 -------------------------------------------------------------------------------------------------------


def steps_in(run):
    with open(run / "history.csv", newline="") as stream:
        return [(row["stage"], int(row["step"])) for row in csv.DictReader(stream)]


@pytest.mark.slow
def test_C12_history_of_an_interrupted_run_has_the_rows_of_a_whole_one(finished, tmp_path):
    run = tmp_path / "run"
    command = {"run": str(run), "epochs": EPOCHS, "quiet": True, "checkpoint_seconds": 1e-6}
    for step in (2, 5):
        assert Train(**command, signal_at=step, signal=signal.SIGINT)() == 130
    assert Train(**command)() == 0
    assert steps_in(run) == steps_in(finished)


# K18 -------------------------------------------------------------------------------------------------------


def test_K18_only_kgans_own_checks_are_bad_input():
    def of_a_network(previous, steps):
        raise ValueError("a layer of the user's own")

    def of_keras(previous, steps):
        keras.layers.Dense(3)(keras.Input((None,)))

    def of_kgan(previous, steps):
        stages.Stage("x", None, None).source  # noqa: B018
        from kgan import losses

        losses.get("hinje")

    for build in (of_a_network, of_keras):
        with pytest.raises(ValueError) as error:
            Stage("train", build, None).built(None, 1)
        assert not isinstance(error.value, UserError)
    with pytest.raises(UserError, match="hinje"):
        Stage("train", of_kgan, None).built(None, 1)


@pytest.mark.parametrize(
    ("words", "cured"),
    [
        ("INTERNAL: ptxas exited with non-zero error code 65280, output: sm_120 is not defined", True),
        ("Detected unsupported operations when trying to compile graph on XLA_CPU_JIT: Where", True),
        ("Incompatible shapes: [2,3] vs. [4]", False),
    ],
)
def test_a_step_that_xla_cannot_compile_names_the_cure(words, cured, tmp_path, monkeypatch, capsys):
    import tensorflow as tf

    def fails(runner, interruption):
        raise tf.errors.InternalError(None, None, words)

    monkeypatch.setattr(stages.StageRunner, "run", fails)
    work = Train(run=str(tmp_path / "run"), epochs=1, quiet=True)
    if not cured:
        with pytest.raises(tf.errors.InternalError):
            work()
        return
    code, said = told(work, capsys)
    assert code == 2
    assert said.strip().endswith("add --xla off")


# Locks, versions, plans ------------------------------------------------------------------------------------


def test_a_second_process_is_refused_in_one_line_and_a_killed_one_leaves_no_lock(copied, capsys):
    with RunFolder(copied).claimed():
        code, said = told(Train(run=str(copied), epochs=EPOCHS + 1, quiet=True), capsys)
    assert code == 2
    assert "alone" in said
    assert [path.name for path in copied.iterdir() if "lock" in path.name] == []


def test_a_later_format_is_left_alone(copied, capsys):
    path = copied / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    code, said = told(Train(run=str(copied), epochs=EPOCHS, quiet=True), capsys)
    assert code == 2
    assert "99" in said
    store = Checkpoints(copied / "later")
    store.write({"a": np.zeros(2)}, {"step": 1}, 1)
    note = json.dumps({"format": FORMAT + 1, "metadata": {}, "foreign": {}}).encode()
    np.savez(store.files()[0], metadata=np.frombuffer(note, np.uint8))
    with pytest.raises(UserError, match=rf"found {FORMAT + 1}"):
        store.read()
    assert len(store.files()) == 1


def test_a_failed_beginning_leaves_nothing(tmp_path, capsys):
    run = tmp_path / "run"
    assert (
        told(Train(run=str(run), epochs=1, minutes=None, init_from=str(tmp_path), quiet=True), capsys)[0] == 2
    )
    assert not run.exists()


@pytest.mark.slow
def test_minutes_make_a_plan_of_steps_that_resume_follows(tmp_path, monkeypatch, capsys):
    run = tmp_path / "run"
    code, said = told(Train(run=str(run), minutes=1e-4, quiet=True), capsys)
    assert code == 2
    assert re.search(r"expected --minutes .* or --steps", said)
    assert not run.exists()
    # A machine of a known speed, so that the plan does not depend on how busy this one is: with all of 100 minutes
    # there would be 10 steps; a tenth is left for what comes after them, and the start costs a part of one.
    slow = Measured(compiling=0.0, step=600.0, per_epoch=3, parameters={})
    monkeypatch.setattr(plan, "measure", lambda *args: {"train": slow})
    assert Train(run=str(run), minutes=100, signal_at=3, signal=signal.SIGINT)() == 130
    printed = capsys.readouterr().out
    planned = json.loads((run / "config.json").read_text())["plan"]["steps"]["train"]
    assert planned == 8  # of the 9 in nine tenths of it
    assert re.search(rf"Plan: {planned:,} steps, {planned * 8:,} images shown.* on this machine", printed)
    assert Train(run=str(run), minutes=100, quiet=True)() == 0
    assert Checkpoints(run / "checkpoint").read()[1]["step"] == planned
