"""A served model under load: a thousand requests of mixed sizes, some of them wrong, from four threads."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from kgan import Pix2Pix
from kgan.export.savedmodel import export
from kgan.networks import patchgan, translation_resnet

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_thousand_requests_are_answered_and_memory_stays(tmp_path):
    keras.utils.set_random_seed(1)
    generator = translation_resnet.generator(channels=3, source_channels=3, width=4, blocks=1)
    target = export(
        Pix2Pix(generator, patchgan.discriminator(3, source_channels=3, width=4)), tmp_path / "photos"
    )
    program = ROOT / "benchmarks" / "serving" / "load.py"
    done = subprocess.run([sys.executable, str(program), str(target)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    print(done.stdout)
    found = json.loads(done.stdout)
    assert (found["good"], found["refused"], found["wrong"]) == (900, 100, 0)
    assert found["growth"] <= 0.05
