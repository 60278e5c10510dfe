"""SRGAN: super-resolution that is judged by what it looks like."""

from collections.abc import Mapping

import keras

from kgan.schemes.super_resolution.super_resolution import SuperResolution

ADAM = {"class_name": "Adam", "config": {"learning_rate": 1e-4}}


class SRGAN(SuperResolution):
    """Photo-realistic super-resolution (Ledig et al. 2016, arXiv:1609.04802).

    Of pairs (x, y), y a picture and x the same made smaller,

    - D minimises `E -log D(y) + E -log(1 - D(G(x)))`,
    - G minimises `content + 1e-3 E -log D(G(x))`; content is `0.006 E (phi(y) - phi(G(x)))**2` in features phi of
      VGG19 (the paper's SRGAN-VGG), or `E (y - G(x))**2` where there are none (SRGAN-MSE).

    The generator has been trained by the pixel loss before, as `SuperResolution` does. Adam at 1e-4 with beta_1
    of 0.9, batches of 16 crops of 96x96.

    Args:
        generator: network from low resolution `(batch, height, width, channels)` to high.
        discriminator: network from high resolution to logits.
        perceptual: `objectives.Perceptual`, or None. The paper's: `Perceptual(vgg19, ["block5_conv4"],
            criterion="l2", preprocessing="caffe", before_activation=False)`.
        criterion: "l1" or "l2", of the pixels.

    Raises:
        ValueError: another criterion.

    Example:
        >>> model = SRGAN(
        ...     srresnet.generator(4), srgan_discriminator.discriminator((96, 96)), perceptual=perceptual
        ... )
        >>> model.compile()
        >>> model.fit((small, large), batch_size=16)

    Differs from the paper: 0.006 is its factor for features summed over channels; ours are averaged over them.
    """

    defaults = {
        "loss": "non-saturating",
        "loss_weights": {"generator/perceptual": 0.006, "generator/adversarial": 1e-3},
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        perceptual=None,
        criterion: str = "l2",
        **kwargs,
    ) -> None:
        super().__init__(generator, criterion, **kwargs)
        self.discriminator = discriminator
        self.perceptual = perceptual

    @property
    def discriminator_side(self) -> list:
        return [self.discriminator]

    def content_losses(self, batch: Mapping, generated: dict):
        """What keeps the generated picture to the original."""
        if self.perceptual is None:
            return {"pixel": self.pixel_loss(batch, generated)}
        return {"perceptual": self.perceptual(batch["target"], generated["image"])}

    def played(self, batch: Mapping, generated: dict, side: str) -> dict:
        """One side's adversarial terms."""
        return self.contest(batch, side, self.discriminator, batch["target"], generated["image"])

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return self.played(batch, generated, "discriminator")

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        return {**self.content_losses(batch, generated), **self.played(batch, generated, "generator")}
