"""SampleGrid: pictures of what the model makes, over time."""

import os
from collections.abc import Callable
from pathlib import Path

from kgan.callbacks.recording import Sparing, steps_taken
from kgan.pictures.grid import image_grid, save_png


class SampleGrid(Sparing):
    """Writes a picture of what the model makes, `step-000001500.png`, to look at over time.

    Drawing consumes no randomness of the training: the same seed gives the same latents each time.

    Args:
        folder: path of a folder.
        draw: callable from the model to `(images, captions, columns)` as `kgan.pictures.grid.image_grid` takes
            them. Default: 64 samples of a fixed seed.
        seconds, share: how seldom; see `Sparing`.

    Example:
        `model.fit(images, epochs=10, callbacks=[SampleGrid("samples")])`
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        draw: Callable | None = None,
        seconds: float = 0.0,
        share: float = 1.0,
    ):
        super().__init__(seconds, share)
        self.folder = Path(folder)
        self.draw = draw or (lambda model: (model.sample(64, seed=0), None, None))
        self.path, self.size = None, None

    def now(self, logs: dict | None = None) -> None:
        """Writes the picture of the model as it is now."""
        images, captions, columns = self.draw(self.model)
        picture = image_grid(images, columns, captions)
        self.path, self.size = self.folder / f"step-{steps_taken(self.model):09d}.png", picture.size
        save_png(picture, self.path)
