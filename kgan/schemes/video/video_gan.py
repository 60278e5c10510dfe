"""VideoGAN: short clips out of noise, or out of a first frame, what moves drawn apart from what stands still."""

from collections.abc import Mapping

import keras
from keras import KerasTensor, ops

from kgan import backend, objectives
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, outputs_by_name

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class VideoGAN(AdversarialModel):
    """Generating videos with scene dynamics (Vondrick, Pirsiavash and Torralba 2016, arXiv:1609.02612).

    G draws `G(z) = m(z) * f(z) + (1 - m(z)) * b(z)` (its equation 2): a moving foreground f, a background b that is one
    picture for the whole clip, a mask m of every frame. With D a network of whole clips,

    - D minimises `-log D(x) - log(1 - D(G(z)))`,
    - G minimises `-log D(G(z)) + 0.1 mean(m)`: a sparse mask leaves to the background what does not move.

    A generator that takes a picture in place of z goes on from that first frame x_0, which its clip shall begin with:
    `10 mean((x_0 - G_0(x_0))**2)` more.

    Args:
        generator: network from latents `(batch, latent_size)`, or first frames `(batch, height, width, channels)`, to a
            dict with `frames` `(batch, frames, height, width, channels)` in [-1, 1] and `mask`
            `(batch, frames, height, width, 1)` in [0, 1], such as `two_stream.generator`.
        discriminator: network from such frames to `(batch, 1)` logits.

    Raises:
        ValueError: a generator without frames and mask, or networks that do not fit together.

    Example:
        >>> model = VideoGAN(two_stream.generator((64, 64)), two_stream.discriminator((64, 64)))
        >>> model.compile()
        >>> model.fit(clips, batch_size=64, epochs=10)  # (count, 32, 64, 64, 3)
        >>> model.sample(4, seed=1).shape
        (4, 32, 64, 64, 3)

    Differs from the paper: the first frame's weight and means over pixels are those of the authors' code, the square is
    the paper's (the code has the absolute difference, and no sparse mask where a first frame is given). One pass of G
    serves both sides. Batches of 64 there.
    """

    batch_keys = ("frames",)
    discriminator_output = "logit"
    defaults = {
        "loss": "non-saturating",
        "loss_weights": {"generator/mask": 0.1, "generator/first_frame": 10.0},
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    def __init__(self, generator: keras.Model, discriminator: keras.Model, **kwargs) -> None:
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        made = outputs_by_name(generator)
        if not {"frames", "mask"} <= set(made):
            raise ValueError(
                f"VideoGAN: expected a generator that returns a dict with 'frames' and 'mask', received "
                f"{sorted(made)}. Build it with two_stream.generator, or name its outputs so."
            )
        judged = tuple(inputs_by_name(discriminator, "frames")["frames"].shape)
        if judged[1:] != made["frames"][1:]:
            raise ValueError(
                f"VideoGAN: expected a discriminator for the generator's frames {made['frames']}, received one for "
                f"{judged}. Build both with one image_size, frames and channels."
            )

    @property
    def taken(self):
        """The generator's symbolic input."""
        return next(iter(inputs_by_name(self.generator, "input").values()))

    @property
    def goes_on(self) -> bool:
        """Whether clips go on from a first frame, rather than coming out of noise."""
        return len(self.taken.shape) == 4

    @property
    def batch_shapes(self) -> dict:
        return {"frames": inputs_by_name(self.discriminator, "frames")["frames"].shape}

    @property
    def input_signature(self) -> dict:
        name = "first_frame" if self.goes_on else "latent"
        return {name: KerasTensor(self.taken.shape, self.taken.dtype, name=name)}

    def generate(self, batch: Mapping) -> dict:
        if self.goes_on:
            return self.generator(batch["frames"][:, 0])
        return self.generator(
            self.draw(batch, "latent", (ops.shape(batch["frames"])[0], self.taken.shape[1]))
        )

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.contest(batch, "discriminator", self.discriminator, batch["frames"], generated["frames"])

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        found = self.contest(batch, "generator", self.discriminator, batch["frames"], generated["frames"])
        found["mask"] = ops.mean(ops.abs(ops.cast(generated["mask"], "float32")))
        if self.goes_on:
            found["first_frame"] = objectives.l2(batch["frames"][:, 0], generated["frames"][:, 0])
        return found

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        shape = (-1, *batch["frames"].shape[2:])
        return ops.reshape(batch["frames"], shape), ops.reshape(generated["frames"], shape)

    def call(self, inputs, training: bool = False):
        if isinstance(inputs, dict):
            (inputs,) = inputs.values()
        return self.generator(inputs, training=training)["frames"]

    def sample_inputs(self, count: int, seed: int) -> dict:
        if self.goes_on:
            return super().sample_inputs(count, seed)
        return {"latent": backend.random("normal", (count, self.taken.shape[1]), [seed, 0])}
