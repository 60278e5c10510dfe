"""Images out of noise: train on a folder of pictures, then draw new ones like them.

    kgan image-generation train --data photos --image-size 48x64
    kgan image-generation generate --count 16

Without `--data` it learns to draw letters and digits on request, from the fonts that matplotlib ships.
"""

import dataclasses
import sys
from typing import Annotated, Literal

from kgan.app import flags, names
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.train import Training
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError
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
Walk = Literal["strip", "gif"]

# Penalties on each sample's own gradient, which batch normalization in the discriminator would mix.
PER_SAMPLE = ("wgan-gp", "dragan", "r1", "r2")


@dataclasses.dataclass
class Train(Training):
    """Train a generator on a folder of images, or on glyphs of matplotlib's fonts.

    The run folder then has the model, sample grids over time, and report.html. The same command goes on where
    it stopped.
    """

    APP = APP
    RECIPES = RECIPES
    GROUPS = Training.groups(
        common=("labels", "mirror"),
        network=(
            *("scheme", "network", "width", "latent_size", "channels", "normalization"),
            *("spectral_normalization", "conditioning"),
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
    scheme: Annotated[Scheme | None, flags.choices(Scheme)] = None
    """Which adversarial scheme."""
    loss: Annotated[Loss | None, flags.choices(Loss)] = None
    """Adversarial loss. Else: the scheme's own."""
    penalty: flags.PenaltyNames = ()
    """Penalties on the discriminator, such as r1 or r1=0.5 (its weight); `none` for none. Else: the scheme's own."""
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
        if self.given["loss"] and not self.card.has_loss:
            raise UserError(
                f"expected no --loss with --scheme {self.scheme}, which has its own; found {self.loss}; drop it"
            )
        if self.given["penalty"] and self.judge == "image" and self.penalty != ("none",):
            raise UserError(
                f"expected no --penalty with --scheme {self.scheme}, whose discriminator is no slope to bound; found "
                f"{' '.join(self.penalty)}; drop it"
            )
        self.refuse_unused()
        NETWORKS[self.network].check_size(self.size)

    def refuse_unused(self):
        """Raises `UserError` for a flag that the network or the data have no use for."""
        for flag in ("normalization", "spectral_normalization", "conditioning"):
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
        from kgan.tasks.generation.drawing import Drawing
        from kgan.tasks.generation.measuring import watched

        labels = split.training.label_names if self.conditional else None
        return [
            Stage(
                name="train",
                build=lambda previous, steps: self.build(labels, steps),
                source=split.training,
                steps=self.steps,
                epochs=self.epochs,
                draw=lambda model: Drawing(model, self.run, labels).cells(),
                watched=watched(split.training, self.conditional, self.seed),
            )
        ]

    def build(self, labels, steps=1000):
        """Returns the compiled scheme.

        Args:
            labels: list of str, the label names, or None.
            steps: int, of the whole training.
        """
        from kgan import networks, schemes

        architecture = getattr(networks, self.network)
        scheme = getattr(schemes, self.card.class_name)
        penalty = {(): None, ("none",): ()}.get(self.penalty, self.penalty)
        shared = {"image_size": self.size, "channels": self.channels, "width": self.width}
        classes = {"classes": len(labels)} if labels else {}
        told = getattr(scheme, "told_labels", ())
        judge = self.discriminator_settings(scheme, penalty) | (classes if "discriminator" in told else {})
        model = scheme(
            architecture.generator(
                **shared, **(classes if "generator" in told else {}), latent_size=self.latent_size
            ),
            architecture.discriminator(**shared, **judge),
            latent_size=self.latent_size,
            **classes,
        )
        rate = self.discriminator_learning_rate
        model.compile(
            self.optimizer(scheme, "generator", self.given["learning_rate"]),
            self.optimizer(scheme, "discriminator", self.given["learning_rate"] if rate is None else rate),
            loss=self.loss,
            penalty=penalty if penalty is None else list(penalty),
            discriminator_steps=self.discriminator_steps,
            ema_decay=self.decay(self.ema_half_life, steps),
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def discriminator_settings(self, scheme, penalty):
        """What the discriminator's builder is told beside the sizes."""
        takes = NETWORKS[self.network].arguments["discriminator"]
        told = getattr(scheme, "told_labels", ()) if self.conditional else ()
        names = (scheme.defaults.get("penalty"),) if penalty is None else penalty
        normalization = self.normalization
        if normalization is None:
            per_sample = any(str(name).partition("=")[0] in PER_SAMPLE for name in names)
            normalization = "none" if self.spectral_normalization else "layer" if per_sample else "batch"
        settings = {
            "normalization": None if normalization == "none" else normalization,
            "spectral_normalization": self.spectral_normalization,
            **({"conditioning": self.conditioning} if "discriminator" in told else {}),
        }
        return {name: value for name, value in settings.items() if name in takes}

    def optimizer(self, scheme, side, rate):
        """The scheme's own optimizer, or Adam; at this rate, if it is given."""
        import keras

        fallback = {"learning_rate": self.learning_rate, "beta_1": 0.5}
        own = scheme.defaults.get(f"{side}_optimizer", {"class_name": "Adam", "config": fallback})
        config = own["config"] if rate is None else {**own["config"], "learning_rate": rate}
        return keras.optimizers.get({"class_name": own["class_name"], "config": config})


@dataclasses.dataclass
class Generate(Trained):
    """Draw new images: a grid, single files, or a walk through latent space."""

    APP = APP

    output: flags.Text = None
    """Folder to write to. Left out: `generated` in the run's folder."""
    count: flags.Whole = None
    """How many (of each label). Left out: a grid of 64, or 4 to 8 of each label; a strip of 8; a GIF of 60."""
    seed: flags.Seed = 0
    """Another seed gives other images."""
    label: flags.Names = ()
    """Draw these classes only."""
    files: bool = False
    """Write single files rather than a grid."""
    interpolate: Annotated[Walk | None, flags.choices(Walk)] = None
    """Walk from sample to sample: a strip of images, or a GIF that comes back to where it began."""
    overwrite: bool = False
    """Replace what is there."""

    def check(self):
        if self.files and self.interpolate:
            raise UserError("expected --files or --interpolate; found both; drop one of them")

    def work(self, model):
        from kgan.tasks.generation.drawing import Drawing

        names = (
            self.facts().get("labels")
            or [str(label) for label in range(getattr(model, "classes", 0))]
            or None
        )
        folder = self.output or self.folder.path / "generated"
        drawing = Drawing(model, folder, names, self.wanted(names), self.seed, self.overwrite)
        way = self.interpolate or ("files" if self.files else "grid")
        written = getattr(drawing, way)(self.count)
        print(f"{len(written)} files in {folder}" if self.files else written)

    def wanted(self, names):
        """The labels asked for, as numbers; None for all."""
        unknown = [label for label in self.label if label not in (names or ())]
        if unknown and names:
            known = ", ".join(names[:80]) + (" ..." if len(names) > 80 else "")
            raise UserError(f"expected --label among {known}; found {unknown[0]}; choose from those")
        if unknown:
            raise UserError(
                f"expected no --label, as this model was trained without; found {unknown[0]}; drop it"
            )
        return [names.index(label) for label in self.label] or None


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
        scores = [
            generation(gathered(split.measured)[0], samples, split.words, self.features, seed=self.seed)
        ]
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
