"""GAN: a generator against a discriminator, whatever the loss between them."""

from collections.abc import Mapping

import keras
from keras import KerasTensor, ops

from kgan import backend
from kgan.adversarial import AdversarialModel
from kgan.adversarial.networks import inputs_by_name, output_specs


class GAN(AdversarialModel):
    """The generative adversarial network (Goodfellow et al. 2014, arXiv:1406.2661).

    min over G, max over D of `E log D(x) + E log(1 - D(G(z)))`, z normal. Which loss is minimised, and which
    penalty D pays, are arguments of `compile`; the default is the paper's non-saturating loss.

    Args:
        generator: network from latents `(batch, latent_size)` to images `(batch, height, width, channels)` in
            [-1, 1] (or to any other samples).
        discriminator: network from such samples to logits, `(batch, 1)` or a map `(batch, h, w, 1)`.
        latent_size: numbers in a latent.

    Raises:
        ValueError: networks that do not fit together, said with both shapes.

    Example:
        >>> gan = GAN(dcgan.generator((32, 32)), dcgan.discriminator((32, 32), normalization=None), latent_size=128)
        >>> gan.compile(loss="hinge", penalty="r1")
        >>> gan.fit(images, epochs=10)
        >>> gan.sample(16, seed=1).shape
        (16, 32, 32, 3)

    Differs from the paper: one D update and one G update a step share a batch and a generator pass; its
    Algorithm 1 is `generator_batch="fresh"`.
    """

    batch_keys = ("image",)
    fed_inputs = ()  # inputs that the scheme gives its networks beside latent or image, and label
    defaults = {"loss": "non-saturating"}

    def __init__(
        self, generator: keras.Model, discriminator: keras.Model, latent_size: int = 128, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_size = latent_size
        self.check_networks()

    def check_networks(self):
        """Latent fits generator, generator fits discriminator."""
        noise = KerasTensor((None, self.latent_size), "float32", name="latent")
        latent = _named(self.generator, "latent", noise, self.fed_inputs).shape
        if latent[1:] != (self.latent_size,):
            raise ValueError(
                f"{type(self).__name__}: expected latent_size to be what the generator takes, received "
                f"latent_size={self.latent_size} and a generator for latents {latent}. Make them equal."
            )
        image = output_specs(self.generator)[0]
        made, judged = (
            tuple(image.shape),
            tuple(_named(self.discriminator, "image", image, self.fed_inputs).shape),
        )
        if any(a != b for a, b in zip(made, judged, strict=False) if None not in (a, b)) or len(made) != len(
            judged
        ):
            raise ValueError(
                f"{type(self).__name__}: expected a discriminator for what the generator makes, received a "
                f"generator of {made} and a discriminator for {judged}. Build both with one image size."
            )

    @property
    def batch_shapes(self) -> dict:
        return {"image": inputs_by_name(self.discriminator, "image")["image"].shape}

    @property
    def input_signature(self) -> dict:
        return {
            name: KerasTensor(tensor.shape, tensor.dtype, name=name)
            for name, tensor in inputs_by_name(self.generator, "latent").items()
        }

    def generate(self, batch: Mapping) -> dict:
        latent = self.draw(batch, "latent", (ops.shape(batch["image"])[0], self.latent_size))
        return {"image": self.generator(latent)}

    def judge(self, image, batch: Mapping):
        """D's logits for images, given what the batch says about them."""
        return self.discriminator(image)

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "generator")

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms."""
        return self.contest(
            batch, side, lambda image: self.judge(image, batch), batch["image"], generated["image"]
        )

    def call(self, inputs, training: bool = False):
        if isinstance(inputs, dict) and set(inputs) == {"latent"}:
            inputs = inputs["latent"]
        return self.generator(inputs, training=training)

    def sample_inputs(self, count: int, seed: int) -> dict:
        return {"latent": backend.random("normal", (count, self.latent_size), [seed, 0])}


def _named(network, name, like, fed=()):
    """A network's symbolic input of this name, its only one or beside a label and what the scheme feeds it."""
    inputs = inputs_by_name(network, name, like)
    if set(inputs) - {"label", *fed} != {name}:
        raise ValueError(
            f"{network.name}: expected one input, or inputs named {name!r} and 'label', received {sorted(inputs)}. "
            "Build it with those names."
        )
    return inputs[name]
