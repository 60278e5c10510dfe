"""R3GAN: a relativistic loss with both zero-centred penalties, and nothing else to keep it stable."""

import keras

from kgan.penalties import R1, R2
from kgan.schedules import ScheduledAdam
from kgan.schemes.generation.conditional_gan import ConditionalGAN

ADAM = {
    "class_name": "kgan.schedules>ScheduledAdam",
    "config": {"learning_rate": 2e-4, "beta_1": 0.0, "beta_2": 0.99},
}


class R3GAN(ConditionalGAN):
    """The regularized relativistic GAN (Huang et al. 2024, arXiv:2501.05441).

    With `d = D(x) - D(G(z))`, a real and a generated sample to each pair:

    - D minimises `E softplus(-d) + gamma / 2 * (E |grad D(x)|**2 + E |grad D(G(z))|**2)`,
    - G minimises `E softplus(d)`.

    Pairing keeps the generator from leaving modes out; the two penalties make that loss converge, which one alone
    does not. `R3GAN.schedule` gives the paper's schedules for a planned length.

    Args:
        generator, discriminator: as for `GAN`, or with a label input as for `ConditionalGAN`. No batch normalization in
            the discriminator: the penalties are per sample.
        latent_size: numbers in a latent.
        classes: how many labels; 0 for none.

    Example:
        >>> model = R3GAN(r3gan.generator((48, 64)), r3gan.discriminator((48, 64)))
        >>> model.compile(**R3GAN.schedule(steps=20_000, batch_size=64, gamma=1.0))
        >>> model.fit(images, epochs=20)

    Differs from the paper: one D and one G update a step share a batch, as in every scheme here.
    """

    defaults = {
        "loss": "relativistic",
        "penalty": ("r1=1", "r2=1"),
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        latent_size: int = 64,
        classes: int = 0,
        **kwargs,
    ) -> None:
        super().__init__(generator, discriminator, latent_size, classes, **kwargs)

    @staticmethod
    def schedule(
        steps: int,
        batch_size: int,
        gamma: float = 1.0,
        learning_rate: float = 2e-4,
        interval: int = 1,
        average_images: float = 5e5,
    ) -> dict:
        """The paper's schedules, as arguments of `compile`: each along half a cosine, then constant.

        Learning rate from its start to a quarter; gamma from ten times its end; beta_2 from 0.9 to 0.99. The paper's
        ends of gamma: CIFAR-10 0.005, FFHQ 64x64 0.2, FFHQ 256x256 15, over 20 million images; ImageNet 32x32 0.05,
        64x64 0.1, over 200 million. The average's half-life grows there from nothing to 500,000 images on FFHQ and 5
        million on CIFAR-10; here it is constant.

        Args:
            steps: over which to go from start to end.
            batch_size: images a step.
            gamma: the penalties' weight at the end, >= 0.
            learning_rate: of both sides, at the start.
            interval: evaluate the penalties on every so many steps (the paper: 1).
            average_images: half-life of the generator's moving average, in images.

        Returns:
            dict with generator_optimizer, discriminator_optimizer, penalty and ema_decay.

        Raises:
            ValueError: a length, rate or weight out of range.
        """
        positive = {"steps": steps, "batch_size": batch_size, "learning_rate": learning_rate}
        for name, value in positive.items():
            if not value > 0:
                raise ValueError(f"R3GAN.schedule: expected {name} above 0, received {value!r}.")

        def along(start, end):
            return keras.optimizers.schedules.CosineDecay(start, steps, alpha=end / start)

        def adam():
            return ScheduledAdam(
                along(learning_rate, learning_rate / 4), beta_1=0.0, beta_2=along(0.9, 0.99), epsilon=1e-8
            )

        weight = along(10.0 * gamma, gamma) if gamma else 0.0
        return {
            "generator_optimizer": adam(),
            "discriminator_optimizer": adam(),
            "penalty": [R1(weight, interval), R2(weight, interval)],
            "ema_decay": 0.5 ** (batch_size / average_images),
        }
