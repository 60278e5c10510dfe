"""Trains the super-resolution network that ships, in kgan's own run folder: resumable, with checkpoints and report.

    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4 --minutes 25
    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4-end --steps 342 \
        --init-from runs/photo-x4 --decay-to-zero --learning-rate 6e-4 --ema-half-life 550

`benchmarks/quality/photographs.py` makes the folder of tiles. The rate is constant, so that it can be stopped whenever
there is no more time; the second command goes on from there with a rate that falls to zero. Where the time is known
beforehand, `kgan super-resolution train --network small --width 48 --image-size 128 ...` does both at once.

    python benchmarks/quality/train_super_resolution.py --data tiles --run runs/photo-x4-gan --steps 300 \
        --train-stages adversarial --init-from saved_models/photo-x4/photo-x4.keras --image-size 64

goes on from there against a U-Net that judges every pixel, with features of `vgg16-hed` and a pixel loss beside them,
as features alone were seen to leave a checkerboard. What ships was made without (its card says how). With
`--degradation blind`, 227 steps from what is now photo-x4-degraded left a checkerboard all the same, and came no nearer
to the photographs to validate.
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

    pixel_weight: float = 2.0
    """Of the L1 loss in the adversarial stage."""
    discriminator_width: int = 16
    """Features of the U-Net at full resolution."""

    def settle(self):
        if self.train_stages == "adversarial":
            adversarial = {
                "features": "vgg16-hed",
                "adversarial_weight": 0.05,
                "adversarial_learning_rate": 2e-4,
                "ema_half_life": 400,
            }
            for name, value in adversarial.items():
                if getattr(self, name) in (None, "auto"):
                    setattr(self, name, value)
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

    def build_adversarial(self, previous, steps=1000):
        import keras

        from kgan import schemes
        from kgan.networks import unet_discriminator
        from kgan.tasks.super_resolution.perceptual import perceptual

        objective, _ = perceptual(self.features, self.feature_layers, self.method, self.say)
        judge = unet_discriminator.discriminator(self.size, width=self.discriminator_width)
        model = schemes.ESRGAN(self.build_generator(), judge, objective)
        weights = {
            "generator/perceptual": 1.0,
            "generator/pixel": self.pixel_weight,
            "generator/adversarial": self.adversarial_weight,
        }
        rates = {
            side: keras.optimizers.Adam(factor * self.adversarial_learning_rate)
            for side, factor in (("generator_optimizer", 1.0), ("discriminator_optimizer", 2.0))
        }
        model.compile(
            **rates,
            loss="non-saturating",
            loss_weights=weights,
            ema_decay=self.decay(self.ema_half_life, steps),
            seed=self.seed,
            jit_compile=self.jit_compile,
        )
        return model


if __name__ == "__main__":
    sys.exit(answer(lambda: parse(TrainShipped, sys.argv[1:], "train_super_resolution.py")()))
