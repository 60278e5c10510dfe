"""SampleGrid: pictures of what the model makes, over time."""

import math
import time
from pathlib import Path

from kgan.callbacks.recording import Recording
from kgan.image_grid import image_grid, save_png


class SampleGrid(Recording):
    """Writes a picture of what the model makes, `step-000001500.png`, to look at over time.

    Drawing consumes no randomness of the training: the same seed gives the same latents each time.

    Args:
        folder: path of a folder.
        draw: callable from the model to `(images, captions, columns)` as `kgan.image_grid.image_grid` takes
            them.
            Default: 64 samples of a fixed seed.
        seconds: float, the shortest time between two pictures.

    Example:
        `model.fit(images, epochs=10, callbacks=[SampleGrid("samples")])`
    """

    def __init__(self, folder, draw=None, seconds=0.0):
        super().__init__()
        self.folder = Path(folder)
        self.draw = draw or (lambda model: (model.sample(64, seed=0), None, None))
        self.seconds = seconds
        self.path, self.size = None, None
        self._last = -math.inf

    def record(self, logs):
        if time.monotonic() - self._last >= self.seconds:
            self.now()

    def now(self):
        """Writes the picture for the model as it is now; returns its path."""
        images, captions, columns = self.draw(self.model)
        picture = image_grid(images, columns, captions)
        self.path, self.size = self.folder / f"step-{int(self.model.steps):09d}.png", picture.size
        save_png(picture, self.path)
        self._last = time.monotonic()
        return self.path
