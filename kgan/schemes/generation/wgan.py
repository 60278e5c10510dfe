"""WGAN: the Wasserstein distance in place of a classifier, the critic kept Lipschitz by clipping."""

from kgan.schemes.generation.gan import GAN

# Keras has epsilon under the root, where its 1e-7 is 3e-4 outside and most of a clipped critic's step: the generator
# would move at a twentieth of its rate.
RMSPROP = {"class_name": "RMSprop", "config": {"learning_rate": 5e-5, "epsilon": 1e-16}}


class WGAN(GAN):
    """Wasserstein GAN (Arjovsky, Chintala and Bottou 2017, arXiv:1701.07875).

    The critic maximises `E D(x) - E D(G(z))`, its weights clipped to [-0.01, 0.01] after each update; five
    critic updates to one of the generator; RMSprop at 5e-5, since momentum unsettles a clipped critic.

    Args:
        generator, discriminator, latent_size: as for `GAN`; "discriminator" is the paper's critic.

    Example:
        >>> model = WGAN(mlp.generator(latent_size=64), mlp.discriminator(), latent_size=64)
        >>> model.compile()
    """

    defaults = {
        "loss": "wasserstein",
        "penalty": "weight-clipping",
        "discriminator_steps": 5,
        "generator_optimizer": RMSPROP,
        "discriminator_optimizer": RMSPROP,
    }
