"""Holes in pictures, filled: free-form with gated or with Fourier convolutions, or a context encoder for one hole.

    kgan inpainting train --data photos --mask boxes
    kgan inpainting predict holiday.png --mask scratches.png --output mended.png

Without `--data` it learns from the photographs that scikit-image and scikit-learn ship.
"""

import dataclasses
import re
import sys
from pathlib import Path
from typing import Annotated, Literal

from kgan.app import flags, names
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.predict import Predict as PredictPictures
from kgan.app.verbs.train import Training
from kgan.errors import UserError
from kgan.tasks.inpainting.recipes import RECIPES

APP = "inpainting"
Method = Literal["gated", "lama", "context-encoder"]
Refining = Literal[1, 2]
Network = Literal["auto", "small", "paper"]
Features = Literal["auto", "none", "vgg19", "vgg16-hed", "lpips-vgg16-hed"]
HOLES = ("centre", "half", "boxes", "strokes", "wide", "shapes", "mixed")
CROPS_OF_EACH = 128


@dataclasses.dataclass
class Train(Training):
    """Train a network that fills holes, on pictures without any.

    The run folder then has the model, sample grids over time, and report.html. The same command goes on where
    it stopped.
    """

    APP = APP

    RECIPES = RECIPES
    GROUPS = Training.groups(
        common=("mask", "network", "mirror"),
        network=("method", "width", "stages_of_generator"),
        loss=(
            *("overlap", "features", "adversarial_weight"),
            *("learning_rate", "discriminator_learning_rate", "ema_half_life"),
        ),
    )

    batch_size: flags.Positive = 16
    """Images a batch, over all devices together."""
    image_size: flags.Text = None
    """Height and width of the images."""
    mirror: flags.Switch = True
    """Show every second picture in a mirror."""
    method: Method = "gated"
    """gated, lama: any hole, any size; lama sees the whole picture, for large holes. context-encoder: one size, through
    a bottleneck; crops around holes else."""
    mask: flags.Text = None
    """centre, half, boxes, strokes, wide (strokes), shapes, mixed (of the last four, up to half the picture), or a
    folder of masks (the lighter colour is missing)."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """The paper's, or a small one for minutes on a CPU; gated and lama, that one adds to a smooth filling of the hole.
    auto is what is left out."""
    width: flags.Whole = None
    """Features of the first layer."""
    stages_of_generator: Annotated[Refining | None, flags.choices(Refining)] = None
    """gated: 2 refines the first picture with a second network, as the paper does. Left out: 1."""
    overlap: flags.Natural = None
    """context-encoder: pixels around the hole that are painted too, and count ten times. Of a centre hole the network
    paints the half of the image, so this much less is hidden on each side. Left out: the paper's 7 of 128."""
    features: Features | None = None
    """lama: of the perceptual loss, which sees far: none, or a name of `kgan features list` (fetched if need be). Left
    out: what is on this machine, else VGG19 where it can be had, else fixed random convolutions, which is said."""
    adversarial_weight: flags.Weight = None
    """Of the generator's adversarial term. Else: the paper's."""
    learning_rate: flags.Number = None
    """The generator's, which with a small network falls to zero in the second half. Else: the paper's."""
    discriminator_learning_rate: flags.Number = None
    """The discriminator's. Left out: the paper's."""
    ema_half_life: flags.Weight = None
    """Images after which the generator's moving average, which is what serves, has forgotten half; 0 for none. In a
    short training at most a tenth of it."""
    held_out: flags.Share = None
    """Share of the pictures kept for `evaluate`; 0 for none."""

    def settle(self):
        super().settle()
        if self.overlap is None and self.method == "context-encoder":
            self.overlap = (7 * min(self.size) + 64) // 128

    def check(self):
        most = min(self.size) // 4 - 1
        if self.painted and self.overlap > most:
            raise UserError(
                f"expected --overlap between 0 and {most}, as a hole must be left in the half that is painted; found "
                f"{self.overlap}; give less"
            )
        if self.mask not in HOLES and not Path(self.mask).exists():
            raise UserError(
                f"expected --mask to be one of {', '.join(HOLES)}, or a folder; found {self.mask}; change it"
            )
        if self.mask not in HOLES and not self.data:
            raise UserError("expected --data with a folder of masks; found none; add it, or use --mask mixed")
        for flag, method in (
            *(("stages_of_generator", "gated"), ("overlap", "context-encoder")),
            ("features", "lama"),
        ):
            if self.given[flag] is not None and self.method != method:
                raise UserError(
                    f"expected no {flags.name_of(flag)} with --method {self.method}, which has no use for it; found "
                    f"{self.given[flag]}; drop it, or set --method {method}"
                )
        if self.method == "context-encoder":
            names.halving("inpainting", "context_encoder").check_size(self.size)

    @property
    def centred(self):
        """Whether the hole is always the centre."""
        return self.mask == "centre"

    @property
    def painted(self):
        """Whether the network paints the centre alone: a square one, of a square image."""
        return self.method == "context-encoder" and self.centred and self.size[0] == self.size[1]

    def open(self):
        from kgan import data
        from kgan.data import samples
        from kgan.data.kinds.masks import with_holes
        from kgan.data.source.split import Split
        from kgan.tasks.inpainting.folders import refuse_odd_masks

        if self.data:
            source = data.masked(self.data, self.size, self.mask, mirror=self.mirror)
            if self.mask not in HOLES:
                refuse_odd_masks(source, self.mask)
        else:
            photographs = samples.photographs(self.size, crops=CROPS_OF_EACH, grey=True, flip=self.mirror)
            source = with_holes(photographs, self.mask)
        if self.painted:
            # As the authors do: what is hidden is less than what is painted, or there is no border to agree with.
            source = with_holes(source, self.mask, inset=self.overlap)
        return Split.of(source, self.held_out)

    def stages(self, split):
        from kgan.app.run.stages import Stage
        from kgan.data.source.examples import batch_of
        from kgan.tasks.inpainting.filling import drawn

        shown = batch_of(split.measured, 6)
        return [
            Stage(
                "train",
                lambda previous, steps: self.build(steps),
                split.training,
                self.steps,
                self.epochs,
                draw=lambda model: drawn(model, shown),
            )
        ]

    def verdict(self, model, split):
        from kgan.tasks.inpainting.filling import verdict

        return verdict(model, split)

    def build(self, steps=1000):
        """Returns the compiled scheme for a training of so many steps."""
        from kgan.tasks.inpainting import building

        return building.compiled(self, steps)


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
    tolerance: flags.Byte = 0
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
    count: flags.Positive = 40
    """At most so many images, spread over the pictures."""

    def work(self, model):
        from kgan.tasks.inpainting.filling import compared

        train = self.training(Train)
        train.mask = self.mask or train.mask
        train.check()
        if self.data:
            train.data, train.held_out = self.data, 0
        split = train.open()
        words = split.words if split.held_out else "all of them"
        comparison = compared(model, split.measured, self.count, train.mask, words)
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
