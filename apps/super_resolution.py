"""Small pictures made large: by the pixel loss first, then against a discriminator.

    kgan super-resolution train --data photos --scale 4
    kgan super-resolution predict holiday.jpg --output large --interpolate 0.8

Without `--data` it learns from the photographs that scikit-image and scikit-learn ship.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.predict import Predict as PredictPictures
from kgan.app.verbs.train import Training
from kgan.errors import UserError

APP = "super-resolution"
# What a flag means that was left out, by the network's size.
SMALL = {
    "width": 32,
    "blocks": 4,
    "learning_rate": 1e-3,
    "adversarial_learning_rate": 2e-4,
    "ema_decay": 0.99,
}
PAPER = {
    "width": 64,
    "blocks": None,
    "learning_rate": 1e-4,
    "adversarial_learning_rate": 1e-4,
    "ema_decay": 0.999,
}
PAPER_BLOCKS = {"srgan": 16, "esrgan": 23}
CROPS = {"srgan": "96", "esrgan": "128"}
SAMPLES = {"held_out": 0.5, "epochs": 32}
FOLDER = {"held_out": 0.1, "epochs": 100}
# Crops of each bundled photograph in an epoch.
CROPS_OF_EACH = 128
# Of networks other than VGG19, whose features count by their direction alone: their sizes can be anything.
FALLBACK_LAYERS = ("stage_1_2", "stage_2_2", "stage_3_2", "stage_4_2")
FALLBACK_WEIGHTS = {"generator/perceptual": 1.0, "generator/adversarial": 1e-3}
OWN_WEIGHTS = {"generator/perceptual": 1.0, "generator/adversarial": 1e-2}

Method = Literal["srgan", "esrgan"]
Network = Literal["small", "paper"]
Scale = Literal[1, 2, 3, 4, 8]
Degradation = Literal["bicubic", "blind"]
Stages = Literal["both", "pixel"]


@dataclasses.dataclass
class Train(Training):
    """Train a network that enlarges pictures: pixel loss first, then adversarial.

    The run folder then has the model, sample grids over time, and report.html. The same command goes on where
    it stopped, in either stage.
    """

    APP = APP
    FREE = Training.FREE | {"adversarial_epochs"}

    batch_size: int = 16
    """Crops a batch, over all devices together."""
    image_size: flags.Text = None
    """Height and width of the large crops, multiples of 16. Left out: 96; 128 for esrgan; 64 bundled."""
    method: Method = "srgan"
    """srgan: SRResNet, cross-entropy. esrgan: RRDB without batch normalization, relativistic."""
    scale: Scale = 4
    """How many times larger along a side; 1 for restoration. A folder of two qualities, hq and lq, has its own."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """The paper's, or a small one for minutes on a CPU, which adds to bicubic enlargement. Left out: small for
    bundled photographs, else paper."""
    width: flags.Whole = None
    """Features in the generator. Left out: 32 or the paper's 64."""
    blocks: flags.Whole = None
    """Residual blocks. Left out: 4 (esrgan: 2), or the paper's 16 (esrgan: 23)."""
    degradation: Degradation = "bicubic"
    """How large becomes small in training; blind adds blur, noise and JPEG."""
    adversarial_epochs: flags.Whole = None
    """Passes over the data in the adversarial stage, after --epochs in the first. Left out: half as many."""
    train_stages: Stages = "both"
    """`pixel` leaves the adversarial stage out."""
    features: str = "auto"
    """Of the perceptual loss: vgg19, none, or a `.keras` file, whose features count by their direction. auto: VGG19
    where it can be had, else fixed random convolutions, which is said."""
    feature_layers: flags.Names = ()
    """Layers of the `.keras` file. Left out: its last."""
    adversarial_weight: flags.Number = None
    """Weight of the generator's adversarial term. Left out: the paper's; 0.01 with your features, 0.001 with random
    ones."""
    learning_rate: flags.Number = None
    """Of the pixel stage. Left out: 1e-3 for small, the paper's 1e-4."""
    adversarial_learning_rate: flags.Number = None
    """Of the adversarial stage, both sides. Left out: 2e-4 for small, the paper's 1e-4."""
    ema_decay: flags.Number = None
    """Decay of the generator's moving average, which is what serves; 0 for none."""
    held_out: flags.Number = None
    """Share of the pictures kept for `evaluate`; 0 for none. Left out: half of the bundled scenes, else 0.1."""

    def __post_init__(self):
        super().__post_init__()
        self.network = self.network or ("paper" if self.data else "small")
        self.fill(SMALL if self.network == "small" else PAPER)
        self.fill(FOLDER if self.data else SAMPLES)
        if self.adversarial_epochs is None:
            self.adversarial_epochs = self.epochs and -(-self.epochs // 2)
        if self.blocks is None:
            self.blocks = PAPER_BLOCKS[self.method]
        if self.image_size is None:
            self.image_size = CROPS[self.method] if self.network == "paper" else "64"

    def check(self):
        for name in ("width", "blocks", "learning_rate", "adversarial_learning_rate", "adversarial_epochs"):
            flags.positive(name, getattr(self, name))
        if any(side % 16 for side in self.size):
            raise UserError(
                f"expected --image-size in multiples of 16, as the discriminator halves it four times; found "
                f"{self.image_size}; try 96"
            )
        flags.share("held_out", self.held_out)
        if self.features not in ("auto", "vgg19", "none") and not Path(self.features).is_file():
            raise UserError(
                f"expected --features to be auto, vgg19, none or a .keras file; found {self.features}; change it"
            )

    def open_source(self):
        return self.open_split()[0]

    def open_split(self):
        """Returns pairs to train on, and pairs of other pictures (None if none are held out)."""
        from kgan import data
        from kgan.data import samples
        from kgan.data.kinds.quality_pairs import qualities, quality_pairs
        from kgan.data.views.degradation import paired

        if self.data and not self.data.startswith("tfds:") and qualities(self.data):
            if self.degradation != "bicubic":
                raise UserError(
                    f"expected no --degradation for pairs of two qualities; found {self.degradation} and the pairs in "
                    f"{self.data}; drop it"
                )
            source = quality_pairs(self.data, self.size, self.scale)
        elif self.data:
            view = {"fit": "crop", "rotate": True}
            source = paired(
                data.images(self.data, self.size, least=self.size, **view), self.scale, self.degradation
            )
        else:
            source = paired(samples.photographs(self.size, crops=CROPS_OF_EACH), self.scale, self.degradation)
        return source.split(self.held_out) if self.held_out else (source, None)

    def stages(self, source):
        from kgan.app.run.stages import Stage
        from kgan.data.source.examples import batch_of
        from kgan.tasks.super_resolution.enlarging import drawn

        apart = self.open_split()[1] or source
        shown = batch_of(apart, 6)
        shared = {"source": source, "draw": lambda model: drawn(model, shown)}
        first = Stage("pixel", lambda previous: self.build_pixel(), epochs=self.epochs, share=2.0, **shared)
        second = Stage(
            "adversarial", self.build_adversarial, epochs=self.adversarial_epochs, share=1.0, **shared
        )
        return [first] if self.train_stages == "pixel" else [first, second]

    def build_generator(self):
        """The network that enlarges."""
        from kgan.networks import rrdb, srresnet

        paper = self.network == "paper"
        if self.method == "esrgan":
            growth = 32 if paper else max(4, self.width // 2)
            blocks = self.blocks if paper else max(1, self.blocks // 2)
            network = rrdb.generator(self.scale, width=self.width, blocks=blocks, growth=growth)
        else:
            # A few hundred steps do not settle batch statistics; the small network does without.
            settings = {"blocks": self.blocks, "normalization": "batch" if paper else None}
            network = srresnet.generator(self.scale, width=self.width, **settings)
        return network if paper else with_skip(network, self.scale)

    def build_pixel(self):
        """The first stage: the generator alone."""
        import keras

        from kgan.schemes import SuperResolution

        model = SuperResolution(
            self.build_generator(), "l1" if self.method == "esrgan" or self.network == "small" else "l2"
        )
        model.compile(
            keras.optimizers.Adam(self.learning_rate),
            ema_decay=self.ema_decay or None,
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def build_adversarial(self, previous):
        """The second stage, from where the first one's moving average ended."""
        import keras

        from kgan import schemes
        from kgan.networks import srgan_discriminator
        from kgan.tasks.super_resolution.enlarging import served

        generator = self.build_generator()
        generator.set_weights(served(previous).get_weights())
        size = {"width": 64} if self.network == "paper" else {"width": 16, "hidden_size": 128}
        perceptual, weights = self.perceptual()
        scheme = schemes.ESRGAN if self.method == "esrgan" else schemes.SRGAN
        model = scheme(generator, srgan_discriminator.discriminator(self.size, **size), perceptual)
        if self.adversarial_weight is not None:
            weights = {**weights, "generator/adversarial": self.adversarial_weight}
        model.compile(
            keras.optimizers.Adam(self.adversarial_learning_rate),
            keras.optimizers.Adam(self.adversarial_learning_rate),
            loss_weights=weights,
            ema_decay=self.ema_decay or None,
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def perceptual(self):
        """Returns the perceptual objective (None for pixels instead), and the loss weights that go with it."""
        from kgan.networks import pretrained, random_convolution
        from kgan.objectives import Perceptual

        before = self.method == "esrgan"
        criterion = "l1" if before else "l2"
        if self.features == "none":
            return None, {}
        if self.features in ("auto", "vgg19"):
            try:
                network = pretrained.vgg19(before_activation=before)
            except pretrained.WeightsUnavailable as error:
                if self.features == "vgg19":
                    raise
                self.say(f"Perceptual loss: fixed random convolutions stand in for VGG19 ({error})")
                # Not the weights that `evaluate` measures with.
                network = random_convolution.features(3, seed=1)
                perceptual = Perceptual(network, FALLBACK_LAYERS, "direction", before_activation=False)
                return perceptual, dict(FALLBACK_WEIGHTS)
            layer = "block5_conv4" if before else "block5_conv4_rectifier"
            return Perceptual(network, [layer], criterion, before_activation=before), {}
        network = features_in(self.features)
        try:
            layers = self.feature_layers or (network.layers[-1].name,)
            return Perceptual(network, layers, "direction", before_activation=False), dict(OWN_WEIGHTS)
        except (ValueError, TypeError) as error:
            raise no_features(self.features, error) from error


def features_in(file):
    """The network in a `.keras` file."""
    import keras

    try:
        return keras.saving.load_model(file, compile=False)
    except (OSError, ValueError, TypeError) as error:
        raise no_features(file, error) from error


def no_features(file, error):
    """Says why a file's network does not do."""
    reason = str(error).strip().partition("\n")[0]
    return UserError(f"expected a network of features in {file}; found {reason}")


def with_skip(network, scale):
    """A network that makes the difference to bicubic enlargement, none at first.

    The papers' networks learn the whole picture, which takes them thousands of steps to do as well.
    """
    import keras

    from kgan.layers import BicubicUpsampling2D

    for weight in network.get_layer("pixels").weights:
        weight.assign(weight * 0)
    network.name = "difference"
    image = keras.Input(network.inputs[0].shape[1:], name="image")
    base = BicubicUpsampling2D(scale, dtype="float32", name="base")(image)
    sum_ = keras.layers.Add(dtype="float32", name="sum")([base, network(image)])
    return keras.Model(image, sum_, name="generator")


def chosen(verb, model):
    """The generator that a verb asks for: the last one, or one between it and the pixel stage's."""
    from kgan.app.run.loading import load_model
    from kgan.schemes.super_resolution.esrgan import interpolate_networks
    from kgan.tasks.super_resolution.enlarging import served

    last = served(model)
    if verb.interpolate is None:
        return last
    pixel = verb.folder.stages / "pixel.keras"
    if verb.model or not pixel.is_file():
        raise UserError(
            f"expected --interpolate with a --run that has both stages; found no {pixel}; drop it or train so"
        )
    return interpolate_networks(served(load_model(pixel)), last, verb.interpolate)


def between(value):
    """Makes sure that --interpolate is a share."""
    if value is not None and not 0 <= value <= 1:
        raise UserError(f"expected --interpolate from 0 (pixel loss) to 1 (adversarial); found {value}")


@dataclasses.dataclass
class Predict(PredictPictures):
    """Enlarge pictures: files or folders in, files of the same names out.

    Alpha is enlarged bicubically. Tiles give what the whole picture would, unless it says otherwise.
    """

    APP = APP

    interpolate: flags.Number = None
    """Between the pixel stage's generator (0) and the adversarial one (1); 0.8 is ESRGAN's. Left out: 1."""

    def check(self):
        between(self.interpolate)
        super().check()

    def image_network(self, model):
        from kgan.tasks.super_resolution.enlarging import image_network

        return image_network(chosen(self, model))


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure: PSNR and SSIM on luma and in RGB, border cropped by the scale, beside bicubic.

    Also the mean gradient over the original's (detail; 1 is right) and a perceptual distance (less is nearer).
    """

    APP = APP
    NEEDS_RUN = False

    data: flags.Text = None
    """A folder of large pictures, such as Set5. Left out: the pictures that the run holds out."""
    interpolate: flags.Number = None
    """As for predict."""
    features: str = "auto"
    """Of the perceptual distance: vgg19, random-convolution-v1 or a `.keras` file with a dict of outputs. auto: VGG19
    where it can be had."""
    memory_limit: flags.Number = None
    """Gigabytes to work in. Left out: half of what is free."""

    def check(self):
        between(self.interpolate)
        if self.model and not self.data:
            raise UserError("expected --data with --model; found none; name a folder of pictures, or a --run")
        super().check()

    def work(self, model):
        from kgan.app.run.loading import load_model
        from kgan.metrics.perceptual_distance import NAMES, PerceptualDistance
        from kgan.tasks.super_resolution.enlarging import compared, image_network, scale_of, served
        from kgan.tiles.runner import Runner

        train = None if self.model else self.training(Train)
        pictures, split = self.pictures(train)
        generators = {}
        pixel = self.folder.stages / "pixel.keras"
        if not self.model and pixel.is_file():
            generators["pixel loss"] = served(load_model(pixel))
        name = "adversarial" if generators else "this model" if self.model else "pixel loss"
        generators[name if self.interpolate is None else f"between, {self.interpolate:g}"] = chosen(
            self, model
        )
        limit = self.memory_limit and 1e9 * self.memory_limit
        methods = {
            name: Runner(image_network(generator), memory_limit=limit)
            for name, generator in generators.items()
        }
        degradation = train.degradation if train else "bicubic"
        network = self.features if self.features in NAMES else features_in(self.features)
        try:
            distance = PerceptualDistance(network)
        except ValueError as error:
            raise no_features(self.features, error) from error
        comparison = compared(pictures, methods, scale_of(model.generator), degradation, split, distance)
        self.tell(comparison, comparison.as_dict())

    def pictures(self, train):
        """Returns (name, uint8 pixels) of each picture, and in words which these are."""
        from kgan.tasks.super_resolution import enlarging

        if self.data:
            return enlarging.pictures_below(self.data), f"all of {self.data}"
        training, apart = train.open_split()
        split = f"held out ({train.held_out:.0%}), seed 0" if apart else "those trained on"
        return enlarging.whole_pictures(train.data, apart or training), split


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    APP = APP

    interpolate: flags.Number = None
    """As for predict."""

    def check(self):
        between(self.interpolate)

    def work(self, model):
        from kgan.schemes import SuperResolution

        enlarging = SuperResolution(chosen(self, model))
        enlarging.compile(jit_compile=False)
        super().work(enlarging)


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
