"""Pictures in, pictures out: the base of the verb `predict` of every image-to-image app."""

import dataclasses
import time
from pathlib import Path
from typing import ClassVar, Literal

import tyro

from kgan.app import flags, startup
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError

Format = Literal["same", "png", "jpeg"]
# Rows of a result that become integers at a time.
ROWS = 256
# Rows around those of a bicubic enlargement that they depend on, and some more.
AROUND = 4
SUFFIXES = {"same": "", "png": ".png", "jpeg": ".jpg"}


@dataclasses.dataclass
class Predict(Trained):
    """Base of an app's `predict`: a dataclass whose fields are flags.

    An app sets `APP`, adds its own fields, and writes `image_network(model)`. That is enough where one picture
    becomes one picture, `scale` times as large:

        @dataclasses.dataclass
        class Predict(predict.Predict):
            "Turn pictures into their partners."

            APP = APP

            def image_network(self, model):
                from kgan.tiles.runner import ImageNetwork

                def call(images):  # {"image": float32 (1, height, width, channels) in [-1, 1]}
                    return model.predict_on_batch({"source": images["image"]})

                return ImageNetwork(call, model.generator)

    The base reads and writes files, runs any size, in tiles where memory asks for it, and keeps alpha (as it
    is, or enlarged bicubically), 16 bits, colour profiles and, with `KEEPS_GREY`, that a picture is grey. An
    app whose pictures need more (a mask) writes `transformed(run, job, picture)` instead of leaving it, and
    `also_read()` for what else it reads. `model.jit_compile` is off by then, as each new size would be compiled.
    """

    # Whether a grey picture comes out grey.
    KEEPS_GREY: ClassVar[bool] = True

    inputs: tyro.conf.Positional[tuple[str, ...]] = ()
    """Pictures, or folders of pictures."""
    output: flags.Text = None
    """Folder to write to, or a file name for a single picture. Left out: `predicted` in the run's folder, or
    here for a model that is in none."""
    format: Format = "same"
    """`same` keeps each picture's own; JPEG loses a little each time, PNG nothing."""
    quality: flags.Percent = 95
    """Of JPEG, 1 to 100."""
    tile: flags.Natural = None
    """Side in pixels of the tiles to work in; 0 for never. Left out: chosen by --memory-limit."""
    memory_limit: flags.Number = None
    """Gigabytes that this command may hold. Left out: what it holds at first, and half of what is free."""
    shard: flags.Text = None
    """`I/N`: only the I-th of N parts of the pictures, for N processes or machines. A name decides its part."""
    overwrite: bool = False
    """Replace what is there. Inputs are never replaced."""

    # An app writes these ------------------------------------------------------------------------------------

    def image_network(self, model):
        """Returns the `kgan.tiles.runner.ImageNetwork` that does the work."""
        raise NotImplementedError

    def transformed(self, run, job, picture):
        """Returns the `kgan.pictures.picture.Picture` that one becomes, or `Bands` of it.

        Args:
            run: `kgan.tiles.runner.Runner` of the image network.
            job: `kgan.app.predicting.predict_files.Job`, for messages and to find what belongs to the picture.
            picture: `kgan.pictures.picture.Picture`.
        """
        return repainted(run, picture, self.KEEPS_GREY)

    def also_read(self):
        """Returns further files that are read, so that none is written over."""
        return []

    def left_out(self, names):
        """Returns those of a folder's names that are no input, such as masks."""
        return set()

    # The base writes these ----------------------------------------------------------------------------------

    def check(self):
        for path in self.inputs:
            if not Path(path).exists():
                raise UserError(f"expected a picture or a folder in {path}; found nothing; check the name")
        shard = flags.part(self.shard) if self.shard else (1, 1)
        startup.start()
        from kgan.app.predicting.predict_files import plan

        output = self.output or ("predicted" if self.model else self.folder.path / "predicted")
        self._jobs = plan(
            self.inputs,
            output,
            SUFFIXES[self.format],
            self.overwrite,
            self.also_read(),
            self.left_out,
            shard=shard,
        )
        if not self._jobs:
            print(f"No picture falls into part {self.shard}; the other parts have them all")

    def work(self, model):
        from kgan.pictures import picture_file
        from kgan.tiles.runner import Runner

        model.jit_compile = False
        limit = self.memory_limit and 1e9 * self.memory_limit
        run = Runner(self.image_network(model), self.tile, limit, lambda line: print(line, flush=True))
        failures, began = [], time.monotonic()
        for number, job in enumerate(self._jobs, 1):
            try:
                picture = picture_file.read(job.source)
                picture_file.write(self.transformed(run, job, picture), job.target, self.quality)
            except UserError as error:
                # One bad file among many shall not cost the others.
                if len(self._jobs) == 1:
                    raise
                failures.append(str(error))
                continue
            each = (time.monotonic() - began) / number
            left = f", {each * (len(self._jobs) - number):.0f} s left" if number < len(self._jobs) else ""
            print(f"{number}/{len(self._jobs)} {job.name} -> {job.target}{left}", flush=True)
        for line in failures:
            print(f"Left out: {line}")
        if failures:
            raise UserError(
                f"expected {len(self._jobs):,} pictures that can be used; left out {len(failures):,}, named above; "
                "the others are done"
            )


def repainted(run, picture, keeps_grey=True):
    """Applies a `Runner` to a `Picture`: colours by the network, alpha as it is or enlarged.

    The network sees what lies under full transparency in the colour of its surroundings, so that no rim is left.

    Args:
        run: `kgan.tiles.runner.Runner`; its network takes `image`.
        picture: `kgan.pictures.picture.Picture`.
        keeps_grey: whether a grey picture comes out grey.

    Returns:
        `kgan.pictures.picture.Bands`: the work is done while they are written.
    """
    from kgan.pictures.picture import Bands, Floats, as_channels

    channels = run.image_network.network.inputs[0].shape[-1]
    made_channels = run.image_network.network.outputs[0].shape[-1] or channels
    grey = keeps_grey and picture.pixels.shape[-1] == 1
    scale = run.image_network.scale
    size = tuple(side * scale for side in picture.size)
    held = size[0] * size[1] * (1 if grey else 4) * (2 if picture.deep else 1)

    def bands():
        done = 0
        for band in run.bands({"image": Floats(picture, channels)}, held):
            # Few rows at a time: floats only where they are worked on.
            for start in range(0, len(band), ROWS):
                rows = band[start : start + ROWS]
                rows = as_channels(rows, 1) if grey and made_channels > 1 else rows
                alpha = None if picture.alpha is None else _enlarged(picture.alpha, scale, done, len(rows))
                done += len(rows)
                yield picture.remade(rows, alpha)
            del band, rows

    return Bands(size, bands(), picture.profile)


def _enlarged(alpha, scale, first, count):
    """Rows of a bicubically enlarged alpha, from what lies around them."""
    if scale == 1:
        return alpha[first : first + count]
    from kgan.data.views.degradation import enlarged

    top = max(0, first // scale - AROUND)
    below = -(-(first + count) // scale) + AROUND
    rows = enlarged(alpha[top:below], scale)
    return rows[first - top * scale :][:count]
