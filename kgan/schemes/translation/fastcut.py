"""FastCUT: CUT without the identity term."""

import keras

from kgan.schemes.translation.cut import ADAM, CUT


class FastCUT(CUT):
    """The faster and lighter setting of `CUT` (Park et al. 2020, arXiv:2007.15651, section 4.1).

    As `CUT`, without the identity term, with ten times the weight of the other one, and with G shown every second
    picture in a mirror:

    - G and the heads minimise `E (D(G(a)) - 1)**2 + 10 nce(a, G(a))`.

    Adam at 2e-4 with beta_1 of 0.5, batches of 1.

    Args:
        generator, discriminator, heads, patches, temperature: as for `CUT`.

    Example:
        >>> generator = translation_resnet.generator()
        >>> heads = patch_heads.heads_of(generator, ("source", "down_1", "down_2", "block_1", "block_5"))
        >>> model = FastCUT(generator, patchgan.discriminator(normalization="instance"), heads)
        >>> model.compile()
        >>> model.fit({"a": horses, "b": zebras}, batch_size=1, epochs=200)
    """

    defaults = {
        "loss": "least-squares",
        "loss_weights": {"discriminator/adversarial": 0.5, "generator/nce": 10.0},
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
    }

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        heads: keras.Model,
        patches: int = 256,
        temperature: float = 0.07,
        **kwargs,
    ) -> None:
        super().__init__(
            generator, discriminator, heads, patches, temperature, identity=False, flip=True, **kwargs
        )
