"""DiscoGAN: relations between two domains, discovered from both ends."""

import keras

from kgan import objectives
from kgan.schemes.translation.cyclegan import ADAM, CycleGAN


class DiscoGAN(CycleGAN):
    """Discovering cross-domain relations (Kim et al. 2017, arXiv:1703.05192).

    As `CycleGAN`, with cross-entropy and squares: with G from A to B and F back,

    - D_B minimises `E -log D_B(b) + E -log(1 - D_B(G(a)))`, D_A likewise;
    - G and F minimise `E -log D_B(G(a)) + E -log D_A(F(b)) + E (F(G(a)) - a)**2 + E (G(F(b)) - b)**2`.

    Adam at 2e-4 with beta_1 of 0.5, batches of 200; neither image pool nor identity terms.

    Args:
        a_to_b, b_to_a, discriminator_a, discriminator_b: as for `CycleGAN`.

    Example:
        >>> model = DiscoGAN(
        ...     unet.generator((64, 64)), unet.generator((64, 64)),
        ...     dcgan.discriminator((64, 64)), dcgan.discriminator((64, 64)),
        ... )
        >>> model.compile()
        >>> model.fit({"a": handbags, "b": shoes}, batch_size=200)

    Differs from the paper: no weight decay (its 1e-4 is an argument of the optimizer).
    """

    defaults = {
        "loss": "non-saturating",
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    weights_by_loss = {}

    def __init__(
        self,
        a_to_b: keras.Model,
        b_to_a: keras.Model,
        discriminator_a: keras.Model,
        discriminator_b: keras.Model,
        **kwargs,
    ) -> None:
        super().__init__(
            a_to_b, b_to_a, discriminator_a, discriminator_b, pool_size=0, identity=False, **kwargs
        )

    def cycle(self, image, cycled):
        return objectives.l2(image, cycled)
