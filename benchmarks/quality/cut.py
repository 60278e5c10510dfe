"""CUT and FastCUT beside CycleGAN at equal time: bundled characters of one typeface into another, never a pair.

    python benchmarks/quality/cut.py --seconds 120 --seeds 0

For each scheme the processor seconds of a step are measured, then `kgan cyclegan train --scheme NAME --steps N` trains
for as many steps as `--seconds` hold, and `kgan cyclegan evaluate` measures from A to B on characters held out: FID and
KID to the target, beside those of the untouched source, and L1 to the true partners, which no training saw.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from kgan.apps.cyclegan import Train

from kgan.cli import main

WARM, TIMED = 5, 20


def processor_seconds():
    """Of this process so far."""
    return sum(os.times()[:2])


def seconds_a_step(scheme):
    """Processor seconds of a training step of the bundled recipe."""
    train = Train(scheme=scheme)
    model = train.build()
    data = train.open().training.batches(train.batch_size)
    model.fit(data, steps_per_epoch=WARM, epochs=1, verbose=0)
    began = processor_seconds()
    model.fit(data, steps_per_epoch=TIMED, epochs=1, verbose=0)
    return (processor_seconds() - began) / TIMED


def measured(scheme, seed, seconds, most, folder, more):
    """Trains and measures: (method, number by name) of each row from A to B."""
    speed = seconds_a_step(scheme)
    steps = max(1, round(seconds / speed))
    run, file = folder / f"{scheme}-{seed}", folder / f"{scheme}-{seed}.json"
    flags = ["--scheme", scheme, "--steps", str(steps), "--seed", str(seed), "--run", str(run)]
    began = processor_seconds()
    if main(["cyclegan", "train", *flags, *more]):
        sys.exit(1)
    spent = processor_seconds() - began
    if main(
        ["cyclegan", "evaluate", "--run", str(run), "--json", str(file), "--overwrite", "--most", str(most)]
    ):
        sys.exit(1)
    tables = [table for table in json.loads(file.read_text()) if table["protocol"].startswith("AtoB")]
    found = {}
    for table in tables:
        for method, scores in table["mean"].items():
            if "FID" in scores:
                found.setdefault(method, {}).update(scores)
            elif "true partners" in table["protocol"]:
                name = {"source copied": "source untouched"}.get(method, method)
                found.setdefault(name, {})["L1"] = scores["L1"]
    return found, {"steps": steps, "processor seconds": spent}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schemes", nargs="+", default=["cyclegan", "cut", "fastcut"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--most", type=int, default=500, help="pictures to measure with")
    parser.add_argument("--runs", type=Path, default=Path("runs/quality-cut"))
    flags, more = parser.parse_known_args()
    flags.runs.mkdir(parents=True, exist_ok=True)
    for seed in flags.seeds:
        for scheme in flags.schemes:
            found, cost = measured(scheme, seed, flags.seconds, flags.most, flags.runs, more)
            for method in ("made", "source untouched"):
                numbers = ", ".join(f"{name} {value:.4g}" for name, value in found[method].items())
                print(f"seed {seed} {scheme} {method}: {numbers}", flush=True)
            print(f"  {cost['steps']} steps, {cost['processor seconds']:.0f} processor seconds", flush=True)
