"""BEGAN: an autoencoder as discriminator, and a dial that keeps the two sides in balance."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan.schemes.generation.gan import GAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 1e-4, "beta_1": 0.5}}


class BEGAN(GAN):
    """Boundary equilibrium GAN (Berthelot, Schumm and Metz 2017, arXiv:1703.10717).

    With `L(v) = mean |v - D(v)|`, D an autoencoder:

    - D minimises `L(x) - k_t L(G(z))`,
    - G minimises `L(G(z))`,
    - `k_{t+1} = clip(k_t + lambda (gamma L(x) - L(G(z))), 0, 1)`.

    Logged beside the terms: `k`, and `convergence = L(x) + |gamma L(x) - L(G(z))|`, the paper's global measure of
    convergence (lower is better).

    Args:
        generator: as for `GAN`.
        discriminator: autoencoder, from images to images of the same shape.
        latent_size: numbers in a latent.
        gamma: diversity ratio in [0, 1]: lower means sharper and less varied images.
        balance_rate: the paper's lambda, how fast k moves.

    Raises:
        ValueError: gamma or balance_rate out of range, or a discriminator that returns no image.

    Example:
        >>> model = BEGAN(began.generator((32, 32)), began.discriminator((32, 32)), latent_size=64)
        >>> model.compile()

    Differs from the paper: latents are normal, not uniform; the generator's loss is measured after the
    discriminator's update of the same step, and k follows that loss.
    """

    discriminator_output = "image"
    defaults = {"loss": None, "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_size: int = 64,
        gamma: float = 0.5,
        balance_rate: float = 1e-3,
        **kwargs,
    ) -> None:
        super().__init__(generator, discriminator, latent_size, **kwargs)
        if not 0 <= gamma <= 1 or not balance_rate > 0:
            raise ValueError(
                f"BEGAN: expected gamma in [0, 1] and balance_rate above 0, received {gamma} and {balance_rate}."
            )
        self.gamma, self.balance_rate = gamma, balance_rate
        self.k = self.add_state("k", 0.0)

    def reconstruction_error(self, batch, image):
        """`L(v) = mean |v - D(v)|`."""
        image = self.seen(batch, image)
        return ops.mean(ops.abs(image - self.discriminator(image)))

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return {
            "reconstruction_real": self.reconstruction_error(batch, batch["image"]),
            "reconstruction_fake": -self.k * self.reconstruction_error(batch, generated["image"]),
        }

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        return {"reconstruction": self.reconstruction_error(batch, generated["image"])}

    def after_step(self, terms: dict) -> dict:
        real, fake = terms["discriminator/reconstruction_real"], terms["generator/reconstruction"]
        imbalance = self.gamma * real - fake
        self.k.assign(ops.clip(self.k + self.balance_rate * imbalance, 0.0, 1.0))
        return {"k": ops.convert_to_tensor(self.k), "convergence": real + ops.abs(imbalance)}
