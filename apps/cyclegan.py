"""Pictures of one kind into another without pairs: horses to zebras, font to font.

    kgan cyclegan train --data horse2zebra
    kgan cyclegan predict horse.jpg --output made
    kgan cyclegan predict zebra.jpg --direction BtoA --output made
    kgan cyclegan train --data horse2zebra --scheme cut

Without `--data` it learns two typefaces, from characters of which no two belong together.
"""

import dataclasses
import sys
from typing import Annotated, Literal

from kgan.app import flags, names
from kgan.app.verbs import evaluate, export, predict
from kgan.errors import UserError
from kgan.tasks.translation.cyclegan_recipes import RECIPES
from kgan.tasks.translation.translating import (
    EXAMPLES,
    Channels,
    Direction,
    Network,
    Normalization,
    Patch,
    Translating,
)

APP = "cyclegan"
SCHEMES = {name: card for name, card in names.schemes("translation").items() if card.domains == ("a", "b")}
FONTS = ("DejaVu Sans", "DejaVu Serif")
# Schemes that translate one way, by patches of the source; and the flags that are the others' alone.
ONE_WAY = ("cut", "fastcut")
CYCLES = ("cycle_weight", "identity_weight", "pool_size")

Scheme = Literal[tuple(SCHEMES)]


@dataclasses.dataclass
class Train(Translating):
    """Train two generators, or for one direction one, on two folders of pictures that do not belong together.

    The run folder then has the model, sample grids of held-out pictures over time, and report.html. The same
    command goes on where it stopped.
    """

    APP = APP

    RECIPES = RECIPES
    GROUPS = Translating.groups(
        common=("scheme", "network", "exchange", "mirror"),
        network=("channels", "width", "blocks", "resize_convolution", "patch", "normalization"),
        loss=(
            *("cycle_weight", "identity_weight", "nce_weight", "pool_size", "learning_rate", "ema_half_life"),
        ),
    )

    batch_size: flags.Whole = None
    """Pictures of each kind a batch, over all devices together."""
    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH."""
    mirror: flags.Switch = True
    """Show every second picture in a mirror."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """The papers', or small ones for minutes on a CPU; auto is what is left out."""
    scheme: Scheme = "cyclegan"
    """Least squares, image pool and identity terms; or Wasserstein critics (dualgan); or cross-entropy (discogan). From
    A to B alone: held to the source patch by patch (cut), without the identity term (fastcut)."""
    exchange: bool = False
    """Call the first set B and the second A: for cut and fastcut, which translate A alone, the other direction."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for colour."""
    width: flags.Whole = None
    """Channels of all networks next to the image."""
    blocks: flags.Whole = None
    """Residual blocks of the generators of cyclegan, cut and fastcut."""
    resize_convolution: bool = False
    """Against checkerboards: those generators enlarge first and convolve then."""
    patch: Annotated[Patch | None, flags.choices(Patch)] = None
    """Side of the patches that the discriminators judge; discogan's judge the whole."""
    normalization: Annotated[Normalization | None, flags.choices(Normalization)] = None
    """Of all networks. Left out: the paper's, batch for discogan, else instance."""
    cycle_weight: flags.Number = None
    """Weight of the way there and back, in either direction. Else: the scheme's own, 10 for cyclegan."""
    identity_weight: flags.Weight = None
    """Weight of leaving alone what is of the right kind already; 0 for none. Else: half of cycle_weight."""
    nce_weight: flags.Number = None
    """Weight of cut's and fastcut's keeping to the source patch by patch. Else: the scheme's own, 1 and 10; cut halves
    it between pictures of A and of B."""
    pool_size: flags.Natural = None
    """cyclegan: generated pictures that the discriminators are shown again; 0 for none. Left out: 50."""
    learning_rate: flags.Number = None
    """Of both sides; that of cyclegan, cut and fastcut falls to zero in the second half."""
    ema_half_life: flags.Weight = None
    """Images after which a moving average of the generators, which then serves, has forgotten half; 0 for none. In a
    short training at most a tenth of it."""
    held_out: flags.Fraction = 0.1
    """Share of the pictures kept for `evaluate`; a test folder takes its place. 0 for none."""

    @property
    def large(self):
        """Whether pictures are as large as the paper's deeper networks are for."""
        return min(self.size) >= 200

    def check(self):
        unused = {
            "cyclegan": ("nce_weight",),
            **dict.fromkeys(ONE_WAY, CYCLES),
            **dict.fromkeys(
                ("dualgan", "discogan"),
                ("identity_weight", "blocks", "resize_convolution", "pool_size", "nce_weight"),
            ),
        }
        for name in unused[self.scheme]:
            if self.given[name]:
                raise UserError(
                    f"expected no {flags.name_of(name)} with --scheme {self.scheme}, which has no use for it; "
                    f"found {self.given[name]}; drop it"
                )
        if self.scheme == "discogan":
            if self.given["patch"]:
                raise UserError(
                    "expected no --patch with --scheme discogan, whose discriminators judge the whole picture; found "
                    f"{self.patch}; drop it"
                )
            names.halving("generation", "dcgan").check_size(self.size)

    @property
    def fonts(self):
        """The bundled typefaces: A and B."""
        return FONTS[::-1] if self.exchange else FONTS

    def open_all(self):
        """Both kinds of pictures."""
        from kgan import data
        from kgan.data import samples
        from kgan.tasks.translation import folders

        if not self.data:
            return samples.glyph_unpaired(self.size, *self.fonts, channels=self.channels)
        folders.refuse_empty(self.data)
        try:
            return data.unpaired(
                self.data,
                self.size,
                "BtoA" if self.exchange else "AtoB",
                channels=self.channels,
                load_size=self.load_size,
                mirror=self.mirror,
            )
        except UserError as error:
            raise folders.for_pix2pix(error, self.data) from None

    def drawn(self, model, examples, split):
        """A sample grid: pictures of both kinds, what is made of them, and what should be if that is known."""
        from kgan.tasks.translation.translation import side_by_side

        ways = [(way[0].lower(), way[-1].lower()) for way in model.directions]
        made = model.predict_on_batch({source: examples[source] for source, _ in ways})
        made = made if isinstance(made, dict) else {ways[0][1]: made}
        columns, partners = {}, None if self.data else self.partners(split)
        for source, target in ways:
            name = source.upper()
            columns |= {name: examples[source], f"{name} to {target.upper()}": made[target]}
            if partners:
                columns[f"{target.upper()}, true"] = partners[source]
        return side_by_side(columns)

    def partners(self, split):
        """The true partners of the held-out glyphs that are drawn."""
        if not hasattr(self, "_partners"):
            from kgan.data.source.examples import spread

            self._partners = true_partners(self, spread(split.measured, EXAMPLES))
        return self._partners

    def verdict(self, model, split):
        if self.data:
            # Nothing that both sides share can be measured; the way there and back is won by doing nothing.
            return None
        from kgan.data.source.examples import spread
        from kgan.tasks.translation.translation import partners_verdict

        apart = spread(split.measured, 64)
        return partners_verdict(model, apart, true_partners(self, apart)["a"], split.words)

    def build(self, steps=1000):
        """Returns the compiled scheme for a training of so many steps."""
        from kgan.tasks.translation.cyclegan_building import compiled

        return compiled(self, SCHEMES[self.scheme].class_name, self.scheme in ONE_WAY, steps)


@dataclasses.dataclass
class Predict(predict.Predict):
    """Translate pictures, in a direction that the model has: files or folders in, files of the same names out."""

    APP = APP
    KEEPS_GREY = False

    direction: Direction = "AtoB"
    """From which kind to which; cut and fastcut have one, from A to B."""

    def image_network(self, model):
        from kgan.tiles.runner import ImageNetwork

        if self.direction not in model.directions:
            raise UserError(
                f"expected --direction {model.directions[0]}, the only one that {type(model).__name__} was trained in; "
                f"found {self.direction}; train another run with --exchange"
            )
        source = self.direction[0].lower()
        return ImageNetwork(
            lambda images: model.predict_on_batch({source: images["image"]}), model.translator(source)
        )


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure: FID and KID to the target, beside the untouched source's; how near the way there and back comes.

    On glyphs, whose true partners exist, also L1 to those, beside that of copying the source. The way there and back
    alone is won by doing nothing; cut and fastcut have none.
    """

    APP = APP

    most: flags.Positive = 500
    """How many pictures of each kind to measure with, at most."""
    features: str = "auto"
    """Of FID and KID: a name of `kgan features list` (fetched if need be), random-convolution-v1 or a `.keras` file.
    auto: what is on this machine."""

    def work(self, model):
        from kgan.data.source.examples import batch_of, spread
        from kgan.tasks.translation.translation import compared, mean_image, means_only

        train = self.training(Train)
        split = train.open()
        training, apart = split.training, spread(split.measured, self.most)
        pictures, truths = batch_of(apart, self.most), {} if train.data else true_partners(train, apart)
        tables = []
        for there in model.directions:
            first, second, back = there[0].lower(), there[-1].lower(), f"{there[-1]}to{there[0]}"
            # Of two kinds the fewer come round again.
            given = pictures[first][: len(apart.parts["ab".index(first)])]
            made = model.translate(given, there, batch_size=16)
            words = f"{len(given)} pictures, {split.words}; L1 in grey levels; gradient over the truth's"
            if truths:
                partners = truths[first][: len(given)]
                methods = {"made": made, "source copied": given}
                methods["mean target"] = [mean_image(training, second)] * len(given)
                tables.append(compared(f"{there} against the true partners: {words}", partners, methods))
            known = pictures[second][: len(apart.parts["ab".index(second)])]
            tables.append(
                self.to_target(there, known, {"made": made, "source untouched": given}, split.words)
            )
            if back not in model.directions:
                continue
            methods = {"there and back": model.translate(made, back, batch_size=16), "there alone": made}
            tables.append(compared(f"{there} and back against where it began: {words}", given, methods))
        tables = [table for table in tables if table is not None]
        self.tell("\n\n".join(map(means_only, tables)), [table.as_dict() for table in tables])

    def to_target(self, way, target, sets, words):
        """FID and KID to the target domain; None of fewer than two pictures."""
        from kgan.tasks.translation.target_distance import target_distances

        count = len(next(iter(sets.values())))
        protocol = f"{way}, distance to {way[-1]}: {count} pictures against {len(target)}, {words}"
        try:
            return target_distances(protocol, target, sets, self.features)
        except ValueError as error:
            raise UserError(f"--features: {error}") from error


def true_partners(train, apart):
    """The held-out glyphs in the other typeface, which neither set has: a dict from "a" and "b" to images."""
    import numpy as np

    from kgan.data.samples import faces
    from kgan.data.samples.glyph_pairs import shared
    from kgan.pictures.pixels import to_float

    _, images, groups = shared(*map(faces.find, train.fonts), train.size)
    _, dense = np.unique(groups, return_inverse=True)
    found = {}
    for turn, kind in enumerate("ab"):
        partners = images[1 - turn][dense % 2 == turn][apart.parts[turn].rows["index"]]
        found[kind] = np.repeat(to_float(partners[..., None]), train.channels, axis=-1)
    return found


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with all directions that there are, each in float, uint8 and PNG signatures."""

    APP = APP


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
