"""WGANGP: the critic kept Lipschitz by a penalty on its gradient."""

from kgan.schemes.generation.gan import GAN

ADAM = {"class_name": "Adam", "config": {"learning_rate": 1e-4, "beta_1": 0.0, "beta_2": 0.9}}


class WGANGP(GAN):
    """WGAN with gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028).

    The critic minimises `E D(G(z)) - E D(x) + 10 E (||grad D(x~)|| - 1)**2`, x~ on the line between a real and a
    generated sample, one uniform weight a sample; five critic updates, each on other data and other noise; Adam
    at 1e-4 with betas (0, 0.9). A critic with batch normalization would make the penalty meaningless: use
    `normalization="layer"` or None.

    Args:
        generator, discriminator, latent_size: as for `GAN`; "discriminator" is the paper's critic.

    Example:
        >>> model = WGANGP(resnet.generator((32, 32)), resnet.discriminator((32, 32)), latent_size=128)
        >>> model.compile()
    """

    command_name = "wgan-gp"  # as its penalty is called
    defaults = {
        "loss": "wasserstein",
        "penalty": "wgan-gp",
        "discriminator_steps": 5,
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }
