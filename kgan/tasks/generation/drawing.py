"""Pictures out of a trained generator: a grid, single files, or a walk through latent space."""

import re
from pathlib import Path

import numpy as np

from kgan.files.atomic import claim
from kgan.pictures.grid import image_grid, save_gif, save_png
from kgan.tasks.generation import latent_walk
from kgan.tasks.generation.label_grid import LabelGrid

GRID_COUNT, STRIP_COUNT, GIF_COUNT = 64, 8, 60
GIF_STOPS = 4


class Drawing:
    """Draws into a folder, and over nothing that is there unless told so.

    Args:
        model: an `AdversarialModel` whose `sample` draws images out of noise.
        folder: path.
        names: list of str, what the model's labels are called; None for a model without labels.
        labels: list of int, the labels to draw; default: all.
        seed: int.
        overwrite: bool, whether existing files may be replaced.
        truncation: float in [0, 1], how far styles may be from their mean; None where the model has none.
    """

    def __init__(self, model, folder, names=None, labels=None, seed=0, overwrite=False, truncation=None):
        self.model = model
        self.conditions = {} if truncation is None else {"truncation": truncation}
        self.folder = Path(folder)
        self.names = names
        self.labels = labels if labels is not None or names is None else list(range(len(names)))
        self.seed = seed
        self.overwrite = overwrite

    def grid(self, count=None):
        """Writes `grid.png`: `count` samples, or `count` of each label, in a column below its name.

        Returns:
            The path.
        """
        target = claim(self.folder / "grid.png", self.overwrite)
        images, captions, columns = self.cells(count)
        save_png(image_grid(images, columns, captions), target)
        return target

    def cells(self, count=None):
        """Returns `(images, captions, columns)`, as `kgan.pictures.grid.image_grid` takes them."""
        if self.names is None:
            return self.model.sample(count or GRID_COUNT, seed=self.seed, **self.conditions), None, None
        labels = np.array(self.labels)
        cells = LabelGrid([self.names[label] for label in labels], count)

        def drawn(wanted):
            return self.model.sample(len(wanted), seed=self.seed, label=labels[wanted], **self.conditions)

        return cells.fill(drawn)

    def files(self, count=None):
        """Writes a PNG for each of `count` samples (64 if left out), or of `count` of each label (one).

        Returns:
            The list of paths.
        """
        if self.names is None:
            images = self.model.sample(count or GRID_COUNT, seed=self.seed, **self.conditions)
            words = [""] * len(images)
        else:
            asked = np.repeat(self.labels, count or 1)
            images = self.model.sample(len(asked), seed=self.seed, label=asked, **self.conditions)
            words = ["-" + re.sub(r"[^\w.-]", "_", self.names[label]) for label in asked]
        targets = [self.folder / f"{number:05d}{word}.png" for number, word in enumerate(words)]
        for target in targets:
            claim(target, self.overwrite)
        for image, target in zip(images, targets, strict=True):
            save_png(image_grid(image[None], scale=1, gap=0), target)
        return targets

    def strip(self, count=None):
        """Writes `strip.png`: a walk from one sample to another in `count` images, a row for each label."""
        target = claim(self.folder / "strip.png", self.overwrite)
        images = self.walk(2, count or STRIP_COUNT, closed=False)
        save_png(image_grid(images.reshape(-1, *images.shape[2:]), columns=images.shape[1]), target)
        return target

    def gif(self, count=None):
        """Writes `walk.gif`: a walk of `count` frames that comes back to where it began."""
        target = claim(self.folder / "walk.gif", self.overwrite)
        images = self.walk(GIF_STOPS, count or GIF_COUNT, closed=True)
        save_gif([image_grid(frame) for frame in images.swapaxes(0, 1)], target)
        return target

    def walk(self, stops, count, closed):
        """Returns images `(labels or 1, count, height, width, channels)` along one walk."""
        rows = 1 if self.names is None else len(self.labels)
        points = latent_walk.path(self.latents(stops), count, closed)
        images = self.drawn(
            np.tile(points, (rows, 1)), np.repeat(np.array(self.labels or [0], np.int32), count)
        )
        return images.reshape(rows, count, *images.shape[1:])

    def latents(self, count):
        """Returns the latents of the first `count` samples of this seed, `(count, latent_size)`."""
        given = {} if self.names is None else {"label": self.labels[0]}
        return np.asarray(self.model.sample_inputs(count, self.seed, **given)["latent"])

    def drawn(self, latents, labels=None):
        """Returns the images of these latents; of these labels, or of the first that is drawn."""
        inputs = {"latent": latents}
        if self.names is not None:
            inputs["label"] = np.full(len(latents), self.labels[0], np.int32) if labels is None else labels
        for name, value in self.conditions.items():
            inputs[name] = np.full(len(latents), value, np.float32)
        return self.model.predict(inputs, batch_size=64, verbose=0)
