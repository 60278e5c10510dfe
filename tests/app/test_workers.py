"""Two processes on loopback, on the command line: they train as one, and one that dies ends the other.

What two workers come to is what two devices of one process come to, and one device with the whole batch. Pix2pix and a
CycleGAN multiply rounding from step to step (docs/distribution.md), so their processes compute in float64.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kgan.app.run.checkpoint import Checkpoints
from tests.loopback import free_ports

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SHARED = "--batch-size 4 --xla off --width 2 --steps 12 --image-size 16 --quiet"
FLAGS = {
    "image-generation": "--latent-size 4 --network mlp --augment none",
    # At this size its networks have no dropout, of which each replica would have a draw of its own.
    "pix2pix": "--network small --task edges --patch 1",
    "cyclegan": "--network small --blocks 1 --patch 1 --pool-size 0",
}

# What every process of a training runs before anything else.
STARTUP = """
import os
import tensorflow as tf

if int(os.environ.get("TEST_DEVICES", 1)) > 1:
    cpus = [tf.config.LogicalDeviceConfiguration()] * int(os.environ["TEST_DEVICES"])
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], cpus)
if "TEST_DOUBLE" in os.environ:
    from tests.double_precision import double_precision

    held = double_precision()
    held.__enter__()
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    root, draw = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name, count in (("all", 9), ("trainA", 9), ("trainB", 10)):
        (root / name).mkdir()
        for number in range(count):
            picture = Image.fromarray(draw.integers(0, 256, (20, 24, 3), np.uint8))
            picture.save(root / name / f"{number}.png")
    (root / "start").mkdir()
    (root / "start" / "sitecustomize.py").write_text(STARTUP)
    return root


def start(photos, app, run, *more, workers=1, devices=1):
    """The processes of one training."""
    folder = photos / "all"
    if app == "cyclegan":
        folder = run.parent / "unpaired"
        folder.mkdir(exist_ok=True)
        for name in ("trainA", "trainB"):
            if not (folder / name).exists():
                (folder / name).symlink_to(photos / name)
    words = [sys.executable, "-m", "kgan", app, "train", *SHARED.split(), *FLAGS[app].split()]
    words += ["--data", str(folder), "--run", str(run), *more]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    environment |= {"PYTHONPATH": f"{photos / 'start'}:{ROOT}", "TEST_DEVICES": str(devices)}
    if devices > 1:
        words += ["--distribute", "mirrored"]
    if app != "image-generation":
        environment["TEST_DOUBLE"] = "1"
    addresses, processes = [f"127.0.0.1:{port}" for port in free_ports(workers)], []
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


@pytest.mark.parametrize("app", FLAGS)
def test_two_workers_are_two_devices_and_one(app, photos, tmp_path):
    end(start(photos, app, tmp_path / "one"))
    end(start(photos, app, tmp_path / "devices", devices=2))
    end(start(photos, app, tmp_path / "two", workers=2))
    close(tmp_path / "one", tmp_path / "devices")
    close(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "model.keras").is_file()
    assert (tmp_path / "two" / "report.html").is_file()
    # A worker that is killed, once there is a checkpoint to go on from.
    often = ("--checkpoint-seconds", "0.001")
    first, second = start(photos, app, tmp_path / "killed", *often, workers=2)
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
    end(start(photos, app, tmp_path / "killed", *often, workers=2))
    close(tmp_path / "two", tmp_path / "killed")
