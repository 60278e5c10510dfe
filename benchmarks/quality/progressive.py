"""Is ProgressiveGAN worth its growing? Bundled glyphs at 64x64 pixels, beside DCGAN in the same processor time.

    python benchmarks/quality/progressive.py --seconds 150 --seeds 0

Both learn, without labels, from nine tenths of the type families. Printed: the kernel distance (KID) of samples to
glyphs of the other families, beside that of training glyphs (what is left where nothing is wrong). The time of a level
is doubled with each; the seconds of a step are measured first, so that half of a level's steps fade it in. Samples of
both go to `--picture`, ProgressiveGAN's below.
"""

import argparse

import keras
import numpy as np
from handwritten import processor_minutes, write_grid

from kgan import GAN, ProgressiveGAN
from kgan.data.samples import glyphs
from kgan.metrics.generation import generation
from kgan.networks import dcgan, progressive
from kgan.tasks.generation.measuring import gathered

SIZE, LATENT, BATCH = (64, 64), 64, 32
WARM, TIMED, HALF_LIFE = 2, 6, 4400


def timed_steps(make, training, seconds):
    """How many steps fit into so many processor seconds, measured on a model that is thrown away."""
    keras.utils.set_random_seed(0)
    model = make(2)
    data = training.batches(BATCH, seed=0)
    model.fit(data, steps_per_epoch=WARM, epochs=1, verbose=0)
    began = processor_minutes()
    model.fit(data, steps_per_epoch=TIMED, epochs=1, verbose=0)
    return max(2, round(seconds / ((processor_minutes() - began) * 60 / TIMED)))


def plain(seed, training, seconds, width):
    """DCGAN with the settings that kgan's own recipe has for folders."""

    def make(_):
        adam = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
        model = GAN(
            dcgan.generator(SIZE, 1, LATENT, width=width), dcgan.discriminator(SIZE, 1, width=width), LATENT
        )
        model.compile(*adam, ema_half_life=HALF_LIFE, seed=seed)
        return model

    steps = timed_steps(make, training, seconds)
    keras.utils.set_random_seed(seed)
    model = make(steps)
    model.fit(training.batches(BATCH, seed=seed), steps_per_epoch=steps, epochs=1, verbose=0)
    return model, [steps]


def grown(seed, training, seconds, width):
    """ProgressiveGAN, level by level."""
    sizes, model, taken = progressive.levels(SIZE), None, []

    def make(level, steps):
        networks = {"image_size": SIZE, "channels": 1, "width": width, "most": 128, "level": level}
        made = ProgressiveGAN(
            progressive.generator(**networks, latent_size=LATENT),
            progressive.discriminator(**networks),
            latent_size=LATENT,
            fade_steps=steps // 2 if level else 0,
        )
        made.compile(ema_half_life=HALF_LIFE, seed=seed)
        return made

    for level in range(len(sizes)):
        share = seconds * 2**level / (2 ** len(sizes) - 1)
        steps = timed_steps(lambda steps, level=level: make(level, steps), training, share)
        keras.utils.set_random_seed(seed)
        smaller, model = model, make(level, steps)
        if smaller is not None:
            model.grow(smaller)
        model.fit(training.batches(BATCH, seed=seed), steps_per_epoch=steps, epochs=1, verbose=0)
        taken.append(steps)
    return model, taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--characters", default="0123456789")
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--features", default="random-convolution-v1")
    parser.add_argument("--picture", default="runs/quality-progressive.png")
    flags = parser.parse_args()
    training, apart = glyphs(SIZE, 1, flags.characters).split(0.1, seed=0)
    held_out, seen = gathered(apart)[0], gathered(training)[0]
    chosen = np.random.default_rng(0).permutation(len(seen))[: flags.samples]
    rows = []
    for seed in flags.seeds:
        found = {"training glyphs": (seen[chosen], [])}
        for name, train, width in (("dcgan", plain, 16), ("progressive", grown, 16)):
            began = processor_minutes()
            model, steps = train(seed, training, flags.seconds, width)
            found[name] = model.sample(flags.samples, seed=seed), steps
            rows += [found[name][0][:12], found[name][0][12:24]]
            print(f"{name}: {processor_minutes() - began:.1f} processor minutes, {steps} steps", flush=True)
        for name, (samples, _) in found.items():
            words = f"type families held out, {len(held_out)}"
            values = generation(held_out, samples, words, flags.features).values
            told = ", ".join(f"{key} {values[key]:.4g}" for key in ("kid", "fid", "precision", "recall"))
            print(f"seed {seed} {name}: {told}", flush=True)
    write_grid(flags.picture, rows)
    print(f"{processor_minutes():.1f} processor minutes; samples in {flags.picture}")
