"""Do clips that VideoGAN draws out of noise move as real ones do? Bundled digits in motion.

    python benchmarks/quality/video_gan.py --steps 400 --seeds 0

Trains `VideoGAN` on clips of one handwritten digit each, digits held out. Of drawn clips, beside as many real ones of
held-out digits and those with their frames in another order, it follows the middle of the ink. Printed: how far that
moves a frame, in pixels; how much this step changes from frame to frame (things that move evenly have little, frames
without order much); how much ink there is, in frames' worth of white; how much clips differ from each other, over what
real ones do; processor minutes. `clips-SEED.png` in the run's folder: drawn clips, a row each, above real ones.
"""

import argparse
import os
from pathlib import Path

import keras
import numpy as np

from kgan import VideoGAN
from kgan.data import samples
from kgan.data.source.examples import batch_of
from kgan.networks import two_stream
from kgan.pictures.grid import image_grid, save_png

MEASURED, SHOWN = 200, 6


def motion(clips):
    """(pixels a frame, pixels of change in that from frame to frame, ink): means over clips that have ink."""
    ink = np.clip((np.asarray(clips, "float64")[..., 0] + 1) / 2, 0, 1)
    amount = ink.sum(axis=(2, 3))
    seen = amount.min(axis=1) > 1
    rows, columns = np.indices(ink.shape[2:])
    middle = np.stack(
        [(ink * place).sum(axis=(2, 3)) / np.maximum(amount, 1e-9) for place in (rows, columns)], axis=-1
    )[seen]
    steps = np.diff(middle, axis=1)
    turns = np.diff(steps, axis=1)
    return *(np.linalg.norm(x, axis=-1).mean() if len(x) else np.nan for x in (steps, turns)), ink.mean()


def spread(clips):
    """The mean distance between two clips."""
    flat = np.asarray(clips, "float64").reshape(len(clips), -1)
    squares = (flat**2).sum(axis=1)
    apart = np.sqrt(np.maximum(0, squares[:, None] + squares - 2 * flat @ flat.T))
    return apart[~np.eye(len(flat), dtype=bool)].mean()


def trained(given, seed, source):
    """A VideoGAN after so many steps."""
    keras.utils.set_random_seed(seed)
    size = ((given.side, given.side), given.frames, 1)
    model = VideoGAN(
        two_stream.generator(*size, latent_size=given.latent, width=given.width),
        two_stream.discriminator(*size, width=given.width),
    )
    rate = {"learning_rate": given.learning_rate, "beta_1": 0.5}
    model.compile(
        keras.optimizers.Adam(**rate),
        keras.optimizers.Adam(**rate),
        loss=given.loss,
        ema_half_life=given.batch * max(1, given.steps // 10),
        seed=seed,
    )
    batches = source.batches(given.batch, seed=seed)
    for step, batch in enumerate(batches.take(given.steps), 1):
        found = model.train_on_batch({"frames": batch["frames"]}, return_dict=True)
        if step % 50 == 0:
            print(f"step {step}  " + "  ".join(f"{k} {float(v):.3f}" for k, v in found.items()), flush=True)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--latent", type=int, default=64)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--loss", default="non-saturating")
    parser.add_argument("--run", type=Path, default=Path("runs/quality-video-gan"))
    given = parser.parse_args()
    source, held_out = samples.digits_in_motion(given.side, given.frames, digits=1).split()
    real = np.asarray(batch_of(held_out, MEASURED)["frames"])
    given.run.mkdir(parents=True, exist_ok=True)
    for seed in given.seeds:
        begun = sum(os.times()[:2])
        model = trained(given, seed, source)
        minutes = (sum(os.times()[:2]) - begun) / 60
        made = np.asarray(model.sample(len(real), seed=seed))
        order = np.random.default_rng(0).permuted(np.tile(np.arange(given.frames), (len(real), 1)), axis=1)
        rows = {
            "drawn": made,
            "real": real,
            "real, frames in any order": np.take_along_axis(real, order[:, :, None, None, None], axis=1),
        }
        print(f"seed {seed}, {given.steps} steps, {minutes:.1f} processor minutes")
        for name, clips in rows.items():
            speed, change, ink = motion(clips)
            told = f"  {name:<26} {speed:.2f} pixels a frame, changing by {change:.2f}; ink {ink:.4f}"
            print(told + f"; apart {spread(clips) / spread(real):.2f} of real", flush=True)
        shown = np.concatenate([made[:SHOWN], real[:SHOWN]])
        grid = image_grid(shown.reshape(-1, *shown.shape[2:]), given.frames)
        save_png(grid, given.run / f"clips-{seed}.png")
