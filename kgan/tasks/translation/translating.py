"""Training that the apps which translate images share. No Keras here: `--help` imports this."""

import dataclasses
from typing import Literal

from kgan.app import flags
from kgan.app.verbs.train import Training

# Load size over image size: 286 over 256, as in the papers.
LOAD = 286 / 256
EXAMPLES = 8

Direction = Literal["AtoB", "BtoA"]
Patch = Literal[1, 16, 34, 70, 142, 286]
Channels = Literal[1, 3]
Normalization = Literal["batch", "instance"]


@dataclasses.dataclass
class Translating(Training):
    """Base of `train`: an app adds its flags (`held_out` among them), and writes these three.

    `open_all()` returns everything there is to train on, `build(steps_per_epoch)` the compiled scheme, and
    `drawn(model, examples)` a sample grid of held-out examples.
    """

    def open_all(self):
        """Returns the source of everything, nothing held out."""
        raise NotImplementedError

    def build(self, steps_per_epoch=1):
        """Returns the compiled scheme."""
        raise NotImplementedError

    def drawn(self, model, examples):
        """Returns `(images, captions, columns)` of what a model makes of a batch."""
        raise NotImplementedError

    @property
    def load_size(self):
        """What pictures are resized to before they are cropped."""
        return tuple(round(LOAD * side) for side in self.size)

    def check(self):
        flags.share("held_out", self.held_out)

    def open_source(self):
        return self.open_split()[0]

    def open_split(self):
        """Returns what to train on, what to measure with, and which that is, in words."""
        source = self.open_all()
        if not self.held_out:
            return source, source, "those trained on"
        training, apart = source.split(self.held_out)
        return training, apart, f"held out ({self.held_out:.0%}), seed 0"

    def stages(self, source):
        from kgan.app.run.stages import Stage
        from kgan.tasks.translation.translation import held_out_batch

        examples = held_out_batch(self.open_split()[1], EXAMPLES)
        steps = source.batches_per_epoch(self.batch_size)
        return [
            Stage(
                "train",
                lambda previous: self.build(steps),
                source,
                self.epochs,
                draw=lambda model: self.drawn(model, examples),
            )
        ]
