"""Pictures into their partners, learned from pairs: sketches to photographs, grey to colour, font to font.

    kgan pix2pix train --data facades --direction BtoA
    kgan pix2pix train --data photos --task colorize
    kgan pix2pix predict sketch.png --output made

Without `--data` it learns to give sans-serif characters serifs, from the fonts that matplotlib ships.
"""

import dataclasses
import sys
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs import evaluate, export, predict
from kgan.errors import UserError
from kgan.tasks.translation.translating import Channels, Direction, Normalization, Patch, Translating

APP = "pix2pix"
# What a flag means that was left out: of a folder as in the paper, of bundled data what minutes allow.
FOLDER = {
    "epochs": 200,
    "image_size": "256",
    "batch_size": 1,
    "width": 64,
    "patch": 70,
    "channels": 3,
    "learning_rate": 2e-4,
    "ema_decay": 0.0,
}
GLYPHS = {
    "epochs": 40,
    "image_size": "32",
    "batch_size": 16,
    "width": 16,
    "patch": 16,
    "channels": 1,
    "learning_rate": 1e-3,
    "ema_decay": 0.99,
}
PHOTOGRAPHS = {**GLYPHS, "image_size": "64", "channels": 3, "epochs": 100}

Task = Literal["pairs", "colorize", "edges"]


@dataclasses.dataclass
class Train(Translating):
    """Train a generator on pairs of pictures, or on pairs computed from pictures.

    The run folder then has the model, sample grids of held-out pairs over time, and report.html. The same
    command goes on where it stopped.
    """

    APP = APP

    batch_size: flags.Whole = None
    """Pairs a batch, over all devices together. Left out: 1 for a folder, 16 bundled."""
    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH. Left out: 256 for a folder, 32 for glyphs, 64 for photos."""
    task: Task = "pairs"
    """`colorize` and `edges` compute their pairs from single pictures in colour."""
    direction: Direction = "AtoB"
    """Which half of a pair is the source: A (left), or B."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for colour. Left out: 1 for glyphs, else 3."""
    width: flags.Whole = None
    """Channels of both networks next to the image. Left out: the paper's 64, or 16 bundled."""
    patch: Annotated[Patch | None, flags.choices(Patch)] = None
    """Side of the patches that the discriminator judges. Left out: 70 for a folder, 16 bundled."""
    unconditional: bool = False
    """The discriminator does not see the source."""
    normalization: Annotated[Normalization | None, flags.choices(Normalization)] = None
    """Of both networks. Left out: instance for batches of one, else batch."""
    l1_weight: float = 100.0
    """Weight of the distance to the partner."""
    adversarial_weight: float = 1.0
    """Weight of fooling the discriminator; 0 leaves L1 alone."""
    learning_rate: flags.Number = None
    """Of both sides; falls to zero in the second half of --epochs. Left out: 2e-4 for a folder, 1e-3 bundled."""
    ema_decay: flags.Number = None
    """Decay of a moving average of the generator, which then serves; 0 for none. Left out: 0.99 bundled."""
    held_out: float = 0.1
    """Share of the pairs kept for `evaluate`; a test folder takes its place. 0 for none."""

    def __post_init__(self):
        super().__post_init__()
        self.fill(FOLDER if self.data else GLYPHS if self.task == "pairs" else PHOTOGRAPHS)
        self.normalization = self.normalization or ("instance" if self.batch_size == 1 else "batch")

    def check(self):
        super().check()
        for name in ("width", "learning_rate"):
            flags.positive(name, getattr(self, name))
        if self.task != "pairs" and self.channels != 3:
            raise UserError(f"expected --channels 3 with --task {self.task}; found {self.channels}; drop one")
        if self.task != "pairs" and self.direction != "AtoB":
            raise UserError(
                f"expected no --direction with --task {self.task}, whose pairs are computed; found "
                f"{self.direction}; drop it"
            )
        if self.l1_weight < 0 or self.adversarial_weight < 0 or self.l1_weight + self.adversarial_weight == 0:
            raise UserError(
                f"expected --l1-weight and --adversarial-weight of at least 0, one above; found {self.l1_weight} "
                f"and {self.adversarial_weight}"
            )

    def open_all(self):
        """All pairs."""
        from kgan import data
        from kgan.data import samples
        from kgan.data.kinds.computed_pairs import computed_pairs

        if self.task == "pairs" and not self.data:
            fonts = ("DejaVu Sans", "DejaVu Serif")
            return samples.glyph_pairs(
                self.size, *(fonts if self.direction == "AtoB" else fonts[::-1]), channels=self.channels
            )
        if self.task == "pairs":
            return self.open_folder_of_pairs()
        if self.data:
            return computed_pairs(data.images(self.data, self.size, load_size=self.load_size), self.task)
        return computed_pairs(samples.photographs(self.size), self.task)

    def open_folder_of_pairs(self):
        from kgan import data
        from kgan.tasks.translation import folders

        folders.refuse_empty(self.data)
        try:
            source = data.pairs(self.data, self.size, self.direction, self.channels, load_size=self.load_size)
        except UserError as error:
            raise folders.for_cyclegan(error, self.data) from None
        folders.refuse_odd_pairs(source, self.data)
        return source

    def drawn(self, model, examples):
        """A sample grid: sources, what is made of them, and the truth."""
        from kgan.tasks.translation.translation import side_by_side

        made = model.predict_on_batch({"source": examples["source"]})
        return side_by_side({"source": examples["source"], "made": made, "truth": examples["target"]})

    def build(self, steps_per_epoch=1):
        """Returns the compiled scheme."""
        from kgan.networks import patchgan
        from kgan.schemes import Pix2Pix
        from kgan.tasks.translation.translation import adam

        generator = self.build_generator()
        source_channels = 0 if self.unconditional else generator.inputs[0].shape[-1]
        discriminator = patchgan.discriminator(
            self.channels, source_channels, self.patch, self.width, normalization=self.normalization
        )
        model = Pix2Pix(generator, discriminator)
        model.compile(
            adam(self.learning_rate, self.epochs, steps_per_epoch),
            adam(self.learning_rate, self.epochs, steps_per_epoch),
            loss_weights={
                "generator/l1": self.l1_weight,
                "generator/adversarial": self.adversarial_weight,
            },
            ema_decay=self.ema_decay or None,
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def build_generator(self):
        """The U-Net, as deep as the image size allows."""
        from kgan.networks import colorizer, unet

        settings = {"image_size": self.size, "width": self.width, "normalization": self.normalization}
        if self.task == "colorize":
            return colorizer.generator(**settings)
        source_channels = self.channels if self.task == "pairs" else 1
        return unet.generator(channels=self.channels, source_channels=source_channels, **settings)


@dataclasses.dataclass
class Predict(predict.Predict):
    """Turn pictures into their partners: files or folders in, files of the same names out."""

    APP = APP
    KEEPS_GREY = False

    noise: bool = False
    """Dropout stays on, as in the paper: another result each time."""

    def image_network(self, model):
        from kgan.tiles.runner import ImageNetwork

        model.noise_at_inference = self.noise
        return ImageNetwork(
            lambda images: model.predict_on_batch({"source": images["image"]}), model.generator
        )


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure on held-out pairs: L1, PSNR, SSIM and detail, beside copying the source and the mean target."""

    APP = APP

    most: int = 500
    """How many pairs to measure with, at most."""

    def check(self):
        flags.positive("most", self.most)
        super().check()

    def work(self, model):
        import numpy as np

        from kgan.tasks.translation.translation import compared, held_out_batch, mean_image, means_only

        train = self.training(Train)
        training, apart, split = train.open_split()
        pairs = held_out_batch(apart, self.most)
        sources, targets = pairs["source"], pairs["target"]
        methods = {"made": model.predict({"source": sources}, batch_size=16, verbose=0)}
        copied = np.repeat(sources, targets.shape[-1] // sources.shape[-1], axis=-1)
        methods |= {"source copied": copied, "mean target": [mean_image(training, "target")] * len(targets)}
        protocol = f"{len(targets)} pairs, {split}; L1 in grey levels; gradient over the truth's"
        comparison = compared(protocol, targets, methods)
        self.tell(means_only(comparison), comparison.as_dict())


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    APP = APP


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
