"""What comes next in a video: train on a folder of videos, then let one go on.

    kgan video-prediction train --data clips
    kgan video-prediction predict holiday.mp4 --frames 8 --output made

Without `--data` it learns how handwritten digits move and bounce, from scikit-learn's digits.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated, Literal

import tyro

from kgan.app import flags
from kgan.app.verbs import evaluate, export
from kgan.app.verbs.train import Training
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError
from kgan.tasks.video.recipes import RECIPES

APP = "video-prediction"
# The digits in motion are drawn anew in each epoch; this many clips are kept apart.
EXAMPLES, SHOWN, MEASURED = 6, 4, 64
# How many clips the report's curve follows, and how far: as far as the videos go.
FOLLOWED, AHEAD = 8, (50, 20, 10, 5)

Channels = Literal[1, 3]
Power = Literal[1, 2]
Format = Literal["gif", "mp4", "png"]


@dataclasses.dataclass
class Train(Training):
    """Train a generator on videos: it sees a few frames and draws the next.

    First by the pixel loss alone, until it knows where things go, then by all losses, which sharpen. The run folder
    then has the model, sample grids of held-out clips over time, and report.html. The same command goes on where it
    stopped.
    """

    APP = APP

    RECIPES = RECIPES
    FREE = Training.FREE | {"adversarial_steps"}
    GROUPS = Training.groups(
        common=("input_frames", "output_frames", "stride", "mirror"),
        network=("channels", "width", "changes"),
        loss=(
            *("p", "unroll", "adversarial_steps", "adversarial_weight", "gradient_weight", "learning_rate"),
            *("adversarial_learning_rate", "ema_half_life"),
        ),
    )

    data: flags.Data = None
    """A folder of videos, or of folders of numbered frames. Left out: handwritten digits in motion."""
    batch_size: flags.Positive = 8
    """Clips a batch, over all devices together."""
    image_size: flags.Text = None
    """Height and width of a frame in pixels: N, or HEIGHTxWIDTH, multiples of 8."""
    channels: Annotated[Channels | None, flags.choices(Channels)] = None
    """1 for grey, 3 for color."""
    input_frames: flags.Positive = 4
    """Frames that are seen."""
    output_frames: flags.Positive = 1
    """Frames that are drawn at once; more come by drawing again."""
    stride: flags.Positive = 1
    """Take every stride-th frame of a video."""
    minimum_motion: flags.NotNegativeNumber = 0.0
    """Leave out clips whose frames differ less, on average, in grey levels from 0 to 255."""
    width: flags.Whole = None
    """Features of the generator's first convolutions."""
    changes: flags.Switch = True
    """Draw what changes since the last frame; off: draw each frame anew, as the paper does."""
    p: Power = 2
    """The pixel loss's power: 1 or 2."""
    unroll: flags.Whole = None
    """How often to draw in training, each time from frames drawn before: later frames get better, steps dearer."""
    adversarial_steps: flags.Whole = None
    """Steps by all losses, after --steps by the pixel loss alone. Else: half as many, passes over the data with
    --epochs, or half of --minutes."""
    adversarial_weight: flags.NotNegativeNumber = 0.05
    """Weight of fooling the discriminators; 0 leaves them out, and with --gradient-weight 0 the second stage too."""
    gradient_weight: flags.NotNegativeNumber = 1.0
    """Weight of the gradient difference loss, against blur, in the second stage."""
    learning_rate: flags.Number = None
    """By the pixel loss; falls to zero in the second half."""
    adversarial_learning_rate: flags.Number = None
    """Of both sides in the second stage. Left out: a third of --learning-rate."""
    ema_half_life: flags.Weight = None
    """Clips after which a moving average of the generator, which then serves, has forgotten half; 0 for none. In a
    short training at most a tenth of it."""
    mirror: flags.Switch = False
    """Mirror half of the clips in training."""
    held_out: flags.Fraction = 0.1
    """Share of the videos kept for `evaluate`; a test folder takes its place. Of one video: tenths of its time."""

    def settle(self):
        super().settle()
        if self.steps is not None and self.adversarial_steps is None:
            self.adversarial_steps = -(-self.steps // 2)

    @property
    def sharpens(self):
        """Whether there is a second stage."""
        return bool(self.adversarial_weight or self.gradient_weight)

    def check(self):
        if not self.sharpens:
            for name in ("adversarial_steps", "adversarial_learning_rate"):
                if self.given[name] is not None:
                    raise UserError(
                        f"expected no {flags.name_of(name)} where both weights are 0, as there is no second stage; "
                        f"found {self.given[name]}; drop it"
                    )
        if self.minutes and self.given["adversarial_steps"] is not None:
            raise UserError(
                "expected no --adversarial-steps with --minutes, half of which that stage gets; found "
                f"{self.adversarial_steps}; drop one of them"
            )
        if any(side % 8 or side < 32 for side in self.size):
            raise UserError(
                "expected --image-size in multiples of 8, at least 32, as frames are drawn at four scales; found "
                f"{self.image_size}; try 64 or 48x64"
            )
        if not self.data and (self.channels != 1 or self.minimum_motion or self.stride != 1 or self.mirror):
            raise UserError(
                "expected --channels, --stride, --minimum-motion and --mirror with --data only; the bundled digits are "
                "grey and move at their own speed; drop them, or set --data"
            )

    def open_all(self, length):
        """All clips of so many frames."""
        from kgan import data
        from kgan.data import samples

        if not self.data:
            return samples.digits_in_motion(self.size, length, digits=1)
        return data.video(
            self.data,
            self.size,
            length,
            self.stride,
            channels=self.channels,
            minimum_motion=self.minimum_motion,
            flip=self.mirror,
            # Hidden, as it is filled before the run begins, and a run begins in a folder without files in sight.
            cache=Path(self.run) / ".frames",
        )

    def open(self, frames=None):
        """The split of the clips, which are as long as `frames` are to be drawn; left out: as in training."""
        from kgan.data.source.split import Split

        return Split.of(
            self.open_all(self.input_frames + (frames or self.unroll * self.output_frames)), self.held_out
        )

    def stages(self, split):
        from kgan.app.run.stages import Stage
        from kgan.data.source.examples import batch_of
        from kgan.tasks.video.sample_grid import clips_in_rows

        examples = batch_of(self.open(frames=SHOWN).measured, EXAMPLES)["frames"]
        shared = {"source": split.training, "draw": lambda model: clips_in_rows(model, examples, SHOWN)}
        first = Stage("pixels", self.build_pixels, steps=self.steps, epochs=self.epochs, **shared)
        second = Stage(
            "all losses",
            self.build_all,
            steps=self.adversarial_steps,
            epochs=self.epochs and -(-self.epochs // 2),
            **shared,
        )
        return [first, second] if self.sharpens else [first]

    def build_pixels(self, previous, steps):
        """Returns the scheme that learns by the pixel loss, compiled for so many steps."""
        from kgan.networks import multiscale
        from kgan.schemes import VideoPredictionGAN
        from kgan.tasks.video.building import compiled

        size = (self.channels, self.input_frames, self.output_frames, self.width)
        generator = multiscale.generator(*size, changes=self.changes)
        model = VideoPredictionGAN(generator, [], p=self.p, unroll=self.unroll)
        weights = {"generator/gradient_difference": 0.0}
        return compiled(self, model, steps, self.learning_rate, weights)

    def build_all(self, previous, steps):
        """Returns the scheme that goes on with a generator by all losses."""
        from kgan.networks import multiscale
        from kgan.schemes import VideoPredictionGAN
        from kgan.tasks.video.building import compiled

        for variable, average in previous.averaged:
            variable.assign(average)
        judges, weights = [], {"generator/gradient_difference": self.gradient_weight}
        if self.adversarial_weight:
            size = (self.size, self.channels, self.input_frames, self.output_frames)
            judges = multiscale.discriminators(*size, max(4, self.width // 2))
            weights["generator/adversarial"] = self.adversarial_weight
        model = VideoPredictionGAN(previous.generator, judges, p=self.p, unroll=self.unroll)
        rate = self.adversarial_learning_rate or self.learning_rate / 3
        return compiled(self, model, steps, rate, weights)

    def verdict(self, model, split):
        from kgan.app.run.words import Verdict
        from kgan.data.source.examples import batch_of
        from kgan.tasks.video.scores import first_frame

        clips = batch_of(split.measured, MEASURED)["frames"]
        found = first_frame(model, clips)
        what = f"PSNR of the first predicted frame, {len(clips)} clips {split.words}"
        return Verdict(what, found.pop("model"), found, " dB", charts=self.far_ahead(model))

    def far_ahead(self, model):
        """Charts of many frames, each drawn from those before it; none where no video is long enough."""
        from kgan.data.source.examples import batch_of
        from kgan.tasks.video.scores import far_ahead

        for count in AHEAD:
            try:
                clips = batch_of(self.open(count).measured, FOLLOWED)["frames"]
            except UserError:
                continue
            return far_ahead(model, clips, count)
        return []


@dataclasses.dataclass
class Predict(Trained):
    """Let videos go on: files or folders of frames in, numbered frames and a moving picture out."""

    APP = APP

    inputs: tyro.conf.Positional[tuple[str, ...]] = ()
    """Video files, or folders of numbered frames."""
    output: flags.Text = None
    """Folder to write to, a sub-folder a video. Left out: `predicted` in the run's folder."""
    frames: flags.Positive = 8
    """How many frames to draw."""
    start: flags.Whole = None
    """Go on from this frame (from 1 on), and show the truth beside. Left out: from the video's end."""
    format: Format = "gif"
    """Of the moving picture: `gif`, `mp4`, or `png` for numbered frames alone."""
    rate: flags.Above = 8.0
    """Frames a second of the moving picture."""
    longest_side: flags.Positive = 512
    """Frames with a longer side are made smaller first."""
    overwrite: bool = False
    """Replace what is there."""

    def check(self):
        if not self.inputs:
            raise UserError("expected a video file or a folder of frames to go on with; found none; name one")
        for path in self.inputs:
            if not Path(path).exists():
                raise UserError(
                    f"expected a video or a folder of frames in {path}; found nothing; check the name"
                )

    def work(self, model):
        from kgan.tasks.video.continuation import Continuation

        folder = Path(self.output) if self.output else self.folder.path / "predicted"
        model.jit_compile = False
        work = Continuation(model, folder, self.frames, self.start, self.longest_side, self.overwrite)
        failures = []
        for number, path in enumerate(self.inputs, 1):
            try:
                written = work.write(Path(path), self.format, self.rate)
            except UserError as error:
                if len(self.inputs) == 1:
                    raise
                failures.append(str(error))
                continue
            print(f"{number}/{len(self.inputs)} {path} -> {written}", flush=True)
        if failures:
            print("\n".join(f"Left out: {line}" for line in failures))
            raise UserError(
                f"expected {len(self.inputs)} videos that can be used; left out {len(failures)}, named above; the "
                "others are done"
            )


@dataclasses.dataclass
class Evaluate(evaluate.Evaluate):
    """Measure on held-out clips, frame by frame, beside copying the last frame and optical flow."""

    APP = APP

    frames: flags.Positive = 8
    """How many frames to draw, each from those before it."""
    most: flags.Positive = 100
    """How many clips to measure with, at most."""

    def work(self, model):
        from kgan.data.source.examples import batch_of
        from kgan.tasks.video.scores import compare, table

        split = self.training(Train).open(self.frames)
        clips = batch_of(split.measured, self.most)["frames"]
        found = compare(model, clips, self.frames)
        protocol = (
            f"{len(clips)} clips, {split.words}; frame 1 to {self.frames} after {model.input_frames} seen, each drawn "
            "from those before it; means over clips of each clip's value, in dB but for SSIM, 8 bits, equal frames "
            "counted as 60 dB; moving: optical flow above 0.2 pixels"
        )
        self.tell(table(found, protocol), {"protocol": protocol, "methods": found})


@dataclasses.dataclass
class Export(export.Export):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    APP = APP


VERBS = {"train": Train, "predict": Predict, "evaluate": Evaluate, "export": Export}

if __name__ == "__main__":
    from kgan.cli.dispatch import main

    sys.exit(main([APP, *sys.argv[1:]]))
