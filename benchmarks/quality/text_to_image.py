"""Does text-to-image draw what captions say that it never saw? Bundled glyphs, held-out combinations.

    python benchmarks/quality/text_to_image.py --seeds 0 1 2

For each seed: `kgan text-to-image train` as it stands, without --data, then `kgan text-to-image evaluate`. Printed
with the protocol: what a classifier reads (trained on training glyphs alone) in four pictures of each held-out
caption, beside what it reads in real held-out glyphs; how much pictures of one caption differ, over the same of real
glyphs; how often a picture's style carries over to another caption (0.1 by chance); and processor minutes.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from kgan.cli import main

SHOWN = ("accuracy_held_out", "accuracy_on_real", "diversity_ratio_held_out", "style_carried", "r_precision")


def measured(seed, folder, more):
    """Trains and measures with one seed: named numbers."""
    run, file = folder / f"seed-{seed}", folder / f"seed-{seed}.json"
    begun = sum(os.times()[:2])
    if main(["text-to-image", "train", "--run", str(run), "--seed", str(seed), *more]):
        sys.exit(1)
    spent = (sum(os.times()[:2]) - begun) / 60
    if main(["text-to-image", "evaluate", "--run", str(run), "--json", str(file)]):
        sys.exit(1)
    values = {name: v for part in json.loads(file.read_text()) for name, v in part["values"].items()}
    return {name: values[name] for name in SHOWN if name in values} | {"processor minutes": spent}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/quality-text"))
    flags, more = parser.parse_known_args()
    flags.runs.mkdir(parents=True, exist_ok=True)
    for seed in flags.seeds:
        found = measured(seed, flags.runs, more)
        print(
            f"seed {seed}: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()), flush=True
        )
