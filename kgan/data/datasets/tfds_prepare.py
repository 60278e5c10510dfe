"""Downloads of TensorFlow datasets that give up, in one line, when nothing comes."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

from kgan.errors import UserError

PATIENCE = 20.0  # seconds without a new byte or any work
WORKING = 0.1  # of a processor: a process that waits for a network uses less

# In a process of its own: the downloader's threads cannot be stopped, and keep Python alive for minutes.
DOWNLOAD = """
import logging, sys
logging.getLogger("urllib3").setLevel(logging.ERROR)
name, folder, file_format, report = sys.argv[1:]
try:
    import tensorflow_datasets as tfds
    tfds.builder(name, data_dir=folder).download_and_prepare(file_format=file_format)
except Exception as error:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kinds = [kind.__module__.partition(".")[0] for kind in type(error).__mro__]
    network = "requests" in kinds or isinstance(error, (ConnectionError, TimeoutError))
    with open(report, "w") as stream:
        stream.write(("network " if network else "other ") + (" ".join(lines[:2]) or type(error).__name__))
    sys.exit(1)
"""


def prepare(name: str, builder: Any, patience: float = PATIENCE, script: str = DOWNLOAD) -> None:
    """Downloads and prepares a dataset if that was not done before.

    Args:
        name: what was asked for, for the messages and for TFDS.
        builder: the dataset's builder.
        patience: seconds to wait while no byte arrives and nothing is worked on.
        script: what the process runs.

    Raises:
        UserError: no network, or whatever else TFDS could not do.
    """
    if builder.is_prepared():
        return
    of_tfds = type(builder).__module__.startswith("tensorflow_datasets.")
    genuine = builder.download_and_prepare.__func__.__module__ == "tensorflow_datasets.core.dataset_builder"
    if not (of_tfds and genuine):  # the user's own builder, unknown to another process; or mock_data
        builder.download_and_prepare(file_format="array_record")
        return
    place = pathlib.Path(builder.data_path)  # root/name/version or root/name/configuration/version
    folder = place.parents[builder.info.full_name.count("/")]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        report = pathlib.Path(scratch, "report")
        command = [sys.executable, "-c", script, name, str(folder), "array_record", str(report)]
        shown = pathlib.Path(scratch, "shown")  # the progress bars, kept back until something has come
        with shown.open("wb") as stream:
            child = subprocess.Popen(command, stdout=stream, stderr=stream)
        try:
            finished = _wait(child, folder, patience, shown)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        kind, _, reason = report.read_text().partition(" ") if report.exists() else ("", "", "")
    if finished and child.returncode == 0:
        return
    advice = f"connect to the network, or copy the prepared dataset into {folder}"
    if not finished:
        raise UserError(
            f"expected to download tfds:{name}, found that nothing came for {patience:g} s: {advice}"
        )
    if kind == "network":
        raise UserError(f"expected to download tfds:{name}, found no network: {advice}")
    reason = reason or f"exit code {child.returncode}"
    raise UserError(f"expected to prepare tfds:{name} in {folder}, found: {reason[:400]}")


def _wait(child: subprocess.Popen, folder: pathlib.Path, patience: float, shown: pathlib.Path) -> bool:
    """True when the process ends by itself, False when it has done nothing for so long.

    Once bytes arrive in the folder, what the process shows is passed on.
    """
    import psutil

    process = psutil.Process(child.pid)
    first = _bytes(folder)
    seen, since, worked, passed_on = None, time.monotonic(), 0.0, 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=min(1.0, patience / 4))
            return True
        with contextlib.suppress(psutil.Error):
            used = sum(process.cpu_times()[:2])
            now = _bytes(folder)
            if now != first:
                text = shown.read_bytes()[passed_on:]
                passed_on += len(text)
                sys.stderr.write(text.decode(errors="replace"))
                sys.stderr.flush()
            if now != seen or used - worked > WORKING * patience:
                seen, since, worked = now, time.monotonic(), used
        if time.monotonic() - since > patience:
            return False


def _bytes(folder: pathlib.Path) -> int:
    total = 0
    for path, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.path.getsize(os.path.join(path, file))
    return total
