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
# How far other runtimes may be from TensorFlow.
ELSEWHERE = 1e-4

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
            files = [tf.io.decode_png(file) for file in tf.reshape(value, [-1])]
            value = tf.reshape(tf.stack(files), [*value.shape, *files[0].shape])
        out[f"{signature}|{number}|output|{name}"] = value.numpy()
np.savez(answers, **out)
"""


def check(export, tolerance=1e-5, runtimes=("tensorflow",)):
    """Serves an export in a fresh process and compares it with what `predict` gave when it was written.

    Args:
        export: path of what `export` wrote, or of the folder of its versions (the newest is taken).
        tolerance: float, the largest difference allowed in the float signature; uint8 may be one level off
            where rounding tips over. Other runtimes than TensorFlow may be 1e-4 off, if that is more.
        runtimes: names among "tensorflow", "openvino", "onnx" and "litert"; the last three have the float signature
            converted and run here, where their packages are.

    Returns:
        `(lines, agrees)`: a line for each signature and further runtime, and whether all are within the tolerance.

    Raises:
        UserError: if the folder is no export of kgan, or does not load.
    """
    folder = newest(export)
    facts = facts_of(folder)
    lines = [
        f"{folder}: {facts['model']}, {facts['parameters']:,} parameters, written by kgan {facts['kgan']}"
    ]
    agrees = True
    with np.load(folder / REFERENCE) as archive:
        expected = {entry: archive[entry] for entry in archive.files}
    for runtime in runtimes:
        if runtime == "tensorflow":
            answers, told, least = serve(folder), "", 0.0
        else:
            answers, told, least = _elsewhere(folder, runtime, expected, lines), f" in {runtime}", ELSEWHERE
            agrees &= answers is not None
        for (signature, name), difference in _worst(expected, answers or {}, runtime).items():
            exact = not signature.endswith(("uint8", "png"))
            allowed = max(tolerance, least) if exact else 1
            agrees &= difference <= allowed
            verdict = "agrees" if difference <= allowed else "DIFFERS"
            unit = "" if exact else " of 255"
            found = f"largest difference {difference:.3g}{unit} (allowed {allowed:g})"
            lines.append(f"  {signature} {name}{told}: {verdict}, {found}")
    return lines, agrees


def _worst(expected, answers, runtime):
    """The largest difference of each output of each signature that a runtime answers."""
    worst, asked = {}, {entry.partition("|")[0] for entry in answers}
    for entry in expected:
        signature, _, side, name = entry.split("|")
        if side == "output" and (runtime == "tensorflow" or signature in asked):
            difference = _difference(expected[entry], answers.get(entry))
            worst[signature, name] = max(difference, worst.get((signature, name), 0.0))
    return worst


def _elsewhere(folder, runtime, expected, lines):
    """What another runtime answers to its signature's cases; None, and a line, where that cannot be said."""
    from kgan.export import runtimes

    lacking = runtimes.missing(runtime)
    if lacking:
        lines.append(f"  {runtime}: NOT CHECKED, as {' and '.join(lacking)} is not here (pip install)")
        return None
    cases, answers = {}, {}
    served = runtimes.served_by({entry.partition("|")[0] for entry in expected})
    for entry, value in expected.items():
        signature, number, side, name = entry.split("|")
        if signature == served and side == "input":
            cases.setdefault(number, {})[name] = value
    with tempfile.TemporaryDirectory() as temporary:
        try:
            path = runtimes.convert(folder, runtime, Path(temporary, "model"))
        except UserError as error:
            lines.append(f"  {runtime}: NOT CHECKED: {error}")
            return None
        for number, inputs in cases.items():
            for name, value in runtimes.answer(path, runtime, inputs).items():
                answers[f"{served}|{number}|output|{name}"] = value
    return answers


def facts_of(folder: str | Path) -> dict:
    """What an export notes of itself: its model, parameters, versions and signatures."""
    return json.loads((Path(folder) / FACTS).read_text(encoding="utf-8"))


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
