"""Pictures into their partners, learned from pairs: sketches to photographs, grey to colour, font to font.

    kgan pix2pix train --data facades --direction BtoA
    kgan pix2pix train --data photos --task colorize
    kgan pix2pix train --data streets --task labels     # pictures of label maps
    kgan pix2pix predict sketch.png --output made

Without `--data` it learns to give sans-serif characters serifs, from the fonts that matplotlib ships.
"""

import dataclasses
import sys
from typing import Annotated, Literal, get_args

from kgan.app import flags
from kgan.app.verbs import evaluate, export, predict
from kgan.errors import UserError
from kgan.tasks.translation.pix2pix_recipes import RECIPES
from kgan.tasks.translation.translating import Channels, Direction, Network, Normalization, Patch, Translating

APP = "pix2pix"
Task = Literal["pairs", "colorize", "edges", "labels"]


@dataclasses.dataclass
class Train(Translating):
    """Train a generator on pairs of pictures, or on pairs computed from pictures.

    The run folder then has the model, sample grids of held-out pairs over time, and report.html. The same
    command goes on where it stopped.
    """

    APP = APP

    RECIPES = RECIPES
    GROUPS = Translating.groups(
        common=("task", "direction", "network", "mirror"),
        network=("channels", "width", "patch", "unconditional", "normalization"),
        loss=("l1_weight", "adversarial_weight", "learning_rate", "ema_half_life"),
    )

    batch_size: flags.Whole = None
    """Pairs a batch, over all devices together."""
    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH."""
    mirror: flags.Switch = True
    """Show every second pair in a mirror."""
    network: Annotated[Network | None, flags.choices(Network)] = None
    """The paper's, or a small one for minutes on a CPU; auto is what is left out."""
    task: Task = "pairs"
    """`colorize` and `edges` compute their pairs from single pictures in colour; `labels` makes pictures of label maps
    (SPADE), indexed or grey ones in a folder `labels` beside `images`."""
    direction: Direction = "AtoB"
    """Which half of a pair is the source: A (left), or B."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for colour."""
    width: flags.Whole = None
    """Channels of both networks next to the image."""
    patch: Annotated[Patch | None, flags.choices(Patch)] = None
    """Side of the patches that the discriminator judges."""
    unconditional: bool = False
    """The discriminator does not see the source."""
    normalization: Annotated[Normalization | None, flags.choices(Normalization)] = None
    """Of both networks."""
    l1_weight: flags.NotNegativeNumber = 100.0
    """Weight of the distance to the partner."""
    adversarial_weight: flags.NotNegativeNumber = 1.0
    """Weight of fooling the discriminator; 0 leaves L1 alone."""
    learning_rate: flags.Number = None
    """Of both sides; falls to zero in the second half."""
    ema_half_life: flags.Weight = None
    """Images after which a moving average of the generator, which then serves, has forgotten half; 0 for none. In a
    short training at most a tenth of it."""
    held_out: flags.Fraction = 0.1
    """Share of the pairs kept for `evaluate`; a test folder takes its place. 0 for none."""

    def check(self):
        if self.task == "labels":
            for flag in ("l1_weight", "unconditional"):
                if getattr(self, flag) not in (False, type(self).__dataclass_fields__[flag].default):
                    raise UserError(
                        f"expected no {flags.name_of(flag)} with --task labels, which compares features of a "
                        f"discriminator that is told the labels; found {getattr(self, flag)}; drop it"
                    )
            if min(self.size) < 8:
                raise UserError(
                    f"expected --image-size of at least 8 with --task labels; found {self.image_size}; try 64"
                )
        elif self.task != "pairs" and self.channels != 3:
            raise UserError(f"expected --channels 3 with --task {self.task}; found {self.channels}; drop one")
        if self.task != "pairs" and self.direction != "AtoB":
            raise UserError(
                f"expected no --direction with --task {self.task}, whose pairs are computed; found "
                f"{self.direction}; drop it"
            )
        if self.l1_weight + self.adversarial_weight == 0:
            raise UserError(
                f"expected --l1-weight and --adversarial-weight of at least 0, one above; found {self.l1_weight} "
                f"and {self.adversarial_weight}"
            )
        if min(self.size) < 4:
            raise UserError(f"expected --image-size of at least 4; found {self.image_size}; try 64")

    def open_all(self):
        """All pairs."""
        from kgan import data
        from kgan.data import samples
        from kgan.data.kinds.computed_labels import computed_labels
        from kgan.data.kinds.computed_pairs import computed_pairs

        if self.task == "pairs" and not self.data:
            fonts = ("DejaVu Sans", "DejaVu Serif")
            return samples.glyph_pairs(
                self.size, *(fonts if self.direction == "AtoB" else fonts[::-1]), channels=self.channels
            )
        if self.task == "labels" and self.data:
            view = {"load_size": self.load_size, "mirror": self.mirror}
            return data.label_maps(self.data, self.size, self.channels, **view)
        if self.task == "labels":
            return computed_labels(samples.photographs(self.size, flip=self.mirror))
        if self.task == "pairs":
            return self.open_folder_of_pairs()
        if self.data:
            images = data.images(self.data, self.size, load_size=self.load_size, mirror=self.mirror)
            return computed_pairs(images, self.task)
        return computed_pairs(samples.photographs(self.size, flip=self.mirror), self.task)

    def open_folder_of_pairs(self):
        from kgan import data
        from kgan.tasks.translation import folders

        folders.refuse_empty(self.data)
        try:
            source = data.pairs(
                self.data,
                self.size,
                self.direction,
                self.channels,
                load_size=self.load_size,
                mirror=self.mirror,
            )
        except UserError as error:
            raise folders.for_cyclegan(error, self.data) from None
        folders.refuse_odd_pairs(source, self.data)
        return source

    def drawn(self, model, examples, split):
        """A sample grid: sources, what is made of them, and the truth."""
        from kgan.tasks.translation import label_maps
        from kgan.tasks.translation.translation import side_by_side

        made = model.predict_on_batch({"source": examples["source"]})
        if self.task == "labels":
            maps = label_maps.colored(examples["source"], model.classes)
            return side_by_side({"labels": maps, "made": made, "truth": examples["target"]})
        return side_by_side({"source": examples["source"], "made": made, "truth": examples["target"]})

    def verdict(self, model, split):
        from kgan.tasks.translation import label_maps
        from kgan.tasks.translation.translation import pairs_verdict

        if self.task == "labels":
            return label_maps.verdict(model, split)
        return pairs_verdict(model, split)

    def open(self):
        split = super().open()
        self.labels = split.training.label_names
        return split

    def build(self, steps=1000):
        """Returns the compiled scheme for a training of so many steps."""
        if self.task == "labels":
            from kgan.tasks.translation import label_maps

            return label_maps.build(self, self.labels, steps)
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
            adam(self.learning_rate, steps),
            adam(self.learning_rate, steps),
            loss_weights={
                "generator/l1": self.l1_weight,
                "generator/adversarial": self.adversarial_weight,
            },
            ema_decay=self.decay(self.ema_half_life, steps),
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

    @property
    def to_train(self):
        task = f" --task {self.model}" if self.model in get_args(Task) else ""
        return f"{super().to_train}{task}"

    def transformed(self, run, job, picture):
        if not self.of_maps:
            return super().transformed(run, job, picture)
        from kgan.tasks.translation import label_maps

        names = self.facts().get("labels") or [str(index) for index in range(self.of_maps)]
        made = run({"source": label_maps.read(job.source, label_maps.values_of(names))})
        return dataclasses.replace(picture, alpha=None, profile=None).remade(made)

    def image_network(self, model):
        from kgan.tiles.runner import ImageNetwork

        self.of_maps = getattr(model, "classes", 0)
        if self.of_maps:
            if self.noise:
                raise UserError(
                    "expected no --noise with a model of label maps, which has none; found it; drop it"
                )
            return ImageNetwork(model.predict_on_batch, model.generator)
        model.noise_at_inference = self.noise
        return ImageNetwork(
            lambda images: model.predict_on_batch({"source": images["image"]}), model.generator
        )


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure on held-out pairs: L1, PSNR, SSIM and detail, beside copying the source and the mean target."""

    APP = APP

    most: flags.Positive = 500
    """How many pairs to measure with, at most."""

    def work(self, model):
        import numpy as np

        from kgan.data.source.examples import batch_of
        from kgan.tasks.translation.label_maps import painted
        from kgan.tasks.translation.translation import compared, mean_image, means_only

        train = self.training(Train)
        split = train.open()
        pairs = batch_of(split.measured, self.most)
        sources, targets = pairs["source"], pairs["target"]
        methods = {"made": model.predict({"source": sources}, batch_size=16, verbose=0)}
        if train.task == "labels":
            copied = {"classes in mean colors": painted(sources, batch_of(split.training, self.most))}
        else:
            copied = {"source copied": np.repeat(sources, targets.shape[-1] // sources.shape[-1], axis=-1)}
        methods |= {
            **copied,
            "mean target": [mean_image(split.training, "target")] * len(targets),
        }
        protocol = f"{len(targets)} pairs, {split.words}; L1 in grey levels; gradient over the truth's"
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
