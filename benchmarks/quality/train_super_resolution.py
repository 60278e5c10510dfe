"""Trains the super-resolution network that ships, in kgan's own run folder: resumable, with checkpoints and report.

    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4 --minutes 60
    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4-end --epochs 10 \
        --init-from runs/photo-x4 --decay

`benchmarks/quality/photographs.py` makes the folder of tiles. The second command goes on from the first with a rate
that falls to nothing, which is worth about a tenth of a decibel.
"""

import dataclasses
import sys

from kgan.apps.super_resolution import Train

from kgan.cli.dispatch import answer, parse


@dataclasses.dataclass
class TrainShipped(Train):
    """Train the network that ships by the L1 loss."""

    decay: bool = False
    """Let the rate fall to zero along a cosine over --epochs."""

    def __post_init__(self):
        self.network, self.train_stages, self.held_out = "small", "pixel", 0.0
        super().__post_init__()

    def open_split(self):
        from kgan import data
        from kgan.data.views.degradation import paired

        large = data.images(self.data, self.size, fit="crop")
        return paired(large, self.scale, self.degradation, turns=True), None

    def build_generator(self):
        from kgan.networks import edsr

        return edsr.generator(self.scale, width=self.width, blocks=self.blocks, direct=True)

    def build_pixel(self):
        import keras

        from kgan.schemes import SuperResolution

        rate = self.learning_rate
        if self.decay:
            steps = self.epochs * (self.open_source().batches_per_epoch(self.batch_size))
            rate = keras.optimizers.schedules.CosineDecay(rate, steps)
        else:
            rate = keras.optimizers.schedules.CosineDecay(
                1e-5, 2**30, 1.0, warmup_target=rate, warmup_steps=100
            )
        model = SuperResolution(self.build_generator(), "l1")
        model.compile(keras.optimizers.Adam(rate), ema_decay=self.ema_decay or None, seed=self.seed)
        return model


if __name__ == "__main__":
    sys.exit(answer(lambda: parse(TrainShipped, sys.argv[1:], "train_super_resolution.py")()))
