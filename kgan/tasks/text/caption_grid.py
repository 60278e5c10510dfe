"""Pictures by caption: grids with the words above, single files, walks between captions, captions in one style."""

import itertools
import re
from pathlib import Path

import numpy as np

from kgan.files.atomic import claim
from kgan.pictures.grid import image_grid, save_png

# Pixels to which small pictures are enlarged, and the width of a letter above them, roughly.
SIDE, LETTER = 64, 9
PAPER = 1.0


def rows_of(images, captions, count):
    """What `kgan.pictures.grid.image_grid` takes: each caption's pictures side by side, as one wide picture.

    Args:
        images: `(captions * count, height, width, channels)` in [-1, 1], caption by caption.
        captions: list of str.
        count: pictures a caption.

    Returns:
        `(images, captions, columns)`.
    """
    images = np.asarray(images)
    scale = max(1, round(SIDE / max(images.shape[1:3])))
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    height, width, channels = images.shape[1:]
    gap = np.full((len(captions), height, 2, channels), PAPER, images.dtype)
    strips = []
    for number in range(count):
        strips += [images[number::count], *([gap] if number + 1 < count else [])]
    room = max(8, (count * width) // LETTER)
    told = [caption if len(caption) <= room else caption[: room - 3] + "..." for caption in captions]
    columns = max(1, min(len(captions), round(np.sqrt(len(captions) / count))))
    return np.concatenate(strips, axis=2), told, columns


class CaptionDrawing:
    """Draws captions into a folder, and over nothing that is there unless told so.

    Args:
        model: a `TextToImage`.
        folder: path.
        captions: list of str.
        count: pictures a caption.
        seed: another seed gives other pictures.
        overwrite: whether existing files may be replaced.
    """

    def __init__(self, model, folder, captions, count=4, seed=0, overwrite=False):
        self.model, self.folder = model, Path(folder)
        self.captions, self.count, self.seed = list(captions), count, seed
        self.overwrite = overwrite

    def images(self):
        """`(captions * count, height, width, channels)` in [-1, 1], caption by caption."""
        asked = [caption for caption in self.captions for _ in range(self.count)]
        return self.model.sample(len(asked), seed=self.seed, caption=asked)

    def cells(self):
        """`rows_of` the images."""
        return rows_of(self.images(), self.captions, self.count)

    def grid_and_files(self):
        """Writes `grid.png`, each caption above its pictures, and a file a picture; returns the paths."""
        grid = claim(self.folder / "grid.png", self.overwrite)
        files = [
            claim(self.folder / f"{number:03d}-{slug(caption)}-{index}.png", self.overwrite)
            for number, caption in enumerate(self.captions)
            for index in range(self.count)
        ]
        images = self.images()
        cells, told, columns = rows_of(images, self.captions, self.count)
        save_png(image_grid(cells, columns, told, scale=1), grid)
        for image, file in zip(images, files, strict=True):
            save_png(image_grid(image[None], scale=1, gap=0), file)
        return [grid, *files]

    def walk(self, steps=8):
        """Writes `interpolation.png`: from each caption to the next in `steps` pictures, a row a latent."""
        target = claim(self.folder / "interpolation.png", self.overwrite)
        ends = self.model.conditions(self.captions)
        amounts = np.linspace(0, 1, steps, dtype="float32")[:, None]
        texts = np.concatenate([a + (b - a) * amounts for a, b in itertools.pairwise(ends)])
        tokens = np.zeros((self.count, *self.model.input_signature["tokens"].shape[1:]), "int32")
        latents = self.model.sample_inputs(self.count, self.seed, tokens=tokens)["latent"]
        inputs = {
            "text": np.tile(texts, (self.count, 1)),
            "latent": np.repeat(latents, len(texts), axis=0),
        }
        images = self.model.predict(inputs, batch_size=64, verbose=0)
        save_png(image_grid(images, columns=len(texts)), target)
        return target

    def styled(self, picture):
        """Writes `style.png`: a picture, and beside it each caption in its style.

        Args:
            picture: `(height, width, channels)` in [-1, 1], of the model's size.
        """
        target = claim(self.folder / "style.png", self.overwrite)
        latent = np.repeat(self.model.style(picture[None]), len(self.captions), axis=0)
        inputs = {"text": self.model.conditions(self.captions), "latent": latent}
        images = np.concatenate([picture[None], self.model.predict(inputs, batch_size=64, verbose=0)])
        cells, told, _ = rows_of(images, ["style", *self.captions], 1)
        save_png(image_grid(cells, len(cells), told, scale=1), target)
        return target


def slug(caption):
    """A caption as part of a file name, in any script."""
    return re.sub(r"[^\w-]+", "-", caption).strip("-")[:48] or "caption"
