"""Pictures out of sentences: learn from captioned pictures, then draw what a caption says.

    kgan text-to-image train --data birds
    kgan text-to-image generate --caption "a red bird" --caption "a blue bird" --count 4

Without `--data` it learns to draw "bold serif capital g" and the like, from the fonts that matplotlib ships; some
combinations of style and letter are kept from it, and `evaluate` says whether it draws those too.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated, Literal

from kgan.app import flags, names
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.train import Training
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError
from kgan.tasks.text.recipes import RECIPES

APP = "text-to-image"
# The text encoder's part of a time budget.
ENCODER_SHARE = 0.2
CANDIDATES = 100
# Pictures of StackGAN's stage I are smaller by this, from this size on, else by 2.
STACK_SCALE, LARGE = 4, 128
# Captions of the sample grids, and the most of a kind that `evaluate` draws.
SHOWN, MEASURED = 16, 2000

Scheme = Literal["dfgan", "dmgan", "gancls", "stackgan"]
Reader = Literal["words", "characters"]
Loss = Literal[names.losses()]
Channels = Literal[1, 3]
Missing = Literal["error", "skip"]


@dataclasses.dataclass
class Train(Training):
    """Train on captioned pictures, or on glyphs of matplotlib's fonts with a sentence each.

    First a text encoder learns which caption belongs to which picture, then the generator learns to draw by it. The
    run folder then has the model, sample grids over time, and report.html. The same command goes on where it stopped.
    """

    APP = APP
    RECIPES = RECIPES
    FREE = Training.FREE | {"encoder_steps"}
    GROUPS = Training.groups(
        common=("captions", "missing", "mirror"),
        network=("scheme", "read", "width", "text_size", "latent_size", "channels", "style"),
        loss=(
            *("loss", "penalty", "interpolation", "learning_rate", "discriminator_learning_rate"),
            *("ema_half_life", "encoder_steps"),
        ),
    )

    image_size: flags.Text = None
    """Height and width in pixels: N, or HEIGHTxWIDTH."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for color."""
    captions: flags.Text = None
    """CSV, JSONL or COCO JSON file of captions. Left out: the one in --data, else a text file beside each picture."""
    missing: Missing = "error"
    """What to do about pictures without captions and captions without pictures: stop, or `skip` them."""
    mirror: flags.Switch = False
    """Show pictures mirrored too; only where no caption speaks of left and right."""
    scheme: Annotated[Scheme | None, flags.choices(Scheme)] = None
    """DF-GAN (Tao et al. 2022), DM-GAN (Zhu et al. 2019), GAN-CLS (Reed et al. 2016), or StackGAN in two stages (Zhang
    et al. 2017)."""
    read: Reader = "words"
    """What the text encoder reads: words (recurrent, both ways) or characters (char-CNN-RNN)."""
    width: flags.Whole = None
    """Channels next to the picture in both networks."""
    text_size: flags.Whole = None
    """Numbers in a sentence's embedding."""
    latent_size: flags.Whole = None
    """Numbers in a latent."""
    style: flags.Switch = True
    """Learn to read a picture's style, for `generate --style`."""
    loss: Annotated[Loss | None, flags.choices(Loss)] = None
    """Adversarial loss. Else: the scheme's own."""
    penalty: flags.PenaltyNames = ()
    """Penalties on the discriminator beside the scheme's own, such as r1 or r1=0.5 (its weight)."""
    interpolation: flags.Number = None
    """GAN-INT: train on sentences in between too, at this mixture, such as 0.5; gancls only. Left out: none."""
    learning_rate: flags.Number = None
    """Of both sides. Else: the scheme's own."""
    discriminator_learning_rate: flags.Number = None
    """The discriminator's, where it differs."""
    ema_half_life: flags.Weight = None
    """Images after which the generator's moving average, which draws the samples, has forgotten half; 0 for none."""
    encoder_steps: flags.Whole = None
    """Steps of the text encoder, before --steps of the generator (of each stage of StackGAN); with --minutes a fifth of
    the time."""
    held_out: flags.Share = None
    """Share of the pictures to keep from training; of glyphs, of the captions."""

    def check(self):
        if self.interpolation is not None and (self.scheme != "gancls" or self.interpolation >= 1):
            raise UserError(
                f"expected --interpolation below 1 and with --scheme gancls; found {self.interpolation:g} with "
                f"{self.scheme}; change it or drop it"
            )
        if self.scheme == "dmgan" and self.read != "words":
            raise UserError(
                f"expected --read words with --scheme dmgan, whose memory is of words; found {self.read}; drop one"
            )
        if not self.data and (self.captions or self.mirror):
            raise UserError(
                f"expected --data with --{'captions' if self.captions else 'mirror'}; found none; name the folder of "
                "the pictures"
            )
        if self.captions and not (Path(self.captions).is_file() or Path(self.data, self.captions).is_file()):
            raise UserError(f"expected a caption file in --captions; found nothing at {self.captions}")

    def open(self, size=None):
        """Returns the `Split` of the run.

        Args:
            size: `(height, width)`; that of --image-size if left out.
        """
        from kgan import data
        from kgan.data import samples
        from kgan.data.source.split import Split

        size = size or self.size
        if not self.data:
            source = samples.glyph_captions(size, self.channels)
        elif self.data.startswith("tfds:"):
            source = data.tfds(self.data, size, labels=False, channels=self.channels, mirror=self.mirror)
            if "caption" not in source.keys:
                raise UserError(
                    f"expected captions in {self.data}; found {', '.join(source.keys)}; choose another"
                )
        else:
            view = {"file": self.captions, "missing": self.missing, "mirror": self.mirror}
            source = data.captions(self.data, size, channels=self.channels, **view)
        return Split.of(source, self.held_out)

    def facts(self, split):
        return {**super().facts(split), "shown": self.shown(split)}

    def shown(self, split):
        """Captions for the sample grids: held-out ones where there are any."""
        import numpy as np

        from kgan.tasks.text.captioned import first_sentences, sentences

        found = list(dict.fromkeys(first_sentences(split.measured) or sentences(split.measured)))
        chosen = np.random.default_rng(0).permutation(len(found))[:SHOWN]
        return [found[index] for index in sorted(chosen)]

    def stages(self, split):
        from kgan.app.run.stages import Stage
        from kgan.layers import CaptionTokens
        from kgan.tasks.text.building import Building
        from kgan.tasks.text.caption_grid import CaptionDrawing
        from kgan.tasks.text.captioned import grouped, sentences

        known = sentences(split.training)
        level = {"words": "word", "characters": "character"}[self.read]
        if not any(map(str.strip, known)):
            raise UserError("expected captions with words in them; found none; look with `kgan data`")
        tokenizer = CaptionTokens.of(known, None if level == "word" else 201, level)
        paired, shown, build = grouped(split.training), self.shown(split), Building(self)

        def drawing(name, builder, source, share):
            return Stage(
                name=name,
                build=builder,
                source=source,
                steps=self.steps,
                epochs=self.epochs,
                share=share,
                draw=lambda model: CaptionDrawing(model, self.run, shown, count=4).cells(),
            )

        encoder = Stage(
            name="text encoder",
            build=lambda previous, steps: build.embedding(tokenizer),
            source=paired,
            steps=None if self.minutes else self.encoder_steps,
            share=ENCODER_SHARE,
        )
        rest = 1 - ENCODER_SHARE
        if self.scheme != "stackgan":
            builder = build.memory if self.scheme == "dmgan" else build.generator
            return [encoder, drawing("generator", builder, paired, rest)]
        small = grouped(self.open(self.small_size).training)
        first = drawing(
            "stage I", lambda model, steps: build.stack(model, steps, self.small_size), small, rest / 2
        )
        second = drawing(
            "stage II", lambda model, steps: build.stack(model, steps, self.size), paired, rest / 2
        )
        return [encoder, first, second]

    @property
    def small_size(self):
        """Height and width of StackGAN's first stage."""
        scale = STACK_SCALE if min(self.size) >= LARGE else 2
        return tuple(side // scale for side in self.size)


@dataclasses.dataclass
class Generate(Trained):
    """Draw what captions say: a labelled grid and single files, a walk between captions, or the style of a picture."""

    APP = APP

    caption: flags.Repeated = ()
    """A caption, in quotes; give the flag again for another. Left out, and no --file: those of the sample grids."""
    file: flags.Text = None
    """A text file with a caption a line."""
    count: flags.Whole = None
    """Pictures a caption. Left out: 4."""
    seed: flags.Seed = 0
    """Another seed gives other pictures."""
    interpolate: bool = False
    """Walk from each caption to the next, a row for each of --count latents."""
    style: flags.Text = None
    """A picture whose style the captions are drawn in."""
    output: flags.Text = None
    """Folder to write to. Left out: `generated` in the run's folder."""
    overwrite: bool = False
    """Replace what is there."""

    def check(self):
        if self.interpolate and self.style:
            raise UserError("expected --interpolate or --style; found both; drop one of them")
        for caption in self.caption:
            if not caption.strip():
                raise UserError('expected words in --caption; found none; write --caption "a red bird"')
        if self.file and not Path(self.file).is_file():
            raise UserError(f"expected a text file in --file; found nothing at {self.file}; check the name")
        if self.style and not Path(self.style).is_file():
            raise UserError(f"expected a picture in --style; found nothing at {self.style}; check the name")

    def captions(self):
        """The captions asked for."""
        found = list(self.caption)
        if self.file:
            try:
                text = Path(self.file).read_text(encoding="utf-8-sig")
            except UnicodeDecodeError as error:
                raise UserError(
                    f"expected UTF-8 in {self.file}; found other bytes at {error.start:,}; convert it"
                ) from error
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            if not lines:
                raise UserError(f"expected a caption a line in {self.file}; found none; write some")
            found += lines
        return found or self.facts().get("shown") or self.none()

    def none(self):
        raise UserError('expected --caption or --file; found neither; write --caption "a red bird"')

    def work(self, model):
        from kgan.tasks.text.asked import query_picture, warnings
        from kgan.tasks.text.caption_grid import CaptionDrawing

        if not hasattr(model, "tokenizer") or not hasattr(model, "sample"):
            raise UserError(f"expected a model that draws captions; found {type(model).__name__}; train one")
        captions = self.captions()
        for line in warnings(model.tokenizer, captions):
            print(f"Note: {line}", flush=True)
        if self.interpolate and len(captions) < 2:
            raise UserError("expected two captions to walk between; found one; add another --caption")
        folder = Path(self.output or self.folder.path / "generated")
        drawing = CaptionDrawing(model, folder, captions, self.count or 4, self.seed, self.overwrite)
        if self.interpolate:
            print(drawing.walk())
        elif self.style:
            if model.style_encoder is None:
                raise UserError("expected a model with a style encoder; found none; train without --no-style")
            print(drawing.styled(query_picture(self.style, model)))
        else:
            written = drawing.grid_and_files()
            print(f"{written[0]} and {len(written) - 1} files beside it")


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure: do pictures show their captions (R-precision), and do they look real (FID, KID)?

    For glyphs also whether a classifier reads the letter that was asked for, and how much pictures of one caption
    differ; of captions kept from training, and of others.
    """

    APP = APP

    samples: flags.Whole = None
    """How many pictures to draw. Left out: one for each held-out picture, at most 2,000, at least 500."""
    seed: flags.Seed = 0
    """Of the samples."""
    features: str = "auto"
    """inception-v3, random-convolution-v1, or a `.keras` file. Left out: Inception-v3 if it can be had."""

    def work(self, model):
        from kgan.tasks.text.scores import glyph_scores, text_scores

        train = self.training(Train)
        split = train.open()
        count = self.samples or min(MEASURED, max(500, len(split.measured)))
        scores = text_scores(model, split, count, self.features, self.seed, CANDIDATES)
        if not train.data:
            scores += glyph_scores(model, split, count, self.seed)
        self.tell("\n\n".join(map(str, scores)), [score.as_dict() for score in scores])


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel that takes a plain string (and a seed), and one that takes token ids (and a latent)."""

    APP = APP


VERBS = {"train": Train, "generate": Generate, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
