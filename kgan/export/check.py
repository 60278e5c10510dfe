"""Does an export give what training gave? Served in a process that has only TensorFlow and NumPy."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from kgan.errors import UserError

REFERENCE = Path("assets.extra", "reference.npz")
FACTS = Path("assets.extra", "kgan.json")

SERVE = """
import sys
import numpy as np
import tensorflow as tf

served, reference, answers = sys.argv[1:]
model = tf.saved_model.load(served)
cases = {}
with np.load(reference) as archive:
    for entry in archive.files:
        signature, number, side, name = entry.split("|")
        cases.setdefault((signature, number), {}).setdefault(side, {})[name] = archive[entry]
out = {}
for (signature, number), case in cases.items():
    answer = model.signatures[signature](**{name: tf.constant(value) for name, value in case["input"].items()})
    for name, value in answer.items():
        if value.dtype == tf.string:
            value = tf.stack([tf.io.decode_png(file) for file in value])
        out[f"{signature}|{number}|output|{name}"] = value.numpy()
np.savez(answers, **out)
"""


def check(export, tolerance=1e-5):
    """Serves an export in a fresh process and compares it with what `predict` gave when it was written.

    Args:
        export: path of what `export` wrote, or of the folder of its versions (the newest is taken).
        tolerance: float, the largest difference allowed in the float signature; uint8 may be one level off
            where rounding tips over.

    Returns:
        `(lines, agrees)`: a line for each signature, and whether all are within the tolerance.

    Raises:
        UserError: if the folder is no export of kgan, or does not load.
    """
    folder = newest(export)
    answers = serve(folder)
    worst = {}
    with np.load(folder / REFERENCE) as expected:
        for entry in expected.files:
            signature, _, side, name = entry.split("|")
            if side == "output":
                difference = _difference(expected[entry], answers.get(entry))
                worst[signature, name] = max(difference, worst.get((signature, name), 0.0))
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    lines = [
        f"{folder}: {facts['model']}, {facts['parameters']:,} parameters, written by kgan {facts['kgan']}"
    ]
    agrees = True
    for (signature, name), difference in worst.items():
        exact = not signature.endswith(("uint8", "png"))
        allowed = tolerance if exact else 1
        agrees &= difference <= allowed
        verdict = "agrees" if difference <= allowed else "DIFFERS"
        unit = "" if exact else " of 255"
        found = f"largest difference {difference:.3g}{unit} (allowed {allowed:g})"
        lines.append(f"  {signature} {name}: {verdict}, {found}")
    return lines, agrees


def newest(export):
    """Returns the folder of the version meant by a path.

    Raises:
        UserError: if there is none.
    """
    export = Path(export)
    versions = [path for path in export.glob("*") if path.name.isdigit()] if export.is_dir() else []
    folder = max(versions, key=lambda path: int(path.name), default=export)
    if not (folder / REFERENCE).is_file():
        raise UserError(
            f"expected a folder that `export` wrote; found no {folder / REFERENCE}; give saved_models/NAME"
        )
    return folder


def serve(folder: str | Path):
    """Runs the reference inputs of an export in a fresh Python.

    Args:
        folder: path of one version.

    Returns:
        A dict of arrays, keyed as in the reference file.
    """
    with tempfile.TemporaryDirectory() as temporary:
        answers = Path(temporary, "answers.npz")
        command = [
            sys.executable,
            "-I",
            "-c",
            SERVE,
            *map(str, (folder.resolve(), folder.resolve() / REFERENCE, answers)),
        ]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, env=environment, cwd=temporary, capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise UserError(f"expected {folder} to serve; found {reason}; export it again")
        with np.load(answers) as archive:
            return {name: archive[name] for name in archive.files}


def _difference(expected, found):
    if found is None or found.shape != expected.shape:
        return float("inf")
    return float(np.max(np.abs(expected.astype(np.float64) - found.astype(np.float64)), initial=0.0))
