"""ESRGAN: is this picture more realistic than those are on average?"""

from collections.abc import Mapping

import keras

from kgan.schemes.super_resolution.srgan import ADAM, SRGAN


class ESRGAN(SRGAN):
    """Enhanced super-resolution GAN (Wang et al. 2018, arXiv:1809.00219).

    With `R(u, v) = sigmoid(D(u) - mean D(v))`, the relativistic average discriminator,

    - D minimises `E -log R(y, G(x)) + E -log(1 - R(G(x), y))`,
    - G minimises `E |phi(y) - phi(G(x))| + 5e-3 (E -log(1 - R(y, G(x))) + E -log R(G(x), y)) + 1e-2 E |y - G(x)|`,

    phi being features of VGG19 before activation. The generator has been trained by `E |y - G(x)|` before, as
    `SuperResolution(generator, "l1")` does. Adam at 1e-4 with beta_1 of 0.9, batches of 16 crops of 128x128.

    Args:
        generator, discriminator, perceptual, criterion: as for `SRGAN`. The paper's perceptual is
            `Perceptual(vgg19, ["block5_conv4"], preprocessing="caffe")`.

    Example:
        >>> model = ESRGAN(rrdb.generator(4), srgan_discriminator.discriminator((128, 128)), perceptual)
        >>> model.compile()
        >>> softer = interpolate_networks(before, model.generator, 0.8)

    The inner means run over the batch of all replicas. Both sides' adversarial terms are the paper's sums (equations
    1 and 2); the authors' code halves them: `loss_weights={"discriminator/adversarial": 0.5,
    "generator/adversarial": 2.5e-3}`.
    """

    defaults = {
        "loss": "relativistic-average",
        "loss_weights": {
            "generator/perceptual": 1.0,
            "generator/adversarial": 5e-3,
            "generator/pixel": 1e-2,
        },
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        perceptual=None,
        criterion: str = "l1",
        **kwargs,
    ) -> None:
        super().__init__(generator, discriminator, perceptual, criterion, **kwargs)

    def content_losses(self, batch: Mapping, generated: dict):
        pixel = {"pixel": self.pixel_loss(batch, generated)}
        return pixel | super().content_losses(batch, generated)


def interpolate_networks(pixel, adversarial, amount):
    """A network between two of one architecture (ESRGAN, section 3.4): fidelity traded for texture.

    `(1 - amount) * pixel + amount * adversarial`, weight by weight.

    Args:
        pixel: the generator that the pixel loss has trained.
        adversarial: the generator that started from it and went on against a discriminator.
        amount: in [0, 1]; 0.8 is what the paper's figures show as balanced.

    Returns:
        A new network; the two stay as they are.

    Raises:
        ValueError: an amount out of range, or networks with different weights.
    """
    if not 0 <= amount <= 1:
        raise ValueError(f"interpolate_networks: expected an amount in [0, 1], received {amount!r}.")
    shapes = [[tuple(weight.shape) for weight in network.weights] for network in (pixel, adversarial)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"interpolate_networks: expected two networks of one architecture, received {pixel.count_params():,} "
            f"and {adversarial.count_params():,} parameters of different shapes. Build both alike."
        )
    between = keras.models.clone_model(pixel)
    pairs = zip(pixel.get_weights(), adversarial.get_weights(), strict=True)
    between.set_weights([(1 - amount) * first + amount * second for first, second in pairs])
    return between
