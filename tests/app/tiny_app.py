"""An app that trains in a second: what a new app writes on the harness, and no more."""

import contextlib
import dataclasses
import os
import sys

import numpy as np

from kgan.app.verbs.train import Training

CLASSES = list("abcde")


@dataclasses.dataclass
class Train(Training):
    """Train two tiny networks on noise."""

    APP = "tiny"

    image_size: str = "16"
    """Height and width."""
    batch_size: int = 8
    """Images a batch."""
    xla: str = "off"
    """Whether XLA compiles the step."""
    width: int = 4
    """Channels."""
    two_stages: bool = False
    """Whether a second stage goes on from the first."""
    signal_at: int = 0
    """Step after which this process gets a signal."""
    signal: int = 9
    """Which."""
    spoil_at: int = 0
    """Step after which a weight becomes NaN."""
    spoilings: int = 99
    """How often."""
    fill: str | None = None
    """File on a small disk that is filled at `fill_at`."""
    fill_at: int = 0
    """Step after which that disk is full."""

    FREE = Training.FREE | {"signal_at", "signal", "spoil_at", "spoilings", "fill", "fill_at"}

    def open(self):
        from kgan.data import Source
        from kgan.data.source.split import Split

        random = np.random.default_rng(0)
        images = random.integers(0, 256, (50, 16, 16, 1), np.uint8)
        return Split(Source.from_arrays({"image": images, "label": np.arange(50) % 5}, label_names=CLASSES))

    def stages(self, split):
        from kgan.app.run.stages import Stage

        source = split.training
        batch = next(iter(source.batches(20, training=False)))
        first = Stage(
            "first" if self.two_stages else "train",
            self.build,
            source,
            self.steps,
            self.epochs,
            draw=lambda model: (model.sample(10), CLASSES + [""] * 5, 5),
            watched=(batch["image"].numpy(), batch["label"].numpy()),
            callbacks=self.disturbances(),
        )
        second = dataclasses.replace(first, name="second", build=self.go_on, steps=6, epochs=None)
        return [first, second] if self.two_stages else [first]

    def build(self, previous, steps=9):
        from kgan import ConditionalGAN
        from kgan.networks import mlp

        shared = {"image_size": (16, 16), "channels": 1, "width": self.width, "depth": 1, "classes": 5}
        model = ConditionalGAN(
            mlp.generator(**shared, latent_size=8), mlp.discriminator(**shared), latent_size=8, classes=5
        )
        model.compile(discriminator_steps=2, ema_decay=0.9, seed=self.seed, jit_compile=self.jit_compile)
        return model

    def go_on(self, previous, steps):
        model = self.build(None)
        model.generator.set_weights(previous.generator.get_weights())
        return model

    def disturbances(self):
        import keras

        spoilt = []

        def disturb(batch, logs):
            step = int(model_of.model.steps)
            if step == self.signal_at:
                os.kill(os.getpid(), self.signal)
            if step == self.fill_at and self.fill:
                fill(self.fill)
            if step == self.spoil_at and len(spoilt) < self.spoilings:
                spoilt.append(step)
                weight = model_of.model.generator.trainable_variables[0]
                weight.assign(weight * float("nan"))

        model_of = keras.callbacks.LambdaCallback(on_train_batch_end=disturb)
        return [model_of]


def fill(path):
    """Writes until the disk is full."""
    with open(path, "ab", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(1024))


if __name__ == "__main__":
    from kgan.cli import dispatch

    VERBS = {"train": Train}
    sys.exit(dispatch.answer(lambda: dispatch.parse(Train, sys.argv[1:], "tiny")()))
