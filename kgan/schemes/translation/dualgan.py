"""DualGAN: two translators that learn from each other, judged by two critics."""

import keras

from kgan.schemes.translation.cyclegan import CycleGAN

# Keras has epsilon under the root; see WGAN.
RMSPROP = {"class_name": "RMSprop", "config": {"learning_rate": 5e-5, "epsilon": 1e-16}}


class DualGAN(CycleGAN):
    """Unsupervised dual learning for image-to-image translation (Yi et al. 2017, arXiv:1704.02510).

    As `CycleGAN`, with Wasserstein critics: with G from A to B and F back,

    - D_B minimises `E D_B(G(a)) - E D_B(b)`, D_A likewise, their weights clipped to [-0.01, 0.01];
    - G and F minimise `-E D_B(G(a)) - E D_A(F(b)) + 100 (E |F(G(a)) - a| + E |G(F(b)) - b|)`.

    RMSprop at 5e-5, batches of 1 to 4, three critic updates to one of the generators (the paper: two to four);
    the noise is the generators' dropout. Neither image pool nor identity terms.

    Args:
        a_to_b, b_to_a, discriminator_a, discriminator_b: as for `CycleGAN`; the latter are the paper's critics.

    Example:
        >>> model = DualGAN(
        ...     unet.generator(), unet.generator(), patchgan.discriminator(), patchgan.discriminator()
        ... )
        >>> model.compile(loss_weights={"cycle_a": 500.0})
        >>> model.fit({"a": sketches, "b": photographs}, batch_size=1)

    The paper's reconstruction weights lie between 100 and 1,000, smaller for the domain of natural images.
    """

    defaults = {
        "loss": "wasserstein",
        "penalty": "weight-clipping",
        "loss_weights": {f"generator/cycle_{domain}": 100.0 for domain in "ab"},
        "discriminator_steps": 3,
        "generator_optimizer": RMSPROP,
        "discriminator_optimizer": RMSPROP,
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
