"""Two processes on loopback, on the command line: they train as one, and one that dies ends the other."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kgan.app.run.checkpoint import Checkpoints

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FLAGS = "--image-size 16 --batch-size 4 --xla off --width 2 --steps 12 --latent-size 4 --network mlp --augment none"


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    root, draw = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for number in range(9):
        Image.fromarray(draw.integers(0, 256, (20, 24, 3), np.uint8)).save(root / f"{number}.png")
    return root


def ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


def start(data, run, workers, *more):
    """The processes of one training."""
    words = [
        sys.executable,
        "-m",
        "kgan",
        "image-generation",
        "train",
        *FLAGS.split(),
        "--data",
        str(data),
        "--run",
        str(run),
        *more,
    ]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    addresses, processes = [f"127.0.0.1:{port}" for port in ports(workers)], []
    for index in range(workers):
        if workers > 1:
            task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            environment = {**environment, "TF_CONFIG": json.dumps(task)}
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        processes.append(subprocess.Popen(words, cwd=ROOT, env=environment, **options))
    return processes


def end(processes):
    for process in processes:
        said = process.communicate(timeout=400)[0]
        assert process.returncode == 0, said[-3000:]


def state_of(run):
    state, metadata = Checkpoints(run / "checkpoint").read()
    return {name: value for name, value in state.items() if name.startswith("model|")}, metadata["step"]


def close(first, second):
    (expected, step), (found, steps) = state_of(first), state_of(second)
    assert step == steps == 12
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=1e-5, err_msg=name)


def test_two_workers_are_one_and_a_dead_one_ends_the_other(photos, tmp_path):
    end(start(photos, tmp_path / "one", 1))
    end(start(photos, tmp_path / "two", 2))
    close(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "model.keras").is_file()
    assert (tmp_path / "two" / "report.html").is_file()
    # A worker that is killed, once there is a checkpoint to go on from.
    first, second = start(photos, tmp_path / "killed", 2, "--checkpoint-seconds", "0.001")
    try:
        limit = time.monotonic() + 300
        while not list((tmp_path / "killed" / "checkpoint").glob("*.npz")):
            assert time.monotonic() < limit
            assert first.poll() is None, first.stdout.read()[-3000:]
            time.sleep(0.01)
        second.send_signal(signal.SIGKILL)
        began = time.monotonic()
        said = first.communicate(timeout=120)[0]
        assert time.monotonic() - began < 60
    finally:
        first.kill()
        second.kill()
    assert first.returncode == 1, said[-3000:]
    assert "expected all workers to go on" in said
    end(start(photos, tmp_path / "killed", 2, "--checkpoint-seconds", "0.001"))
    close(tmp_path / "two", tmp_path / "killed")
