"""LSGAN: least squares in place of cross-entropy."""

from kgan.schemes.generation.gan import GAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 1e-3, "beta_1": 0.5}}


class LSGAN(GAN):
    """Least-squares GAN (Mao et al. 2017, arXiv:1611.04076).

    D minimises `1/2 E (D(x) - b)**2 + 1/2 E (D(G(z)) - a)**2`, G minimises `1/2 E (D(G(z)) - c)**2`, with a, b, c =
    0, 1, 1; Adam at 1e-3 with beta_1 of 0.5 (the paper's scene model).

    Args:
        generator, discriminator, latent_size: as for `GAN`.

    Example:
        >>> model = LSGAN(dcgan.generator(), dcgan.discriminator(), latent_size=128)
        >>> model.compile()
    """

    defaults = {"loss": "least-squares", "generator_optimizer": ADAM, "discriminator_optimizer": ADAM}
