"""Trains the super-resolution network that ships, in kgan's own run folder: resumable, with checkpoints and report.

    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4 --minutes 25
    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4-end --steps 342 \
        --init-from runs/photo-x4 --decay-to-zero --learning-rate 6e-4 --ema-half-life 550

`benchmarks/quality/photographs.py` makes the folder of tiles. The rate is constant, so that it can be stopped whenever
there is no more time; the second command goes on from there with a rate that falls to zero. Where the time is known
beforehand, `kgan super-resolution train --network small --width 48 --image-size 128 ...` does both at once.
"""

import dataclasses
import sys

from kgan.apps.super_resolution import Train

from kgan.cli.dispatch import answer
from kgan.cli.parse import parse

SETTINGS = {
    "network": "small",
    "train_stages": "pixel",
    "width": 48,
    "blocks": 5,
    "image_size": "128",
    "learning_rate": 1e-3,
    "ema_half_life": 2770,
    "held_out": 0.0,
}


@dataclasses.dataclass
class TrainShipped(Train):
    """Train the network that ships by the L1 loss."""

    batch_size: int = 8
    """Crops a batch."""
    decay_to_zero: bool = False
    """Let the rate fall to zero along a cosine, rather than stay."""

    def settle(self):
        for name, value in SETTINGS.items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        super().settle()

    def rate(self, steps):
        import keras

        if self.decay_to_zero:
            return keras.optimizers.schedules.CosineDecay(self.learning_rate, steps)
        return keras.optimizers.schedules.CosineDecay(
            self.learning_rate / 100, 2**30, 1.0, warmup_target=self.learning_rate, warmup_steps=100
        )


if __name__ == "__main__":
    sys.exit(answer(lambda: parse(TrainShipped, sys.argv[1:], "train_super_resolution.py")()))
