"""Images out of noise: train on a folder of pictures, then draw new ones like them.

    kgan image-generation train --data photos --image-size 48x64
    kgan image-generation generate --count 16

Without `--data` it learns to draw letters and digits on request, from the fonts that matplotlib ships.
"""

import dataclasses
import sys
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.train import Training
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError

APP = "image-generation"
# What a flag means that was left out, by where the images come from.
GLYPHS = {"image_size": "32", "channels": 1, "width": 16, "latent_size": 64, "ema_decay": 0.99}
FOLDER = {"image_size": "64", "channels": 3, "width": 64, "latent_size": 128, "ema_decay": 0.999}
# How the glyphs are learned unless a scheme is named: varied within a class as well as legible, in minutes.
# Beside it, concatenated labels with batch normalization read as well and draw each letter one way only.
GLYPHS_RECIPE = {
    "loss": "relativistic",
    "penalty": ("r1=1",),
    "conditioning": "projection",
    "normalization": "none",
}
GLYPHS_MINUTES, FOLDER_EPOCHS = 4.0, 100
# Adam's rate where the scheme's paper names none.
GLYPHS_RATE, FOLDER_RATE = 1e-3, 2e-4

Scheme = Literal["gan", "conditional", "wgan", "wgan-gp", "lsgan", "dragan", "began"]
Network = Literal["dcgan", "resnet", "mlp", "began"]
Normalization = Literal["batch", "layer", "instance", "none"]
Conditioning = Literal["concatenate", "projection"]
Channels = Literal[1, 3]
Walk = Literal["strip", "gif"]

SCHEMES = {
    "gan": "GAN",
    "conditional": "ConditionalGAN",
    "wgan": "WGAN",
    "wgan-gp": "WGANGP",
    "lsgan": "LSGAN",
    "dragan": "DRAGAN",
    "began": "BEGAN",
}
# Penalties on each sample's own gradient, which batch normalization in the discriminator would mix.
PER_SAMPLE = ("wgan-gp", "dragan", "r1", "r2")
# How many real images the samples' diversity is compared with, and the most numbers to hold for it.
WATCHED_IMAGES, WATCHED_NUMBERS = 640, 2**24


@dataclasses.dataclass
class Train(Training):
    """Train a generator on a folder of images, or on glyphs of matplotlib's fonts.

    The run folder then has the model, sample grids over time, and report.html. The same command goes on where
    it stopped.
    """

    APP = APP

    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH. Left out: 32 for glyphs, 64 for a folder."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for colour. Left out: 1 for glyphs, 3 for a folder."""
    labels: bool = False
    """The sub-folders of --data are classes; the generator draws the class that it is asked for."""
    scheme: Annotated[Scheme | None, flags.choices(Scheme)] = None
    """Which adversarial scheme. Left out: conditional where there are labels, gan where there are none."""
    loss: flags.Text = None
    """Adversarial loss by name, such as hinge. Left out: the scheme's own; relativistic for glyphs."""
    penalty: flags.Names = ()
    """Penalties on the discriminator, such as r1 or r1=0.5 (its weight); `none` for none. Left out: the scheme's
    own; r1=1 for glyphs."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """Architecture of both networks. Left out: dcgan; with the scheme began, its own."""
    width: flags.Whole = None
    """Channels next to the image in both networks. Left out: 16 for glyphs, 64 for a folder."""
    latent_size: flags.Whole = None
    """Numbers in a latent. Left out: 64 for glyphs, 128 for a folder."""
    normalization: Annotated[Normalization | None, flags.choices(Normalization)] = None
    """The discriminator's. Left out: layer with a gradient penalty, none for glyphs and with spectral
    normalization, else batch."""
    spectral_normalization: bool = False
    """Bound the discriminator's slope (Miyato et al. 2018)."""
    conditioning: Annotated[Conditioning | None, flags.choices(Conditioning)] = None
    """How the discriminator uses a label. Left out: projection for glyphs, concatenate for a folder."""
    learning_rate: flags.Number = None
    """Of both sides. Left out: the scheme's own; where it has none, 1e-3 for glyphs, 2e-4 for a folder."""
    discriminator_learning_rate: flags.Number = None
    """The discriminator's, where it differs."""
    discriminator_steps: flags.Whole = None
    """Discriminator updates a step. Left out: the scheme's own."""
    ema_decay: flags.Number = None
    """Decay of the generator's moving average, which draws the samples; 0 for none."""
    held_out: float = 0.0
    """Share of the images to keep from training, as the reference of `evaluate`."""

    def __post_init__(self):
        super().__post_init__()
        for name, value in (FOLDER if self.data else GLYPHS).items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        if not self.data and self.scheme is None and self.network is None:
            for name, value in GLYPHS_RECIPE.items():
                setattr(self, name, getattr(self, name) or value)
        self.conditioning = self.conditioning or "concatenate"
        self.scheme = self.scheme or ("conditional" if self.labels or not self.data else "gan")
        self.network = self.network or ("began" if self.scheme == "began" else "dcgan")
        if self.epochs is None and self.minutes is None:
            self.epochs, self.minutes = (FOLDER_EPOCHS, None) if self.data else (None, GLYPHS_MINUTES)

    @property
    def conditional(self):
        return self.scheme == "conditional"

    def check(self):
        if self.labels and not self.data:
            raise UserError("expected --data with --labels; found none; glyphs have their labels anyway")
        if self.labels and not self.conditional:
            raise UserError(
                f"expected --scheme conditional with --labels; found {self.scheme}; drop one of them"
            )
        if self.data and self.conditional and not self.labels:
            raise UserError(
                "expected --labels with --scheme conditional; found none; add it or drop --scheme"
            )
        if (self.scheme == "began") != (self.network == "began"):
            found = f"{self.scheme} and {self.network}"
            raise UserError(
                f"expected --scheme began and --network began together; found {found}; change one"
            )
        if self.loss and self.scheme == "began":
            raise UserError(
                f"expected no --loss with --scheme began, which has its own; found {self.loss}; drop it"
            )

    def open_source(self):
        return self.open_split()[0]

    def open_split(self):
        """Returns the source to train on, the one to measure against, and what that one is, in words."""
        from kgan import data
        from kgan.data import samples

        if self.data:
            source = data.images(self.data, self.size, labels=self.labels, channels=self.channels)
        else:
            source = samples.glyphs(self.size, self.channels)
        if not self.held_out:
            return source, source, "the images trained on"
        training, apart = source.split(self.held_out)
        return training, apart, f"held out ({self.held_out:.0%}), seed 0"

    def facts(self, source):
        return {**super().facts(source), "labels": source.label_names if self.conditional else None}

    def stages(self, source):
        from kgan.app.run.stages import Stage
        from kgan.tasks.generation.drawing import Drawing

        labels = source.label_names if self.conditional else None
        return [
            Stage(
                name="train",
                build=lambda previous: self.build(labels),
                source=source,
                epochs=self.epochs,
                draw=lambda model: Drawing(model, self.run, labels).cells(),
                watched=self.watched(source),
            )
        ]

    def watched(self, source):
        """Real images (and labels) to compare the diversity of samples with, as training sees them."""
        import numpy as np

        height, width = self.size
        count = min(
            len(source), max(16, min(WATCHED_IMAGES, WATCHED_NUMBERS // (height * width * self.channels)))
        )
        batch = next(iter(source.batches(count, seed=self.seed).take(1)))
        labels = np.asarray(batch["label"]) if self.conditional else None
        if labels is not None and np.bincount(labels).max() < 2:
            return None
        return np.asarray(batch["image"]), labels

    def build(self, labels):
        """Returns the compiled scheme.

        Args:
            labels: list of str, the label names, or None.
        """
        from kgan import networks, schemes

        architecture = getattr(networks, self.network)
        scheme = getattr(schemes, SCHEMES[self.scheme])
        penalty = {(): None, ("none",): ()}.get(self.penalty, self.penalty)
        shared = {"image_size": self.size, "channels": self.channels, "width": self.width}
        shared |= {"classes": len(labels)} if labels else {}
        judge = self.discriminator_settings(scheme, penalty)
        model = scheme(
            architecture.generator(**shared, latent_size=self.latent_size),
            architecture.discriminator(**shared, **judge),
            latent_size=self.latent_size,
            **({"classes": len(labels)} if labels else {}),
        )
        rate = self.discriminator_learning_rate
        model.compile(
            self.optimizer(scheme, "generator", self.learning_rate),
            self.optimizer(scheme, "discriminator", self.learning_rate if rate is None else rate),
            loss=self.loss,
            penalty=penalty if penalty is None else list(penalty),
            discriminator_steps=self.discriminator_steps,
            ema_decay=self.ema_decay or None,
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def discriminator_settings(self, scheme, penalty):
        """What the discriminator's builder is told beside the sizes."""
        if self.network in ("mlp", "began"):
            return {}
        names = (scheme.defaults.get("penalty"),) if penalty is None else penalty
        normalization = self.normalization
        if normalization is None:
            per_sample = any(str(name).partition("=")[0] in PER_SAMPLE for name in names)
            normalization = "none" if self.spectral_normalization else "layer" if per_sample else "batch"
        return {
            "normalization": None if normalization == "none" else normalization,
            "spectral_normalization": self.spectral_normalization,
            **({"conditioning": self.conditioning} if self.conditional else {}),
        }

    def optimizer(self, scheme, side, rate):
        """The scheme's own optimizer, or Adam; at this rate, if it is given."""
        import keras

        fallback = {"learning_rate": FOLDER_RATE if self.data else GLYPHS_RATE, "beta_1": 0.5}
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
    seed: int = 0
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
        if self.count is not None and self.count < 1:
            raise UserError(f"expected --count to be at least 1; found {self.count}")
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
    seed: int = 0
    """Of the samples."""
    features: str = "auto"
    """inception-v3, random-convolution-v1, or a `.keras` file. Left out: Inception-v3 if it can be had."""

    def work(self, model):
        import numpy as np

        from kgan.metrics.generation import generation

        train = self.training(Train)
        _, reference, split = train.open_split()
        classes = getattr(model, "classes", 0)
        count = self.samples or (620 if classes and not train.data else 1000)
        labels = np.arange(count) % classes if classes else None
        samples = model.sample(count, seed=self.seed, **({"label": labels} if classes else {}))
        scores = [generation(gathered(reference)[0], samples, split, self.features, seed=self.seed)]
        if classes and not train.data:
            scores.append(read_glyphs(train, samples, labels))
        self.tell("\n\n".join(map(str, scores)), [score.as_dict() for score in scores])


def gathered(source, most=10_000):
    """Returns all images and labels of a source as arrays, in order, nothing random; labels None without any."""
    import numpy as np

    parts, count = [], 0
    for batch in source.batches(256, training=False):
        parts.append({key: value.numpy() for key, value in batch.items() if key in ("image", "label")})
        count += len(parts[-1]["image"])
        if count >= most:
            break
    images, labels = (
        np.concatenate([p[k] for p in parts]) if k in parts[0] else None for k in ("image", "label")
    )
    return images[:most], None if labels is None else labels[:most]


def read_glyphs(train, samples, labels):
    """Scores whether glyphs are read as what was asked for, by a classifier trained on other typefaces' glyphs."""
    from kgan.data.samples import glyphs
    from kgan.metrics.label_classifier import LabelClassifier

    source = glyphs(train.size, train.channels)
    training, apart = source.split(0.1, seed=train.seed)
    reader = LabelClassifier(samples.shape[1:], source.label_names).fit(training.batches(64))
    words = f"held out by type family, {len(apart)} of {len(source)}, seed {train.seed}"
    return reader.score(samples, labels, *gathered(apart), words, reference=gathered(source))


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    APP = APP


VERBS = {"train": Train, "generate": Generate, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
