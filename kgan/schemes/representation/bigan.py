"""BiGAN: an encoder beside the generator, and a discriminator that sees picture and latent together."""

import math
from collections.abc import Mapping

import keras
import numpy as np
from keras import KerasTensor, ops

from kgan import backend
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs, outputs_by_name

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class BiGAN(AdversarialModel):
    """Bidirectional GAN (Donahue et al. 2017, arXiv:1605.09782), and ALI (Dumoulin et al. 2017, arXiv:1606.00704).

    An encoder E goes from pictures to latents; D is to tell pairs (x, E(x)) from pairs (G(z), z), z normal:

    - D minimises `E -log D(x, E(x)) + E -log(1 - D(G(z), z))`,
    - G and E minimise the same with the two exchanged, `E -log D(G(z), z) + E -log(1 - D(x, E(x)))`.

    Where D cannot tell, E inverts G. ALI's encoder is stochastic: a network that returns `{"mean", "log_deviation"}`
    gives `E(x) = mean + exp(log_deviation) * noise` in training and its mean in inference; one that returns latents is
    BiGAN's. Adam at 2e-4 with beta_1 of 0.5, batches of 128.

    `predict({"image": x})` gives `latent`, E(x), and `image`, G(E(x)).

    Args:
        generator: network from latents `(batch, latent_size)` to images.
        encoder: network from such images to latents `(batch, latent_size)`, or to `{"mean", "log_deviation"}` of that
            shape each.
        discriminator: network from `{"image", "latent"}` to one logit each, `(batch, 1)`.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> model = BiGAN(
        ...     mlp.generator((28, 28), latent_size=50), bigan.encoder((28, 28), latent_size=50),
        ...     bigan.discriminator((28, 28), latent_size=50),
        ... )
        >>> model.compile()
        >>> model.sample(4).shape
        (4, 28, 28, 1)

    Differs from the paper: latents are normal, as ALI's; the learning rate does not fall by itself, nor do weights.
    """

    batch_keys = ("image",)
    discriminator_output = "logit"
    defaults = {"loss": "non-saturating", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    def __init__(
        self, generator: keras.Model, encoder: keras.Model, discriminator: keras.Model, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.generator, self.encoder, self.discriminator = generator, encoder, discriminator
        latent = inputs_by_name(generator, "latent")["latent"].shape
        image = tuple(output_specs(generator)[0].shape)
        codes = outputs_by_name(encoder)
        self.stochastic = len(codes) > 1
        if self.stochastic and set(codes) != {"mean", "log_deviation"}:
            raise ValueError(
                "BiGAN: expected an encoder that returns latents, or {'mean', 'log_deviation'}, received outputs "
                f"{sorted(map(str, codes))}. Name them."
            )
        judged = inputs_by_name(discriminator, "image")
        if set(judged) != {"image", "latent"}:
            raise ValueError(
                "BiGAN: expected a discriminator with inputs 'image' and 'latent', received "
                f"{sorted(judged)}. Build it as keras.Model({{'image': image, 'latent': latent}}, logit)."
            )
        made = {
            "the encoder gives": next(iter(codes.values())),
            "the discriminator takes": judged["latent"].shape,
        }
        for who, shape in made.items():
            if tuple(shape)[1:] != tuple(latent)[1:]:
                raise ValueError(
                    f"BiGAN: expected latents {tuple(latent)}, which the generator takes, received {tuple(shape)}, "
                    f"which {who}. Build all three with one latent_size."
                )
        seen = {
            "encoder": inputs_by_name(encoder, "image")["image"].shape,
            "discriminator": judged["image"].shape,
        }
        for who, shape in seen.items():
            if tuple(shape)[1:] != image[1:]:
                raise ValueError(
                    f"BiGAN: expected a network {who} for images {image}, which the generator makes, received one for "
                    f"{tuple(shape)}. Build all three with one image size."
                )
        self.latent_size = latent[-1]

    @property
    def generator_side(self):
        return [self.generator, self.encoder]

    @property
    def batch_shapes(self) -> dict:
        return {"image": inputs_by_name(self.encoder, "image")["image"].shape}

    @property
    def input_signature(self) -> dict:
        image = inputs_by_name(self.encoder, "image")["image"]
        return {"image": KerasTensor(image.shape, image.dtype, name="image")}

    def generate(self, batch: Mapping) -> dict:
        shape = (ops.shape(batch["image"])[0], self.latent_size)
        latent = self.draw(batch, "latent", shape)
        code = self.encoder(batch["image"])
        if self.stochastic:
            code = code["mean"] + ops.exp(code["log_deviation"]) * self.draw(batch, "code", shape)
        return {"image": self.generator(latent), "latent": latent, "code": code}

    def pairs(self, batch: Mapping, generated: dict):
        """(x, E(x)) and (G(z), z), each pair in one row, so that penalties are on both."""

        def row(image, latent):
            return ops.concatenate([ops.reshape(image, (ops.shape(latent)[0], -1)), latent], axis=1)

        return (
            row(batch["image"], generated["code"]),
            row(generated["image"], generated["latent"]),
        )

    def judge(self, row, batch: Mapping):
        """D's logits for rows of `pairs`."""
        shape = inputs_by_name(self.encoder, "image")["image"].shape[1:]
        pixels = math.prod(shape)
        image = self.seen(batch, ops.reshape(row[:, :pixels], (-1, *shape)))
        return self.discriminator({"image": image, "latent": row[:, pixels:]})

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        real, fake = self.pairs(batch, generated)
        return self.contest(batch, "discriminator", lambda row: self.judge(row, batch), real, fake)

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        real, fake = (self.judge(row, batch) for row in self.pairs(batch, generated))
        return {"adversarial": self.loss.discriminator(fake, real)}

    def encode(self, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
        """E(x), the mean of a stochastic one: `(count, latent_size)`."""
        return self.predict({"image": images}, batch_size=batch_size, verbose=0)["latent"]

    def call(self, inputs, training: bool = False):
        """`latent` and `image`, E(x) and G(E(x)), of `image`; images of `latent`, for `sample`."""
        if "latent" in inputs:
            return self.generator(inputs["latent"], training=training)
        code = self.encoder(inputs["image"], training=training)
        code = code["mean"] if self.stochastic else code
        return {"latent": code, "image": self.generator(code, training=training)}

    def sample_inputs(self, count: int, seed: int) -> dict:
        return {"latent": backend.random("normal", (count, self.latent_size), [seed, 0])}
