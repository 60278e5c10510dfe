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
from kgan.networks.features.catalog import PERCEPTUAL
from kgan.tasks.super_resolution.recipes import RECIPES

APP = "super-resolution"
# Crops of each bundled photograph in an epoch.
CROPS_OF_EACH = 128
Method = Literal["srgan", "esrgan"]
Network = Literal["auto", "small", "paper"]
Scale = Literal[1, 2, 3, 4, 8]
Degradation = Literal["bicubic", "blind", "real"]
Stages = Literal["both", "pixel", "adversarial"]
# Flags that only the adversarial stage has.
ADVERSARIAL = ("adversarial_steps", "adversarial_weight", "adversarial_learning_rate")


@dataclasses.dataclass
class Train(Training):
    """Train a network that enlarges pictures: pixel loss first, then adversarial.

    The run folder then has the model, sample grids over time, and report.html. The same command goes on where
    it stopped, in either stage.
    """

    APP = APP
    RECIPES = RECIPES
    FREE = Training.FREE | {"adversarial_steps"}
    GROUPS = Training.groups(
        common=("scale", "network", "degradation", "mirror"),
        network=("method", "width", "blocks"),
        loss=(
            *("train_stages", "adversarial_steps", "features", "feature_layers", "adversarial_weight"),
            *("learning_rate", "adversarial_learning_rate", "ema_half_life"),
        ),
    )

    batch_size: flags.Positive = 16
    """Crops a batch, over all devices together."""
    image_size: flags.Text = None
    """Height and width of the large crops, multiples of 16."""
    mirror: flags.Switch = True
    """Show every second crop in a mirror."""
    method: Method = "srgan"
    """srgan: SRResNet, cross-entropy. esrgan: RRDB without batch normalization, relativistic."""
    scale: Scale = 4
    """How many times larger along a side; 1 for restoration. A folder of two qualities, hq and lq, has its own."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """The paper's, or a small one for minutes on a CPU, which adds to bicubic enlargement; auto is what is left out."""
    width: flags.Whole = None
    """Features in the generator."""
    blocks: flags.Whole = None
    """Residual blocks; the small esrgan has half as many."""
    degradation: Degradation = "bicubic"
    """How large becomes small in training. blind: blur, noise, JPEG; real: Real-ESRGAN's two passes of those, and its
    U-Net judges in the adversarial stage."""
    adversarial_steps: flags.Whole = None
    """Steps of the adversarial stage, after --steps of the first. Else: half as many, passes over the data with
    --epochs, or a third of --minutes."""
    train_stages: Annotated[Stages | None, flags.choices(Stages)] = None
    """`pixel` leaves the adversarial stage out; `adversarial` is that stage alone, for --steps, on from --init-from."""
    features: str = "auto"
    """Of the perceptual loss: none, a name of `kgan features list` (fetched if need be), or a `.keras` file, whose
    features count by their direction. auto: what is on this machine, else VGG19 where it can be had, else fixed random
    convolutions, which is said."""
    feature_layers: flags.Names = ()
    """Layers of that network. Left out: its own choice; of a `.keras` file its last."""
    adversarial_weight: flags.Weight = None
    """Weight of the generator's adversarial term. Left out: the paper's; 0.01 with your features, 0.001 with random
    ones."""
    learning_rate: flags.Number = None
    """Of the pixel stage."""
    adversarial_learning_rate: flags.Number = None
    """Of the adversarial stage, both sides."""
    ema_half_life: flags.Weight = None
    """Images after which the generator's moving average, which is what serves, has forgotten half; 0 for none. In a
    short training at most a tenth of it."""
    held_out: flags.Share = None
    """Share of the pictures kept for `evaluate`; 0 for none."""

    def settle(self):
        if self.train_stages is None and any(self.given[name] is not None for name in ADVERSARIAL):
            self.train_stages = "both"
        super().settle()
        if self.steps is not None and self.adversarial_steps is None:
            self.adversarial_steps = -(-self.steps // 2)

    def check(self):
        least = max(80, 11 * self.scale)
        if self.degradation == "real" and min(self.size) < least:
            raise UserError(
                f"expected --image-size of at least {least} for --degradation real at scale {self.scale}, as its blurs "
                f"reach far; found {self.image_size}; try 128"
            )
        if any(side % 16 for side in self.size):
            raise UserError(
                f"expected --image-size in multiples of 16, as the discriminator halves it four times; found "
                f"{self.image_size}; try 96"
            )
        named = ("auto", "none", *PERCEPTUAL)
        if self.features not in named and not Path(self.features).is_file():
            raise UserError(
                f"expected --features to be one of {', '.join(named)}, or a .keras file; found {self.features}; change "
                "it"
            )
        if self.feature_layers and self.features in ("auto", "vgg19", "none"):
            raise UserError(
                f"expected --features FILE.keras, or a package's network, with --feature-layers; found {self.features}"
                "; drop one of them"
            )
        if self.minutes and self.given["adversarial_steps"] is not None:
            raise UserError(
                f"expected no --adversarial-steps with --minutes, a third of which that stage gets; found "
                f"{self.adversarial_steps}; drop one of them"
            )
        if self.train_stages == "adversarial":
            if not self.init_from:
                raise UserError(
                    "expected --init-from with --train-stages adversarial, which begins where pixels ended; found "
                    "none; name a run or a .keras file"
                )
            if self.given["adversarial_steps"] is not None:
                raise UserError(
                    f"expected --steps with --train-stages adversarial, its only stage; found --adversarial-steps "
                    f"{self.adversarial_steps}; drop one of them"
                )
        if self.train_stages == "pixel":
            for name in ADVERSARIAL:
                if self.given[name] is not None:
                    raise UserError(
                        f"expected no {flags.name_of(name)} with --train-stages pixel, which has no such stage; found "
                        f"{self.given[name]}; drop one of them"
                    )

    def open(self):
        from kgan import data
        from kgan.data import samples
        from kgan.data.kinds.quality_pairs import qualities, quality_pairs
        from kgan.data.source.split import Split
        from kgan.data.views.degradation import paired

        if self.data and not self.data.startswith("tfds:") and qualities(self.data):
            if self.degradation != "bicubic":
                raise UserError(
                    f"expected no --degradation for pairs of two qualities; found {self.degradation} and the pairs in "
                    f"{self.data}; drop it"
                )
            return Split.of(
                quality_pairs(self.data, self.size, self.scale, mirror=self.mirror), self.held_out
            )
        if self.data:
            view = {"fit": "crop", "rotate": True, "mirror": self.mirror}
            large = data.images(self.data, self.size, least=self.size, **view)
        else:
            large = samples.photographs(self.size, crops=CROPS_OF_EACH, flip=self.mirror)
        return Split.of(paired(large, self.scale, self.degradation), self.held_out)

    def stages(self, split):
        from kgan.app.run.stages import Stage
        from kgan.data.source.examples import batch_of
        from kgan.tasks.super_resolution.enlarging import drawn

        shown = batch_of(split.measured, 6)
        shared = {"source": split.training, "draw": lambda model: drawn(model, shown)}
        if self.train_stages == "adversarial":
            return [
                Stage(
                    "adversarial",
                    self.build_adversarial,
                    steps=self.steps,
                    epochs=self.epochs,
                    **shared,
                )
            ]
        first = Stage(
            "pixel",
            lambda previous, steps: self.build_pixel(steps),
            steps=self.steps,
            epochs=self.epochs,
            share=2.0,
            **shared,
        )
        second = Stage(
            "adversarial",
            self.build_adversarial,
            steps=self.adversarial_steps,
            epochs=self.epochs and -(-self.epochs // 2),
            share=1.0,
            **shared,
        )
        return [first] if self.train_stages == "pixel" else [first, second]

    def verdict(self, model, split):
        from kgan.tasks.super_resolution.enlarging import verdict

        return verdict(model, split)

    def build_generator(self):
        from kgan.tasks.super_resolution import building

        return building.generator(self)

    def build_pixel(self, steps=1000):
        from kgan.tasks.super_resolution import building

        return building.pixel_stage(self, steps)

    def build_adversarial(self, previous, steps=1000):
        from kgan.tasks.super_resolution import building

        return building.adversarial_stage(self, previous, steps)


@dataclasses.dataclass
class Predict(PredictPictures):
    """Enlarge pictures: files or folders in, files of the same names out.

    Alpha is enlarged bicubically. Tiles give what the whole picture would, unless it says otherwise.
    """

    APP = APP

    interpolate: flags.Position = None
    """Between the pixel stage's generator (0) and the adversarial one (1); 0.8 is ESRGAN's. Left out: 1."""

    def image_network(self, model):
        from kgan.tasks.super_resolution.enlarging import chosen, image_network

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
    interpolate: flags.Position = None
    """As for predict."""
    features: str = "auto"
    """Of the perceptual distance: a name of `kgan features list` (fetched if need be), or a `.keras` file with a dict
    of outputs. auto: as for train."""
    memory_limit: flags.Number = None
    """Gigabytes to work in. Left out: half of what is free."""

    def check(self):
        if self.model and not self.data:
            raise UserError("expected --data with --model; found none; name a folder of pictures, or a --run")
        super().check()

    def work(self, model):
        from kgan.app.run.loading import load_model
        from kgan.metrics.perceptual_distance import NAMES, PerceptualDistance
        from kgan.tasks.super_resolution.enlarging import chosen, compared, image_network, scale_of, served
        from kgan.tasks.super_resolution.perceptual import features_in, no_features
        from kgan.tiles.runner import Runner

        train = None if self.model else self.training(Train)
        pictures, split = self.pictures(train)
        generators = {}
        pixel = self.folder.stages / "pixel.keras"
        if not self.model and pixel.is_file():
            generators["pixel loss"] = served(load_model(pixel))
        stages = train.train_stages if train else None
        name = "this model" if self.model else "pixel loss" if stages == "pixel" else "adversarial"
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
        split = train.open()
        return enlarging.whole_pictures(train.data, split.measured), split.words


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    APP = APP

    interpolate: flags.Position = None
    """As for predict."""

    def work(self, model):
        from kgan.schemes import SuperResolution
        from kgan.tasks.super_resolution.enlarging import chosen

        enlarging = SuperResolution(chosen(self, model))
        enlarging.compile(jit_compile=False)
        super().work(enlarging)


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
