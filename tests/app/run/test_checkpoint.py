"""Checkpoint files: exact, atomic, two of them."""

import ml_dtypes
import numpy as np
import pytest

from kgan.app.run.checkpoint import Checkpoints
from kgan.errors import UserError
from kgan.files import atomic

STATE = {
    "generator/kernel": np.float32([[1.5, np.nan], [-0.0, 3e-41]]),
    "step": np.int64(7),
    "seed": np.uint32([1, 2]),
    "half": np.array([1.5, -2.25], ml_dtypes.bfloat16),
    "empty": np.zeros((0, 3), np.float32),
}


def written(folder, *steps):
    store = Checkpoints(folder, 0, "train")
    for step in steps:
        store.write({**STATE, "step": np.int64(step)}, {"step": step, "rows": [{"loss": 0.1}]}, step)
    return store


def test_what_is_written_is_read_bit_for_bit(tmp_path):
    state, metadata = written(tmp_path / "checkpoint", 7).read()
    assert metadata == {"step": 7, "rows": [{"loss": 0.1}]}
    assert state.keys() == STATE.keys()
    for name, value in STATE.items():
        assert state[name].dtype == value.dtype
        assert state[name].shape == value.shape
        assert state[name].tobytes() == value.tobytes()


def test_the_newest_two_are_kept_and_the_newest_is_read(tmp_path):
    store = written(tmp_path, 9, 10, 100, 1000)
    assert [path.name for path in store.files()] == ["00-train-000001000.npz", "00-train-000000100.npz"]
    assert store.read()[1]["step"] == 1000


def test_stages_do_not_touch_each_other(tmp_path):
    written(tmp_path, 1, 2)
    second = Checkpoints(tmp_path, 1, "adversarial")
    assert second.read() is None
    second.write(STATE, {}, 1)
    assert len(Checkpoints(tmp_path, 0, "train").files()) == 2


@pytest.mark.parametrize("damage", ["truncated", "empty", "flipped", "text"])
def test_a_damaged_newest_falls_back_and_says_so(tmp_path, damage):
    store = written(tmp_path, 1, 2)
    newest = store.files()[0]
    content = bytearray(newest.read_bytes())
    content[content.index(np.float32(1.5).tobytes())] ^= 1
    damaged = {"truncated": content[:-100], "empty": b"", "flipped": bytes(content), "text": b"checkpoint"}
    newest.write_bytes(damaged[damage])
    said = []
    state, metadata = store.read(said.append)
    assert metadata["step"] == 1
    assert state["step"] == 1
    assert newest.name in said[0]
    assert "damaged" in said[0]
    # The damaged one no longer counts as one of the two.
    store.write(STATE, {"step": 3}, 3)
    assert len(store.files()) == 2
    assert store.read()[1]["step"] == 3


def test_all_damaged_is_one_line(tmp_path):
    store = written(tmp_path, 1, 2)
    for path in store.files():
        path.write_bytes(b"")
    with pytest.raises(UserError, match=r"readable checkpoint in .*; found 2, all damaged; .*--overwrite"):
        store.read(lambda line: None)


def test_a_kill_while_writing_leaves_the_previous_one(tmp_path, monkeypatch):
    store = written(tmp_path, 1)
    monkeypatch.setattr(atomic.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.write(STATE, {"step": 2}, 2)
    monkeypatch.undo()
    assert store.read()[1]["step"] == 1
    # What a kill -9 leaves half-written is no checkpoint; `RunFolder` clears it away, which alone knows that no
    # other process writes there (`test_faults_runs`).
    leftover = tmp_path / ".00-train-000000002.4711.part.npz"
    leftover.write_bytes(b"PK")
    assert store.read()[1]["step"] == 1
    store.write(STATE, {"step": 3}, 3)
    assert len(store.files()) == 2
    assert store.read()[1]["step"] == 3


def test_files_are_whole_or_as_before(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    with atomic.replacing(path) as stream:
        stream.write(b"one")
    with pytest.raises(RuntimeError), atomic.replacing(path) as stream:  # noqa: PT012
        stream.write(b"two, half of i")
        raise RuntimeError
    assert path.read_bytes() == b"one"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]
    with pytest.raises(UserError, match=r"expected no .*file.txt yet; .*--overwrite"):
        atomic.claim(path, overwrite=False)
    assert atomic.claim(path, overwrite=True) == path
