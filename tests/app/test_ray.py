"""A training by Ray Train's `TensorflowTrainer` on this machine: the program of docs/distribution.md, two workers.

Ray is no dependency: `pip install 'ray[train]'` and this runs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_the_program_of_the_docs_trains_with_two_workers(tmp_path):
    pytest.importorskip("ray.train.tensorflow")
    draw = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for number in range(9):
        picture = Image.fromarray(draw.integers(0, 256, (20, 24, 3), np.uint8))
        picture.save(tmp_path / "photos" / f"{number}.png")
    section = (ROOT / "docs" / "distribution.md").read_text().partition("### Ray Train")[2]
    program = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    flags = "--image-size 16 --batch-size 4 --xla off --width 2 --latent-size 4 --network mlp --augment none"
    for found, ours in (
        ("/shared/photos --steps 20000", f"{tmp_path}/photos --steps 6 {flags}"),
        ("/shared/runs/photos", f"{tmp_path}/run"),
        ("use_gpu=True", "use_gpu=False"),
        ("max_failures=10", "max_failures=0"),
        ("RunConfig(", f"RunConfig(storage_path={str(tmp_path / 'ray')!r}, "),
    ):
        assert program.count(found) == 1
        program = program.replace(found, ours)
    (tmp_path / "program.py").write_text(program)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
        "CUDA_VISIBLE_DEVICES": "-1",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "run" / "model.keras").is_file()
    assert (tmp_path / "run" / "report.html").is_file()
