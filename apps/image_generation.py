"""Images out of noise: train on a folder of pictures, then draw new ones like them.

    kgan image-generation train --data photos --image-size 48x64
    kgan image-generation generate --count 16

Without `--data` it learns to draw letters and digits on request, from the fonts that matplotlib ships.
"""

import dataclasses
import sys
from typing import Annotated, Literal

from kgan.app import flags, names
from kgan.app.glance import glance
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.train import Training
from kgan.errors import UserError
from kgan.tasks.generation.generate import Generate as Generating
from kgan.tasks.generation.recipes import NETWORKS, RECIPES, SCHEMES

APP = "image-generation"

# Networks whose discriminator gives back a picture, as their scheme wants it.
AUTOENCODERS = [name for name in NETWORKS if name in SCHEMES and SCHEMES[name].judge == "image"]

Scheme = Literal[tuple(SCHEMES)]
Network = Literal[tuple(NETWORKS)]
Loss = Literal[names.losses()]
Normalization = Literal["batch", "layer", "instance", "none"]
Conditioning = Literal["concatenate", "projection"]
Channels = Literal[1, 3]
Augment = Literal["auto", "none", "diffaugment", "adaptive"]

# Pictures below this size cannot be augmented.
SMALLEST = 8
# Pictures of a folder up to this size are drawn at 32 pixels, where nothing else is asked for.
SMALL = 40


@dataclasses.dataclass
class Train(Training):
    """Train a generator on a folder of images, or on glyphs of matplotlib's fonts.

    The run folder then has the model, sample grids over time and report.html. The same command goes on where it was.
    """

    APP = APP
    RECIPES = RECIPES
    GROUPS = Training.groups(
        common=("labels", "mirror", "augment"),
        network=(
            *("scheme", "network", "width", "latent_size", "channels", "normalization"),
            *("spectral_normalization", "conditioning", "minibatch_deviation"),
        ),
        loss=(
            *("loss", "penalty", "learning_rate", "discriminator_learning_rate", "discriminator_steps"),
            "ema_half_life",
        ),
    )

    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for colour."""
    labels: bool = False
    """The sub-folders of --data are classes; the generator draws the class that it is asked for."""
    mirror: flags.Switch = False
    """Show every second picture in a mirror: more pictures where left and right do not matter, wrong for texts and
    digits."""
    augment: Augment = "auto"
    """What the discriminator gets to see: pictures moved and recolored as far as it learns them by heart (adaptive),
    always (diffaugment), or as they are (none). auto: adaptive for fewer than 20,000 pictures of a folder, none
    otherwise."""
    scheme: Annotated[Scheme | None, flags.choices(Scheme)] = None
    """Which adversarial scheme."""
    loss: Annotated[Loss | None, flags.choices(Loss)] = None
    """Adversarial loss. Else: the scheme's own."""
    penalty: flags.PenaltyNames = ()
    """Penalties on the discriminator, such as r1, r1=0.5 (its weight) or r1=10/16 (on every sixteenth
    step); `none` for none. Else: the scheme's own."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """Architecture of both networks."""
    width: flags.Whole = None
    """Channels next to the image in both networks."""
    latent_size: flags.Whole = None
    """Numbers in a latent."""
    normalization: Annotated[Normalization | None, flags.choices(Normalization)] = None
    """The discriminator's. Else: layer with a gradient penalty, none with spectral normalization, otherwise batch."""
    spectral_normalization: bool = False
    """Bound the discriminator's slope (Miyato et al. 2018)."""
    conditioning: Annotated[Conditioning | None, flags.choices(Conditioning)] = None
    """How the discriminator uses a label."""
    minibatch_deviation: bool = False
    """Show the discriminator how varied its batch is (Karras et al. 2018)."""
    learning_rate: flags.Number = None
    """Of both sides. A scheme whose paper names one has that."""
    discriminator_learning_rate: flags.Number = None
    """The discriminator's, where it differs."""
    discriminator_steps: flags.Whole = None
    """Discriminator updates a step. Left out: the scheme's own."""
    ema_half_life: flags.Weight = None
    """Images after which the generator's moving average, which draws the samples, has forgotten half; 0 for none. In a
    short training at most a tenth of it."""
    held_out: flags.Fraction = 0.0
    """Share of the images to keep from training, as the reference of `evaluate`."""

    @property
    def small(self):
        """Whether most pictures of the folder are no larger than 40 pixels."""
        return 0 < glance(self.data).side <= SMALL

    @property
    def grey(self):
        """Whether the pictures of the folder are grey."""
        return glance(self.data).grey

    @property
    def card(self):
        """What is known of the scheme."""
        return SCHEMES.get(self.scheme)

    @property
    def judge(self):
        """What the scheme's discriminator returns."""
        return self.card and self.card.judge

    @property
    def conditional(self):
        told = self.labels or not self.data
        return self.card.labels == "always" or (self.card.labels == "either" and told)

    def check(self):
        if self.labels and not self.data:
            raise UserError("expected --data with --labels; found none; glyphs have their labels anyway")
        labelled = ", ".join(name for name, card in SCHEMES.items() if card.labels != "never")
        if self.labels and not self.conditional:
            raise UserError(
                f"expected a --scheme that is told labels with --labels ({labelled}); found {self.scheme}; drop one of "
                "them"
            )
        if self.data and self.card.labels == "always" and not self.labels:
            raise UserError(
                f"expected --labels with --scheme {self.scheme}; found none; add it or drop --scheme"
            )
        if (self.judge == "image") != (self.network in AUTOENCODERS):
            raise UserError(
                f"expected --scheme and --network {' or '.join(AUTOENCODERS)} together; found {self.scheme} and "
                f"{self.network}; change one"
            )
        if self.card.grows != NETWORKS[self.network].grows:
            growing = " or ".join(name for name, card in NETWORKS.items() if card.grows)
            raise UserError(
                f"expected --scheme {growing} and --network {growing} together, which grow; found {self.scheme} and "
                f"{self.network}; change one"
            )
        if self.given["loss"] and not self.card.has_loss:
            raise UserError(
                f"expected no --loss with --scheme {self.scheme}, which has its own; found {self.loss}; drop it"
            )
        if self.given["penalty"] and self.judge == "image" and self.penalty != ("none",):
            raise UserError(
                f"expected no --penalty with --scheme {self.scheme}, whose discriminator is no slope to bound; found "
                f"{' '.join(self.penalty)}; drop it"
            )
        if self.augment in ("diffaugment", "adaptive") and min(self.size) < SMALLEST:
            raise UserError(
                f"expected --image-size of at least {SMALLEST} with --augment {self.augment}; found "
                "{}x{}; set --augment none".format(*self.size)
            )
        if self.augment == "adaptive" and self.judge == "image":
            raise UserError(
                f"expected --augment diffaugment or none with --scheme {self.scheme}, whose discriminator gives no "
                "logits to adapt to; found adaptive; change it"
            )
        self.refuse_unused()
        NETWORKS[self.network].check_size(self.size)

    def refuse_unused(self):
        """Raises `UserError` for a flag that the network or the data have no use for."""
        for flag in ("normalization", "spectral_normalization", "conditioning", "minibatch_deviation"):
            if self.given[flag] and not NETWORKS[self.network].takes("discriminator", flag):
                raise UserError(
                    f"expected no {flags.name_of(flag)} with --network {self.network}, which has no use for it; found "
                    f"{self.given[flag]}; drop it, or set --network dcgan"
                )
        if self.given["conditioning"] and not self.conditional:
            raise UserError(
                f"expected no --conditioning with --scheme {self.scheme}, which is told no labels; found "
                f"{self.conditioning}; drop it"
            )
        if self.mirror and not self.data:
            raise UserError("expected no --mirror without --data; found it; letters read one way only")

    def open(self):
        from kgan import data
        from kgan.data import samples
        from kgan.data.source.split import Split

        if self.data:
            source = data.images(
                self.data, self.size, labels=self.labels, channels=self.channels, mirror=self.mirror
            )
        else:
            source = samples.glyphs(self.size, self.channels)
        return Split.of(source, self.held_out)

    def facts(self, split):
        return {**super().facts(split), "labels": split.training.label_names if self.conditional else None}

    def stages(self, split):
        from kgan.app.run.stages import Stage
        from kgan.tasks.generation import growing
        from kgan.tasks.generation.drawing import Drawing
        from kgan.tasks.generation.measuring import watched

        labels = split.training.label_names if self.conditional else None
        watch = watched(split.training, self.conditional, self.seed)

        def draw(model):
            return Drawing(model, self.run, labels).cells()

        if self.card.grows:
            return growing.stages(self, split, labels, draw, watch)
        return [
            Stage(
                name="train",
                build=lambda previous, steps: self.build(labels, steps, len(split.training)),
                source=split.training,
                steps=self.steps,
                epochs=self.epochs,
                draw=draw,
                watched=watch,
            )
        ]

    def build(self, labels, steps=1000, count=0, **growth):
        """Returns the compiled scheme. See `kgan.tasks.generation.building.build`."""
        from kgan.tasks.generation.building import build

        return build(self, labels, steps, count, **growth)


@dataclasses.dataclass
class Generate(Generating):
    """Draw new images: a grid, single files, a walk through latent space, or sums of latents."""

    APP = APP


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure samples against real images: FID, KID, precision and recall, with the whole protocol.

    For glyphs also whether a classifier reads the label that was asked for, and the diversity within a label.
    """

    APP = APP

    samples: flags.Whole = None
    """How many images to draw. Left out: 620 glyphs, ten of each; 1,000 otherwise."""
    seed: flags.Seed = 0
    """Of the samples."""
    features: str = "auto"
    """inception-v3, random-convolution-v1, or a `.keras` file. Left out: Inception-v3 if it can be had."""

    def work(self, model):
        import numpy as np

        from kgan.metrics.generation import generation
        from kgan.tasks.generation.measuring import gathered, read_glyphs

        train = self.training(Train)
        split = train.open()
        classes = getattr(model, "classes", 0)
        count = self.samples or (620 if classes and not train.data else 1000)
        labels = np.arange(count) % classes if classes else None
        samples = model.sample(count, seed=self.seed, **({"label": labels} if classes else {}))
        real, words = gathered(split.measured, seed=train.seed)[0], f"{split.words}, shown as in training"
        scores = [generation(real, samples, words, self.features, seed=self.seed)]
        if classes and not train.data:
            scores.append(read_glyphs(train, samples, labels))
        self.tell("\n\n".join(map(str, scores)), [score.as_dict() for score in scores])


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    APP = APP


VERBS = {"train": Train, "generate": Generate, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
