"""SEGAN: noisy speech into clean, sample by sample."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import KerasTensor, ops

from kgan.adversarial.networks import inputs_by_name
from kgan.schemes.translation.pix2pix import Pix2Pix

# Keras has epsilon under the root, where its 1e-7 is 3e-4 outside: see `WGAN`.
RMSPROP = {"class_name": "RMSprop", "config": {"learning_rate": 2e-4, "epsilon": 1e-16}}
LOUDEST = 2.0  # of a wave in [-1, 1] with its pre-emphasis


class SEGAN(Pix2Pix):
    """Speech enhancement (Pascual, Bonafonte and Serra 2017, arXiv:1703.09452).

    Of pairs (s, y), a noisy wave and its clean one, and normal latents z,

    - D minimises `1/2 E (D(y, s) - 1)**2 + 1/2 E D(G(z, s), s)**2`,
    - G minimises `1/2 E (D(G(z, s), s) - 1)**2 + 100 E |y - G(z, s)|`

    (equations 5 and 6), D normalized by a reference batch. RMSprop at 2e-4 and batches of 400. The paper's waves are of
    16 kHz, pre-emphasized at 0.95, in windows of 16,384 samples of which halves overlap:
    `kgan.data.sounds.windows`; `kgan.tasks.speech.enhancing.enhance` cleans a recording of any length.

    Args:
        generator: network from `{"source": (batch, length, 1), "latent"}` to waves `(batch, length, 1)`.
        discriminator: network from `{"source", "target"}` to logits `(batch, 1)`.

    Raises:
        ValueError: networks that do not fit.

    Example:
        >>> reference = noisy[:32], clean[:32]
        >>> model = SEGAN(segan.generator(16384), segan.discriminator(reference))
        >>> model.compile()
        >>> model.fit((noisy, clean), batch_size=100)  # (count, 16384, 1), float32 in [-1, 1], pre-emphasized
        >>> cleaned = enhance(model, recording)

    Differs from the paper: `predict` and exports have a latent of zero, its mean, so that they are deterministic.
    """

    discriminator_output = "logit"
    defaults = {
        "loss": "least-squares",
        "loss_weights": {"generator/l1": 100.0},
        "generator_optimizer": RMSPROP,
        "discriminator_optimizer": RMSPROP,
    }
    weights_by_loss = {}

    def __init__(self, generator: keras.Model, discriminator: keras.Model, **kwargs) -> None:
        for network, names in (
            (generator, {"source", "latent"}),
            (discriminator, {"source", "target"}),
        ):
            found = set(inputs_by_name(network, "source"))
            if found != names:
                raise ValueError(
                    f"SEGAN: expected a {network.name} with inputs {sorted(names)}, received one with "
                    f"{sorted(found)}. Build it with segan."
                )
        lengths = [
            inputs_by_name(network, "source")["source"].shape[1] for network in (generator, discriminator)
        ]
        if lengths[0] != lengths[1]:
            raise ValueError(
                f"SEGAN: expected networks of one length, received a generator for {lengths[0]} samples and a "
                f"discriminator for {lengths[1]}. Build the generator for the reference's length."
            )
        super().__init__(generator, discriminator, **kwargs)
        self.length = lengths[0]

    def check_batch(self, batch: dict) -> None:
        super().check_batch(batch)
        for key in self.batch_keys:
            loudest = float(np.max(np.abs(np.asarray(batch[key][:256])), initial=0)) if key in batch else 0
            if loudest > LOUDEST:
                raise ValueError(
                    f"fit: expected {key!r} as waves in [-1, 1], received numbers up to {loudest:.4g}. Divide 16-bit "
                    "samples by 32768."
                )

    @property
    def input_signature(self) -> dict:
        source = inputs_by_name(self.generator, "source")["source"]
        return {"source": KerasTensor(source.shape, source.dtype, name="source")}

    def latent_shape(self, source) -> tuple:
        """The shape of the latents of these sources."""
        return ops.shape(source)[0], *inputs_by_name(self.generator, "source")["latent"].shape[1:]

    def generate(self, batch: Mapping) -> dict:
        latent = self.draw(batch, "latent", self.latent_shape(batch["source"]))
        return {"image": self.generator({"source": batch["source"], "latent": latent})}

    def judge(self, image, batch: Mapping):
        return self.discriminator({"source": batch["source"], "target": image})

    def call(self, inputs, training: bool = False):
        source = inputs["source"] if isinstance(inputs, dict) else inputs
        latent = ops.zeros(self.latent_shape(source), source.dtype)
        return self.generator({"source": source, "latent": latent}, training=training)
