"""Twenty kills: runs ended by `kill -9` at random moments and resumed are, variable for variable, runs that never were.

`make kills` runs this and prints the tally; `KGAN_KILL_SEED=N make kills` takes other moments.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kgan.app.run.checkpoint import Checkpoints, load

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("KGAN_KILL_SEED", "20"))
SHARED = "--xla off --width 2 --quiet --checkpoint-seconds 0.001"
SMALL = "--blocks 1 --network small"
# An app, what makes it small, its steps in all, and how many kills are its share of the twenty.
GENERATION = "--image-size 16 --batch-size 4 --latent-size 4 --network mlp --augment none --steps 60"
CYCLE = f"--image-size 16 --batch-size 1 --patch 1 --pool-size 3 {SMALL} --steps 40"
ENLARGING = f"--image-size 32 --batch-size 2 --scale 2 --features none {SMALL} --held-out 0.3"
RUNS = {
    "image-generation": (GENERATION, 60, 7),
    "cyclegan": (CYCLE, 40, 6),
    "super-resolution": (f"{ENLARGING} --steps 25 --adversarial-steps 20", 45, 7),
}
PATIENCE = 300.0


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Noise as pictures: `photos` for one kind, `pairs` for two."""
    root, draw = tmp_path_factory.mktemp("pictures"), np.random.default_rng(SEED)
    for name, count in (("photos/all", 9), ("pairs/trainA", 5), ("pairs/trainB", 6)):
        (root / name).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(draw.integers(0, 256, (40, 48, 3), np.uint8)).save(root / name / f"{number}.png")
    return {
        "cyclegan": root / "pairs",
        "super-resolution": root / "photos",
        "image-generation": root / "photos",
    }


class Life:
    """One process of a run, and what its folder says of it from outside."""

    def __init__(self, app, data, run):
        flags = [*RUNS[app][0].split(), *SHARED.split(), "--data", str(data), "--run", str(run)]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        command = [sys.executable, "-m", "kgan", app, "train", *flags]
        root = Path(__file__).resolve().parents[2]
        self.checkpoints = Path(run) / "checkpoint"
        self.process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def step(self):
        """The steps that are in checkpoints, of all stages together."""
        newest = {}
        for name in self._names():
            match = re.fullmatch(r"(\d{2})-.+-(\d{9})\.npz", name)
            if match:
                newest[match[1]] = max(newest.get(match[1], 0), int(match[2]))
        return sum(newest.values())

    def writes(self):
        """Whether a checkpoint is half written at this moment."""
        return any(".part" in name for name in self._names())

    def wait_for(self, reached):
        """Looks until something is reached."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, f"ended too early: {self.process.stdout.read()[-3000:]}"
            if reached():
                return
            time.sleep(0.001)
        raise TimeoutError(f"nothing came of {self.process.args} within {PATIENCE:.0f} s")

    def wait_for_step(self, step):
        """Looks until a step is in a checkpoint."""
        self.wait_for(lambda: self.step() >= step)

    def kill(self):
        """`kill -9`; returns whether it came in time, and what it left half written."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        return self.process.returncode == -signal.SIGKILL, self.writes()

    def end(self):
        """Lets it finish."""
        said, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, said[-3000:]

    def _names(self):
        try:
            return os.listdir(self.checkpoints)
        except FileNotFoundError:
            return []


def variables(run):
    """Every array of the newest checkpoint of each stage, by stage and name."""
    found = {}
    for stage in range(2):
        for path in Checkpoints(Path(run) / "checkpoint", stage).files()[:1]:
            state, metadata = load(path)
            found |= {(stage, name): np.asarray(value).tobytes() for name, value in state.items()}
            found[stage, "step"] = metadata["step"]
    return found


@pytest.mark.parametrize("app", RUNS)
def test_runs_that_were_killed_end_like_one_that_was_not(app, folders, tmp_path, capsys):
    steps, kills = RUNS[app][1:]
    moments = random.Random(f"{SEED} {app}")
    # Sorted, so that each life has something left to do. The first comes before there is any checkpoint.
    targets = [0, *sorted(moments.randrange(1, int(0.95 * steps)) for _ in range(kills - 1))]
    began = os.times()
    Life(app, folders[app], tmp_path / "whole").end()
    tally = []
    for number, target in enumerate(targets):
        life = Life(app, folders[app], tmp_path / "killed")
        if number == 0:
            time.sleep(moments.uniform(2.0, 8.0))
        else:
            life.wait_for_step(max(target, life.step() + 1))
            if number % 2:
                time.sleep(moments.uniform(0.0, 0.05))
            else:
                life.wait_for(life.writes)
        in_time, half = life.kill()
        assert in_time
        tally.append(f"step {life.step()}{' while writing a checkpoint' if half else ''}")
    Life(app, folders[app], tmp_path / "killed").end()
    expected, found = variables(tmp_path / "whole"), variables(tmp_path / "killed")
    different = [name for name in expected if expected[name] != found.get(name)]
    ended = os.times()
    spent = sum(ended[:4]) - sum(began[:4])
    with capsys.disabled():
        print(
            f"\n{app}: seed {SEED}, {len(tally)} kills ({'; '.join(tally)}); {len(expected)} variables, "
            f"{len(different)} differences; {spent:.0f} s of processor time"
        )
    assert expected.keys() == found.keys()
    assert sum(steps for (_, name), steps in expected.items() if name == "step") == RUNS[app][1]
    assert different == []
    assert any("while writing" in line for line in tally)
