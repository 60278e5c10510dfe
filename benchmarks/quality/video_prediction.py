"""Does video prediction beat the last frame, and what do the terms against blur do? Bundled digits in motion.

    python benchmarks/quality/video_prediction.py --seeds 0 1 2

For each seed `kgan video-prediction train` without --data and `kgan video-prediction evaluate`; and once more by the
pixel loss alone, for as many steps in all. Flags that are not its own are passed on to `train`. Printed: PSNR and
sharpness difference (dB, more is nearer to the truth) of the first and the fourth predicted frame, means over 100 clips
of digits held out, each frame drawn from those before it; the same of the last frame copied; and processor minutes.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from kgan.cli import main

LOSSES = ("all losses", "pixels alone")


def measured(run, seed, flags):
    """Trains and measures once: what `evaluate --json` wrote, and processor minutes of training."""
    begun = sum(os.times()[:2])
    if main(["video-prediction", "train", "--run", str(run), "--seed", str(seed), *flags]):
        sys.exit(1)
    spent = (sum(os.times()[:2]) - begun) / 60
    file = run.with_suffix(".json")
    asked = ["--run", str(run), "--frames", "4", "--json", str(file), "--overwrite"]
    if main(["video-prediction", "evaluate", *asked]):
        sys.exit(1)
    return json.loads(file.read_text()), spent


def line(name, rows):
    """One method's scores of the first and the fourth frame."""
    return f"  {name:<14}" + "   ".join(
        f"{score} {rows[0][score]:.2f}, {rows[3][score]:.2f}" for score in ("PSNR", "sharpness")
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/quality-video"))
    parser.add_argument("--losses", nargs="+", choices=LOSSES, default=list(LOSSES))
    parser.add_argument("--steps", type=int, default=250, help="by the pixel loss")
    parser.add_argument("--adversarial-steps", type=int, default=80, help="by all losses")
    flags, more = parser.parse_known_args()
    lengths = {
        "all losses": ["--steps", flags.steps, "--adversarial-steps", flags.adversarial_steps],
        "pixels alone": [
            *("--steps", flags.steps + flags.adversarial_steps),
            *("--adversarial-weight", 0, "--gradient-weight", 0),
        ],
    }
    flags.runs.mkdir(parents=True, exist_ok=True)
    for seed in flags.seeds:
        for name in flags.losses:
            run = flags.runs / f"{name.replace(' ', '-')}-{seed}"
            found, minutes = measured(run, seed, [*map(str, lengths[name]), *more])
            print(f"seed {seed}, {name}, {minutes:.1f} processor minutes: {found['protocol']}")
            for method, rows in found["methods"].items():
                print(line(name if method == "model" else method, rows["all"]), flush=True)
