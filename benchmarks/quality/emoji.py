"""Does text-to-image draw named things from a real set? The 1,911 named emoji of an npm package, names as captions.

    python benchmarks/quality/emoji.py --steps 800 --encoder-steps 400 --seed 0

Fetches emoji-datasource-twitter with npm (62 MB, once, checked; drawings by Twitter, CC BY 4.0), lays the pictures over
white with the name of each in a table, trains `kgan text-to-image` on nine tenths of them at 32x32 pixels, and prints
for drawn pictures, by the run's own encoders: R-precision among 100 names (0.01 by chance) of names trained on, beside
that of their real pictures, and the same of names held out; and processor minutes. `grid.png` in the run's folder
shows a few of either. Flags that are not its own are passed on to `train`.
"""

import argparse
import csv
import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from kgan import data
from kgan.app.run.loading import load_model
from kgan.cli import main
from kgan.data.source.split import Split
from kgan.metrics.retrieval import r_precision
from kgan.networks.features.packages import Package, fetch
from kgan.tasks.text.caption_grid import CaptionDrawing
from kgan.tasks.text.scores import drawn, embedded, gathered

EMOJI = Package(
    "npm",
    "emoji-datasource-twitter",
    "16.0.0",
    "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877",
)
SIDE, CANDIDATES, MOST, SHOWN = 32, 100, 500, 8
HELD_OUT = 0.1
RECIPE = {
    "image-size": SIDE,
    "scheme": "gancls",
    "loss": "relativistic",
    "penalty": "r1=1",
    "width": 16,
    "text-size": 64,
    "latent-size": 64,
    "learning-rate": 1e-3,
    "ema-half-life": 4400,
    "held-out": HELD_OUT,
}


def pictures(folder):
    """Fills a folder with the pictures and `captions.csv`, unless that is there."""
    if (folder / "captions.csv").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as down, tarfile.open(fetch(EMOJI, Path(down))) as package:
        table = json.load(package.extractfile("package/emoji.json"))
        named = {one["image"]: one["name"].lower() for one in table if one["has_img_twitter"]}
        for image in named:
            (folder / image).write_bytes(package.extractfile(f"package/img/twitter/64/{image}").read())
    with open(folder / "captions.csv", "w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows([("file", "caption"), *named.items()])
    return folder


def measured(model, source, seed):
    """(R-precision of drawn pictures, of real ones, how many, captions) of a part of the data."""
    images, captions = gathered(source)
    chosen = np.random.default_rng(seed).permutation(len(captions))[:MOST]
    images, captions = images[chosen], [captions[index] for index in chosen]
    texts = model.embed(captions)
    found = [
        r_precision(embedded(model, shown), texts, captions, CANDIDATES, seed)
        for shown in (drawn(model, captions, seed), images)
    ]
    return *found, len(captions), captions


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--encoder-steps", type=int, default=400)
    parser.add_argument("--data", type=Path, default=Path("runs/emoji"))
    parser.add_argument("--run", type=Path, default=Path("runs/quality-emoji"))
    given, more = parser.parse_known_args()
    flags = {**RECIPE, "data": pictures(given.data), "run": given.run, "seed": given.seed}
    flags |= {"steps": given.steps, "encoder-steps": given.encoder_steps}
    begun = sum(os.times()[:2])
    asked = [str(word) for name, value in flags.items() for word in (f"--{name}", value)]
    if main(["text-to-image", "train", *asked, *more]):
        sys.exit(1)
    minutes = (sum(os.times()[:2]) - begun) / 60
    model = load_model(given.run)
    split = Split.of(data.captions(given.data, SIDE, mirror=False), HELD_OUT)
    shown = []
    for name, source in (("trained on", split.training), ("held out", split.measured)):
        made, real, count, captions = measured(model, source, given.seed)
        print(
            f"names {name}: R-precision {made:.3f}, of their real pictures {real:.3f}; {count} names, {CANDIDATES} "
            f"candidates, chance {1 / CANDIDATES}"
        )
        shown += captions[:SHOWN]
    print(
        f"seed {given.seed}, {given.encoder_steps} and {given.steps} steps, {minutes:.1f} processor minutes"
    )
    CaptionDrawing(model, given.run, shown, count=4, seed=given.seed, overwrite=True).grid_and_files()
