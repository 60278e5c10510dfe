"""DRAGAN: a gradient penalty around the data."""

from kgan.schemes.generation.gan import GAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class DRAGAN(GAN):
    """Deep regret analytic GAN (Kodali et al. 2017, arXiv:1705.07215).

    The classifier's loss plus `10 E (||grad D(x + noise)|| - 1)**2`, the noise around real samples only: D stays
    smooth where the data are, which keeps it out of sharp local equilibria.

    Args:
        generator, discriminator, latent_size: as for `GAN`. No batch normalization in the discriminator: the
            penalty is per sample.

    Example:
        >>> model = DRAGAN(dcgan.generator(), dcgan.discriminator(normalization=None), latent_size=128)
        >>> model.compile()
    """

    defaults = {
        "loss": "non-saturating",
        "penalty": "dragan",
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }
