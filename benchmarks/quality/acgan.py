"""Does ACGAN draw what it was asked for, and more than one picture of it? Bundled glyphs, 32x32 pixels.

    python benchmarks/quality/acgan.py --seeds 0

For each seed: trained on the glyphs of nine tenths of the type families. Printed: how many of 40 samples of each class
are read as the class that they were asked for, by a classifier of its own, trained on the same families' glyphs, beside
how many glyphs of the other families it reads; and the mean distance between samples of one class over that of the real
glyphs. `--loss non-saturating` has the paper's loss. Four samples of each class go to `--picture`.
"""

import argparse

import keras
import numpy as np
from handwritten import processor_minutes, write_grid

from kgan import ACGAN
from kgan.data.samples import glyphs
from kgan.metrics.label_classifier import LabelClassifier
from kgan.networks import dcgan
from kgan.tasks.generation.measuring import gathered

SIZE, LATENT, EACH = (32, 32), 64, 40


def adam():
    return keras.optimizers.Adam(1e-3, beta_1=0.5)


def trained(seed, training, classes, flags):
    """A model of one seed."""
    keras.utils.set_random_seed(seed)
    model = ACGAN(
        dcgan.generator(SIZE, 1, LATENT, width=16, classes=classes),
        dcgan.discriminator(SIZE, 1, width=16, normalization=None, minibatch_deviation=flags.deviation),
        LATENT,
        classes,
    )
    model.compile(
        generator_optimizer=adam(),
        discriminator_optimizer=adam(),
        loss=flags.loss,
        penalty="r1=1",
        ema_half_life=4400,
        seed=seed,
    )
    model.fit(training.batches(64, seed=seed), steps_per_epoch=flags.steps, epochs=1, verbose=0)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--characters", default="0123456789")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--loss", default="relativistic")
    parser.add_argument(
        "--deviation",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="minibatch standard deviation in the discriminator",
    )
    parser.add_argument("--picture", default="runs/quality-acgan.png")
    flags = parser.parse_args()
    source = glyphs(SIZE, 1, flags.characters)
    training, apart = source.split(0.1, seed=0)
    reader = LabelClassifier((*SIZE, 1), source.label_names).fit(training.batches(64))
    classes = len(flags.characters)
    for seed in flags.seeds:
        model = trained(seed, training, classes, flags)
        asked = np.arange(EACH * classes) % classes
        drawn = model.sample(len(asked), seed=seed, label=asked)
        words = f"type families held out, {len(apart)} of {len(source)}"
        scores = reader.score(drawn, asked, *gathered(apart), words, reference=gathered(training))
        print(f"seed {seed}: {scores}", flush=True)
    write_grid(flags.picture, list(drawn[: 4 * classes].reshape(4, classes, *SIZE, 1)))
    print(f"{processor_minutes():.1f} processor minutes; samples in {flags.picture}")
