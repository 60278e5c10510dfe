"""Holes in pictures, filled: free-form with gated convolutions, or a context encoder for one hole.

    kgan inpainting train --data photos --mask strokes
    kgan inpainting predict holiday.png --mask scratches.png --output mended.png

Without `--data` it learns from the photographs that scikit-image and scikit-learn ship.
"""

import dataclasses
import re
import sys
from pathlib import Path
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.predict import Predict as PredictPictures
from kgan.app.verbs.train import Training
from kgan.errors import UserError

APP = "inpainting"
Method = Literal["gated", "context-encoder"]
Network = Literal["small", "paper"]
HOLES = ("centre", "half", "boxes", "strokes")
# What a flag means that was left out, by the network's size and by where the pictures come from. Within minutes a
# discriminator has little to teach: its term counts less, and the generator learns faster.
SMALL = {"width": 16, "learning_rate": 1e-3, "ema_decay": 0.995}
SMALL_ADVERSARIAL = {"gated": 1e-3, "context-encoder": None}
PAPER = {"ema_decay": 0.999}
PAPER_WIDTH = {"gated": 48, "context-encoder": 64}
SAMPLES = {"image_size": "64", "batch_size": 16, "held_out": 1 / 3, "epochs": 14}
FOLDER = {"batch_size": 16, "held_out": 0.1, "epochs": 100}
FOLDER_SIZE = {"gated": "256", "context-encoder": "128"}
CROPS_OF_EACH = 128


@dataclasses.dataclass
class Train(Training):
    """Train a network that fills holes, on pictures without any.

    The run folder then has the model, sample grids over time, and report.html. The same command goes on where
    it stopped.
    """

    APP = APP

    batch_size: flags.Whole = None
    """Images a batch, over all devices together. Left out: 16."""
    image_size: flags.Text = None
    """Height and width of the images. Left out: 64 for bundled photographs, else 256; context-encoder 128."""
    method: Method = "gated"
    """gated: any hole, any size. context-encoder: one size, through a bottleneck; crops around holes else."""
    mask: flags.Text = None
    """centre, half, boxes, strokes, or a folder of masks (white is missing). Left out: centre for bundled
    photographs and for context-encoder, else strokes."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """The paper's, or a small one for minutes on a CPU; gated, that one adds to a smooth filling of the hole. Left
    out: small for bundled photographs, else paper."""
    width: flags.Whole = None
    """Features of the first layer. Left out: 16 for small, the paper's 48 or 64."""
    stages_of_generator: Literal[1, 2] = 1
    """gated: 2 refines the first picture with a second network, as the paper does."""
    overlap: int | None = None
    """context-encoder: pixels around the hole that are painted too, and count ten times. Of a centre hole the network
    paints the half of the image, so this much less is hidden on each side. Left out: the paper's 7 of 128."""
    adversarial_weight: flags.Number = None
    """Of the generator's adversarial term. Left out: 0.001 for a small gated network, else the paper's."""
    learning_rate: flags.Number = None
    """The generator's. Left out: 1e-3 for small, where it falls to zero in the second half of
    --epochs; else the paper's."""
    discriminator_learning_rate: flags.Number = None
    """The discriminator's. Left out: the paper's."""
    ema_decay: flags.Number = None
    """Decay of the generator's moving average, which is what serves; 0 for none."""
    held_out: flags.Number = None
    """Share of the pictures kept for `evaluate`; 0 for none. Left out: a third of the bundled scenes, else 0.1."""

    def __post_init__(self):
        super().__post_init__()
        self.network = self.network or ("paper" if self.data else "small")
        self.fill(SMALL if self.network == "small" else PAPER)
        self.fill(FOLDER if self.data else SAMPLES)
        self.image_size = self.image_size or FOLDER_SIZE[self.method]
        self.width = self.width or PAPER_WIDTH[self.method]
        if self.overlap is None:
            self.overlap = (7 * min(self.size) + 64) // 128
        if self.mask is None:
            self.mask = "strokes" if self.data and self.method == "gated" else "centre"
        if self.network == "small" and self.adversarial_weight is None:
            self.adversarial_weight = SMALL_ADVERSARIAL[self.method]

    def check(self):
        for name in ("width", "learning_rate", "discriminator_learning_rate"):
            flags.positive(name, getattr(self, name))
        flags.share("held_out", self.held_out)
        most = min(self.size) // 4 - 1
        if self.painted and not 0 <= self.overlap <= most:
            raise UserError(
                f"expected --overlap between 0 and {most}, as a hole must be left in the half that is painted; found "
                f"{self.overlap}; give less"
            )
        if self.mask not in HOLES and not Path(self.mask).exists():
            raise UserError(
                f"expected --mask to be one of {', '.join(HOLES)}, or a folder; found {self.mask}; change it"
            )
        if self.mask not in HOLES and not self.data:
            raise UserError(
                "expected --data with a folder of masks; found none; add it, or use --mask strokes"
            )

    @property
    def centred(self):
        """Whether the hole is always the centre."""
        return self.mask == "centre"

    @property
    def painted(self):
        """Whether the network paints the centre alone: a square one, of a square image."""
        return self.method == "context-encoder" and self.centred and self.size[0] == self.size[1]

    def open_source(self):
        return self.open_split()[0]

    def open_split(self):
        """Returns images with masks to train on, and others of other pictures (None if none are held out)."""
        from kgan import data
        from kgan.data import samples
        from kgan.data.kinds.masks import with_holes
        from kgan.tasks.inpainting.folders import refuse_odd_masks

        if self.data:
            source = data.masked(self.data, self.size, self.mask)
            if self.mask not in HOLES:
                refuse_odd_masks(source, self.mask)
        else:
            source = with_holes(samples.photographs(self.size, crops=CROPS_OF_EACH, grey=True), self.mask)
        if self.painted:
            # As the authors do: what is hidden is less than what is painted, or there is no border to agree with.
            source = with_holes(source, self.mask, inset=self.overlap)
        return source.split(self.held_out) if self.held_out else (source, None)

    def stages(self, source):
        from kgan.app.run.stages import Stage
        from kgan.data.source.examples import batch_of
        from kgan.tasks.inpainting.filling import drawn

        apart = self.open_split()[1] or source
        shown = batch_of(apart, 6)
        steps = source.batches_per_epoch(self.batch_size)
        return [
            Stage(
                "train",
                lambda previous: self.build(steps),
                source,
                self.epochs,
                draw=lambda model: drawn(model, shown),
            )
        ]

    def build(self, steps_per_epoch=1):
        """Returns the compiled scheme."""
        model = self.build_gated() if self.method == "gated" else self.build_context_encoder()
        weight = self.adversarial_weight
        model.compile(
            self.optimizer(model, "generator", self.learning_rate, steps_per_epoch),
            self.optimizer(model, "discriminator", self.discriminator_learning_rate, steps_per_epoch),
            loss_weights=None if weight is None else {"generator/adversarial": weight},
            ema_decay=self.ema_decay or None,
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def build_gated(self):
        from kgan.networks import gated_inpainting
        from kgan.schemes import FreeFormInpainting

        small = self.network == "small"
        return FreeFormInpainting(
            gated_inpainting.generator(width=self.width, stages=self.stages_of_generator, smooth_start=small),
            gated_inpainting.discriminator(width=self.width if small else 64),
        )

    def build_context_encoder(self):
        from kgan.networks import context_encoder
        from kgan.schemes import ContextEncoder

        judged = tuple(side // 2 for side in self.size) if self.painted else self.size
        return ContextEncoder(
            context_encoder.generator(
                self.size, width=self.width, output="hole" if self.painted else "image"
            ),
            context_encoder.discriminator(judged, width=self.width),
            overlap=self.overlap,
        )

    def optimizer(self, model, side, rate, steps_per_epoch):
        """The scheme's own, at this rate if it is given."""
        import keras

        from kgan.schedules import LinearDecay

        own = model.defaults[f"{side}_optimizer"]
        rate = own["config"]["learning_rate"] if rate is None else rate
        total = self.epochs and self.epochs * steps_per_epoch
        if self.network == "small" and total and total > 1:
            rate = LinearDecay(rate, total // 2, total)
        config = {**own["config"], "learning_rate": rate}
        return keras.optimizers.get({"class_name": own["class_name"], "config": config})


@dataclasses.dataclass
class Predict(PredictPictures):
    """Fill holes in pictures: files or folders in, files of the same names out.

    What is known comes back untouched, bit for bit in PNG (JPEG changes a little all over; see --format).
    """

    APP = APP

    mask: flags.Text = None
    """Mask for all pictures, or a folder of masks with the pictures' names (p0.png or p0_mask001.png for p0.jpg). Of
    its two colours the lighter one is missing."""
    invert: bool = False
    """Of a mask's two colours the darker one is missing."""
    colour: flags.Text = None
    """Instead of masks: the colour that marks holes, as RRGGBB, such as ff00ff."""
    tolerance: int = 0
    """How far each of red, green and blue may be from --colour, 0 to 255; JPEG needs some 40."""

    def check(self):
        if (self.mask is None) == (self.colour is None):
            found = "both" if self.mask else "neither"
            raise UserError(f"expected --mask or --colour; found {found}; give one of them")
        if self.mask and not Path(self.mask).exists():
            raise UserError(
                f"expected a mask or a folder of masks in {self.mask}; found nothing; check the name"
            )
        self._colour = self.colour and colour(self.colour)
        if not 0 <= self.tolerance <= 255:
            raise UserError(f"expected --tolerance from 0 to 255; found {self.tolerance}")
        super().check()
        if self.mask:
            from kgan.tasks.inpainting.predict_holes import mask_file

            for job in self._jobs:
                mask_file(job, self.mask)

    def also_read(self):
        from kgan.files.walk import walk

        if self.mask is None:
            return []
        path = Path(self.mask)
        return [path / name for name in walk(path).names()] if path.is_dir() else [path]

    def left_out(self, names):
        from kgan.data.folders.layout import masks_among

        return masks_among(names) if self.mask and Path(self.mask).is_dir() else set()

    def image_network(self, model):
        from kgan.tiles.runner import ImageNetwork

        self._model = model
        return ImageNetwork(model.predict_on_batch, model.generator)

    def transformed(self, run, job, picture):
        from kgan.pictures.picture import Picture
        from kgan.tasks.inpainting import predict_holes
        from kgan.tasks.inpainting.filling import crop_filler

        if self.mask:
            mask = predict_holes.mask_for(job, self.mask, self.invert)
            where = predict_holes.mask_file(job, self.mask)
        else:
            mask = predict_holes.marked(picture.pixels, self._colour, self.tolerance)
            where = f"colour {self.colour}"
        predict_holes.check_mask(mask, picture, job.source, where)
        model = self._model
        if any(side is None for side in model.generator.inputs[0].shape[1:3]):
            filled = predict_holes.fill_anywhere(run, picture, mask)
        else:
            filled = predict_holes.fill_by_crops(*crop_filler(model), picture, mask)
        pixels = picture.pixels.copy()
        pixels[mask] = filled[mask]
        if job.target.suffix.lower() not in (".png", ".tif", ".tiff", ".bmp", ".webp", ".ppm"):
            run.say("JPEG changes known pixels a little, too; --format png keeps them bit for bit")
        return Picture(pixels, picture.alpha, picture.profile)


def colour(text):
    """Reads `ff00ff` or `#ff00ff` as (255, 0, 255)."""
    match = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", text.strip())
    if not match:
        raise UserError(f"expected --colour as RRGGBB; found {text!r}; try ff00ff")
    return tuple(int(part, 16) for part in match.groups())


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure on the hole only: PSNR, SSIM and L1, beside filling with the mean and biharmonic inpainting.

    Images are those that the run holds out, at the size it was trained on, each always with the same hole.
    """

    APP = APP

    data: flags.Text = None
    """Another folder of pictures. Left out: those that the run holds out."""
    mask: flags.Text = None
    """As for train. Left out: the run's."""
    count: int = 40
    """At most so many images, spread over the pictures."""

    def check(self):
        super().check()
        flags.positive("count", self.count)

    def work(self, model):
        from kgan.tasks.inpainting.filling import compared

        train = self.training(Train)
        train.mask = self.mask or train.mask
        train.check()
        if self.data:
            train.data, train.held_out = self.data, 0
        training, apart = train.open_split()
        split = f"held out ({train.held_out:.0%}), seed 0" if apart else "all of them"
        comparison = compared(model, apart or training, self.count, train.mask, split)
        self.tell(comparison.means(), comparison.as_dict())


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving.

    It takes `image` and `mask` (white is missing) and returns `image`, known pixels untouched.
    """

    APP = APP


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
