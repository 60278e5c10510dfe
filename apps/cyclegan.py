"""Pictures of one kind into another without pairs: horses to zebras, font to font.

    kgan cyclegan train --data horse2zebra
    kgan cyclegan predict horse.jpg --output made
    kgan cyclegan predict zebra.jpg --direction BtoA --output made

Without `--data` it learns two typefaces, from characters of which no two belong together.
"""

import dataclasses
import functools
import sys
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs import evaluate, export, predict
from kgan.errors import UserError
from kgan.tasks.translation.translating import Channels, Direction, Normalization, Patch, Translating

APP = "cyclegan"
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
    "epochs": 25,
    "image_size": "32",
    "batch_size": 8,
    "width": 12,
    "blocks": 3,
    "patch": 16,
    "channels": 1,
    "learning_rate": 1e-3,
    "ema_decay": 0.995,
}
# Of CycleGAN on glyphs: a character is to change its shape, not only its colours.
GLYPHS_WEIGHTS = {"cycle_weight": 5.0, "identity_weight": 1.0}
# The scheme decides: CycleGAN's generators are residual, the others' U-Nets.
SCHEMES = {"cyclegan": "CycleGAN", "dualgan": "DualGAN", "discogan": "DiscoGAN"}
FONTS = ("DejaVu Sans", "DejaVu Serif")

Scheme = Literal["cyclegan", "dualgan", "discogan"]


@dataclasses.dataclass
class Train(Translating):
    """Train two generators on two folders of pictures that do not belong together.

    The run folder then has the model, sample grids of held-out pictures over time, and report.html. The same
    command goes on where it stopped.
    """

    APP = APP

    batch_size: flags.Whole = None
    """Pictures of each kind a batch, over all devices together. Left out: 1 for a folder, 8 for glyphs."""
    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH. Left out: 256 for a folder, 32 for glyphs."""
    scheme: Scheme = "cyclegan"
    """Least squares, image pool and identity terms; or Wasserstein critics (dualgan); or cross-entropy."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for colour. Left out: 1 for glyphs, 3 for a folder."""
    width: flags.Whole = None
    """Channels of all networks next to the image. Left out: the paper's 64, or 12 for glyphs."""
    blocks: flags.Whole = None
    """Residual blocks of cyclegan's generators. Left out: 9, 6 below 200 pixels, 3 for glyphs."""
    resize_convolution: bool = False
    """Against checkerboards: generators enlarge first and convolve then."""
    patch: Annotated[Patch | None, flags.choices(Patch)] = None
    """Side of the patches that the discriminators judge. Left out: 70 for a folder, 16 for glyphs."""
    normalization: Normalization = "instance"
    """Of all networks."""
    cycle_weight: flags.Number = None
    """Weight of the way there and back, in either direction. Left out: the scheme's own, 10 for cyclegan;
    5 for glyphs."""
    identity_weight: flags.Number = None
    """Weight of leaving alone what is of the right kind already; 0 for none. Left out: half of cycle_weight;
    1 for glyphs."""
    pool_size: int = 50
    """Generated pictures that the discriminators are shown again; 0 for none."""
    learning_rate: flags.Number = None
    """Of both sides; falls to zero in the second half of --epochs. Left out: 2e-4 for a folder, 1e-3 for glyphs."""
    ema_decay: flags.Number = None
    """Decay of a moving average of the generators, which then serves; 0 for none. Left out: 0.995 for glyphs."""
    held_out: float = 0.1
    """Share of the pictures kept for `evaluate`; a test folder takes its place. 0 for none."""

    def __post_init__(self):
        super().__post_init__()
        self.fill(FOLDER if self.data else GLYPHS)
        if not self.data and self.scheme == "cyclegan":
            self.fill(GLYPHS_WEIGHTS)
        if self.blocks is None:
            self.blocks = 9 if min(self.size) >= 200 else 6

    def check(self):
        super().check()
        for name in ("width", "blocks", "learning_rate", "cycle_weight"):
            flags.positive(name, getattr(self, name))
        if self.pool_size < 0:
            raise UserError(f"expected --pool-size of at least 0; found {self.pool_size}")
        if self.identity_weight and self.scheme != "cyclegan":
            raise UserError(
                f"expected no --identity-weight with --scheme {self.scheme}, which has no such term; drop it"
            )

    def open_all(self):
        """Both kinds of pictures."""
        from kgan import data
        from kgan.data import samples
        from kgan.tasks.translation import folders

        if not self.data:
            return samples.glyph_unpaired(self.size, *FONTS, channels=self.channels)
        folders.refuse_empty(self.data)
        try:
            return data.unpaired(self.data, self.size, channels=self.channels, load_size=self.load_size)
        except UserError as error:
            raise folders.for_pix2pix(error, self.data) from None

    def drawn(self, model, examples):
        """A sample grid: pictures of both kinds, what is made of them, and what should be if that is known."""
        from kgan.tasks.translation.translation import side_by_side

        made = model.predict_on_batch({key: examples[key] for key in "ab"})
        columns = {}
        for source, target in ("ab", "ba"):
            name = source.upper()
            columns |= {name: examples[source], f"{name} to {target.upper()}": made[target]}
            if not self.data:
                columns[f"{target.upper()}, true"] = self.partners[source][: len(examples[source])]
        return side_by_side(columns)

    @functools.cached_property
    def partners(self):
        """The true partners of the held-out glyphs."""
        return true_partners(self, self.open_split()[1])

    def build(self, steps_per_epoch=1):
        """Returns the compiled scheme."""
        from kgan import schemes
        from kgan.networks import patchgan
        from kgan.tasks.translation.translation import adam

        generators = [self.build_generator(name) for name in ("a_to_b", "b_to_a")]
        discriminators = []
        for name in ("discriminator_a", "discriminator_b"):
            network = patchgan.discriminator(
                self.channels, patch=self.patch, width=self.width, normalization=self.normalization
            )
            network.name = name
            discriminators.append(network)
        options, weights = {}, {}
        if self.cycle_weight is not None:
            weights |= dict.fromkeys(("generator/cycle_a", "generator/cycle_b"), self.cycle_weight)
        if self.scheme == "cyclegan":
            identity = self.identity_weight
            if identity is None and self.cycle_weight is not None:
                identity = self.cycle_weight / 2
            if identity:
                weights |= dict.fromkeys(("generator/identity_a", "generator/identity_b"), identity)
            options = {"image_size": self.size, "pool_size": self.pool_size, "identity": identity != 0}
        model = getattr(schemes, SCHEMES[self.scheme])(*generators, *discriminators, **options)
        optimizers = (
            [None, None]
            if self.scheme == "dualgan"
            else [adam(self.learning_rate, self.epochs, steps_per_epoch) for _ in range(2)]
        )
        model.compile(
            *optimizers,
            loss_weights=weights or None,
            ema_decay=self.ema_decay or None,
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model

    def build_generator(self, name):
        """CycleGAN's residual network, or a U-Net for the other schemes."""
        from kgan.networks import translation_resnet, unet

        shared = {"channels": self.channels, "source_channels": self.channels, "width": self.width}
        if self.scheme == "cyclegan":
            network = translation_resnet.generator(
                **shared,
                blocks=self.blocks,
                resize_convolution=self.resize_convolution,
                normalization=self.normalization,
            )
        else:
            network = unet.generator(self.size, **shared, normalization=self.normalization)
        network.name = name
        return network


@dataclasses.dataclass
class Predict(predict.Predict):
    """Translate pictures, in either direction: files or folders in, files of the same names out."""

    APP = APP
    KEEPS_GREY = False

    direction: Direction = "AtoB"
    """From which kind to which."""

    def image_network(self, model):
        from kgan.tiles.runner import ImageNetwork

        source = self.direction[0].lower()
        return ImageNetwork(
            lambda images: model.predict_on_batch({source: images["image"]}), model.translator(source)
        )


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure: how near the way there and back comes; on glyphs, whose true partners exist, also L1 to those.

    Beside them stands what copying the source would give.
    """

    APP = APP

    most: int = 500
    """How many pictures of each kind to measure with, at most."""

    def check(self):
        flags.positive("most", self.most)
        super().check()

    def work(self, model):
        from kgan.tasks.translation.translation import compared, held_out_batch, mean_image, means_only

        train = self.training(Train)
        training, apart, split = train.open_split()
        pictures, truths = held_out_batch(apart, self.most), {} if train.data else true_partners(train, apart)
        tables = []
        for first, second, there, back in (("a", "b", "AtoB", "BtoA"), ("b", "a", "BtoA", "AtoB")):
            # Of two kinds the fewer come round again.
            given = pictures[first][: len(apart.parts["ab".index(first)])]
            made = model.translate(given, there, batch_size=16)
            words = f"{len(given)} pictures, {split}; L1 in grey levels; gradient over the truth's"
            if truths:
                partners = truths[first][: len(given)]
                methods = {"made": made, "source copied": given}
                methods["mean target"] = [mean_image(training, second)] * len(given)
                tables.append(compared(f"{there} against the true partners: {words}", partners, methods))
            methods = {"there and back": model.translate(made, back, batch_size=16), "there alone": made}
            tables.append(compared(f"{there} and back against where it began: {words}", given, methods))
        self.tell("\n\n".join(map(means_only, tables)), [table.as_dict() for table in tables])


def true_partners(train, apart):
    """The held-out glyphs in the other typeface, which neither set has: a dict from "a" and "b" to images."""
    import numpy as np

    from kgan.data.samples import faces
    from kgan.data.samples.glyph_pairs import shared
    from kgan.pictures.pixels import to_float

    _, images, groups = shared(*map(faces.find, FONTS), train.size)
    _, dense = np.unique(groups, return_inverse=True)
    found = {}
    for turn, kind in enumerate("ab"):
        partners = images[1 - turn][dense % 2 == turn][apart.parts[turn].rows["index"]]
        found[kind] = np.repeat(to_float(partners[..., None]), train.channels, axis=-1)
    return found


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with both directions, each in float, uint8 and PNG signatures."""

    APP = APP


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
