"""Are many scales, or many strokes, worth their trouble? ProgressiveGAN, LAPGAN and GRAN beside DCGAN in the same time.

    python benchmarks/quality/many_scales.py --seconds 150 --seeds 0
    python benchmarks/quality/many_scales.py --schemes lapgan dcgan --labels
    python benchmarks/quality/many_scales.py --schemes gran dcgan
    python benchmarks/quality/many_scales.py --data faces --size 64 --schemes progressive dcgan

All learn bundled glyphs of nine tenths of the type families, or nine tenths of a folder of pictures, for as much of the
processor's time, or of the clock's on a GPU. Printed: the kernel distance (KID) of samples to glyphs of
the others, beside that of training pictures (what is left where nothing is wrong); with `--labels` also how many
samples a classifier of its own, trained on the same families, reads as what was asked for. ProgressiveGAN's time is
doubled with each level; seconds of a step are measured first, so that half of a level's steps fade it in. Samples go to
`--picture`, two rows a scheme, and LAPGAN's chain from coarse to fine and GRAN's canvases over time below.
"""

import argparse

import keras
import numpy as np
from handwritten import minutes_spent, write_grid

from kgan import GAN, GRAN, LAPGAN, ConditionalGAN, ProgressiveGAN
from kgan.data import images
from kgan.data.samples import glyphs
from kgan.metrics.generation import generation
from kgan.metrics.label_classifier import LabelClassifier
from kgan.networks import dcgan, gran, lapgan, progressive
from kgan.tasks.generation.measuring import gathered

LATENT, BATCH, WIDTH = 64, 32, 16
WARM, TIMED, HALF_LIFE = 2, 6, 4400


class Trainer:
    """Trains the schemes of one seed on one source.

    Args:
        training: source of pictures.
        seed: of networks, order and latents.
        seconds: of each training.
        classes: how many labels; 0 for none.
        size: (height, width).
        channels: of the pictures.
    """

    def __init__(self, training, seed, seconds, classes, size, channels):
        self.size, self.training, self.seed, self.seconds = size, training, seed, seconds
        self.sizes = {"image_size": size, "channels": channels, "width": WIDTH, "classes": classes}
        self.classes = classes

    def trained(self, make, seconds, smaller=None):
        """A model trained for so long, as `make(steps)` builds it, and its steps."""
        data = self.training.batches(BATCH, seed=self.seed)
        keras.utils.set_random_seed(self.seed)
        model = make(2)
        model.fit(data, steps_per_epoch=WARM, epochs=1, verbose=0)
        began = minutes_spent()
        model.fit(data, steps_per_epoch=TIMED, epochs=1, verbose=0)
        steps = max(2, round(seconds / ((minutes_spent() - began) * 60 / TIMED)))
        keras.utils.set_random_seed(self.seed)
        model = make(steps)
        if smaller is not None:
            model.grow(smaller)
        model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0)
        return model, steps

    def built(self, plain, networks, **judge):
        made = (
            networks.generator(**self.sizes, latent_size=LATENT),
            networks.discriminator(**self.sizes, **judge),
        )
        conditional = {"classes": self.classes} if self.classes else {}
        model = plain(*made, latent_size=LATENT, **conditional)
        adam = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in made]
        model.compile(*adam, ema_half_life=HALF_LIFE, seed=self.seed, loss="relativistic", penalty="r1=1")
        return model

    def dcgan(self):
        """With the settings that kgan's recipe has for glyphs."""
        plain = ConditionalGAN if self.classes else GAN
        model, steps = self.trained(lambda _: self.built(plain, dcgan, normalization=None), self.seconds)
        return model, [steps]

    def lapgan(self):
        """With the same rates, loss and penalty."""
        model, steps = self.trained(lambda _: self.built(LAPGAN, lapgan), self.seconds)
        return model, [steps]

    def gran(self):
        """With DCGAN's settings."""
        model, steps = self.trained(lambda _: self.built(GRAN, gran, normalization=None), self.seconds)
        return model, [steps]

    def progressive(self):
        """Level by level, with its paper's settings."""
        levels, model, taken = len(progressive.levels(self.size)), None, []
        for level in range(levels):

            def make(steps, level=level):
                networks = {**self.sizes, "most": 128, "level": level}
                made = ProgressiveGAN(
                    progressive.generator(**networks, latent_size=LATENT),
                    progressive.discriminator(**networks),
                    LATENT,
                    self.classes,
                    fade_steps=steps // 2 if level else 0,
                )
                made.compile(ema_half_life=HALF_LIFE, seed=self.seed)
                return made

            model, steps = self.trained(make, self.seconds * 2**level / (2**levels - 1), model)
            taken.append(steps)
        return model, taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schemes", nargs="+", default=["dcgan", "lapgan", "progressive"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--data", help="folder of pictures; left out: glyphs")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--characters", default="0123456789")
    parser.add_argument("--labels", action="store_true")
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--features", default="random-convolution-v1")
    parser.add_argument("--picture", default="runs/quality-many-scales.png")
    flags, start = parser.parse_args(), minutes_spent()
    if flags.data and flags.labels:
        parser.error("expected --labels with glyphs only; found --data; drop one")
    size = (flags.size, flags.size)
    channels = 3 if flags.data else 1
    source = images(flags.data, size, mirror=False) if flags.data else glyphs(size, 1, flags.characters)
    training, apart = source.split(0.1, seed=0)
    held_out, seen = gathered(apart)[0], gathered(training)[0]
    words = f"{len(held_out)} held out"
    chosen = np.random.default_rng(0).permutation(len(seen))[: flags.samples]
    classes, rows = len(flags.characters) if flags.labels else 0, []
    asked = {"label": np.arange(flags.samples) % classes} if classes else {}
    reader = classes and LabelClassifier((*size, 1), source.label_names).fit(training.batches(64))

    def tell(name, samples):
        values = generation(held_out, samples, words, flags.features).values
        told = ", ".join(f"{key} {values[key]:.4g}" for key in ("kid", "fid", "precision", "recall"))
        print(f"{name}: {told}", flush=True)

    tell("training pictures", seen[chosen])
    for seed in flags.seeds:
        trainer = Trainer(training, seed, flags.seconds, classes, size, channels)
        for name in flags.schemes:
            began = minutes_spent()
            model, steps = getattr(trainer, name)()
            spent = minutes_spent() - began
            samples = model.sample(flags.samples, seed=seed, **asked)
            tell(f"seed {seed} {name}, {steps} steps, {spent:.1f} minutes", samples)
            if classes:
                scores = reader.score(
                    samples, asked["label"], *gathered(apart), words, reference=gathered(training)
                )
                print(scores, flush=True)
            rows += [samples[:12], samples[12:24]]
            first = {key: value[:12] for key, value in asked.items()}
            if name == "lapgan":
                chain = model.chain(model.sample_inputs(12, seed, **first))
                rows += [np.kron(part, np.ones((1, *[flags.size // part.shape[1]] * 2, 1))) for part in chain]
            if name == "gran":
                rows += model.canvases(model.sample_inputs(12, seed, **first))
            write_grid(flags.picture, rows)
    print(f"{minutes_spent() - start:.1f} minutes; samples in {flags.picture}")
