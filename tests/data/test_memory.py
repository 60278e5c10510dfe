"""Peak memory does not grow with the number of files."""

import os
import pathlib
import subprocess
import sys

import pytest

from tests.data.pictures_on_disk import gradient, write

PROGRAM = """
import resource, sys
from kgan.data import images
source = images(sys.argv[1], (64, 64), fit="crop")
for batch in source.batches(32).take(200):
    pass
print(len(source), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(folder):
    """Returns how many files were opened, and the process's peak memory in KiB."""
    root = pathlib.Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return map(int, found.stdout.split())


@pytest.mark.slow
def test_twenty_thousand_files_need_what_a_thousand_need(tmp_path):
    one = write(tmp_path / "one.jpg", gradient(200, 300))
    peaks = {}
    for count in (1_000, 20_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"photograph {number:06}.jpg").hardlink_to(one)
        opened, peaks[count] = peak(folder)
        assert opened == count
    assert peaks[20_000] < 1.05 * peaks[1_000], peaks
