"""Training that the apps which translate images share. No Keras here: `--help` imports this."""

import dataclasses
from typing import Literal

from kgan.app.verbs.train import Training

# Load size over image size: 286 over 256, as in the papers.
LOAD = 286 / 256
EXAMPLES = 8

Direction = Literal["AtoB", "BtoA"]
Patch = Literal[1, 16, 34, 70, 142, 286]
Channels = Literal[1, 3]
Network = Literal["auto", "small", "paper"]
Normalization = Literal["batch", "instance"]


@dataclasses.dataclass
class Translating(Training):
    """Base of `train`: an app adds its flags (`held_out`, `batch_size`, `image_size`), and writes these three.

    `open_all()` returns everything there is to train on, `build(steps)` the compiled scheme, and `drawn(model,
    examples, split)` a sample grid of held-out examples.
    """

    def open_all(self):
        """Returns the source of everything, nothing held out."""
        raise NotImplementedError

    def build(self, steps):
        """Returns the compiled scheme for a training of so many steps."""
        raise NotImplementedError

    def drawn(self, model, examples, split):
        """Returns `(images, captions, columns)` of what a model makes of a batch."""
        raise NotImplementedError

    @property
    def load_size(self):
        """What pictures are resized to before they are cropped."""
        return tuple(round(LOAD * side) for side in self.size)

    def open(self):
        from kgan.data.source.split import Split

        return Split.of(self.open_all(), self.held_out)

    def stages(self, split):
        from kgan.app.run.stages import Stage
        from kgan.data.source.examples import batch_of

        examples = batch_of(split.measured, EXAMPLES)
        return [
            Stage(
                "train",
                lambda previous, steps: self.build(steps),
                split.training,
                self.steps,
                self.epochs,
                draw=lambda model: self.drawn(model, examples, split),
            )
        ]
