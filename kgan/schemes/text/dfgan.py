"""DFGAN: one stage, hinge loss, and a penalty where picture and sentence match."""

from keras import ops

from kgan import backend
from kgan.schemes.text.text_to_image import TextToImage


def matching_aware_gradient_penalty(critic, image, text, power=6):
    """`mean((norm(d critic / d image) + norm(d critic / d text))**power)`, norms for each sample.

    Matching-aware zero-centred gradient penalty (Tao et al. 2022, arXiv:2008.05865, equation 1; there p = 6 and a
    weight of 2): it smooths the discriminator at the only point that the generator shall reach, a real picture with its
    own sentence.

    Args:
        critic: callable from `(image, text)` to logits, one sample not depending on another.
        image: `(batch, height, width, channels)`.
        text: `(batch, size)`.
        power: p.

    Returns:
        float32 scalar.

    Example:
        a critic whose gradient has norm 1 at the image and norm 1 at the text gives exactly 2**6 = 64.
    """
    image, text = ops.cast(image, "float32"), ops.cast(text, "float32")
    shape, count = tuple(image.shape[1:]), ops.shape(image)[0]
    flat = ops.reshape(image, (count, -1))
    size = shape[0] * shape[1] * shape[2]

    def packed(x):
        return critic(ops.reshape(x[:, :size], (-1, *shape)), x[:, size:])

    gradient = backend.input_gradient(packed, ops.concatenate([flat, text], axis=1))
    # Under the root, epsilon keeps the gradient finite at norm 0.
    norms = [
        ops.sqrt(ops.sum(ops.square(part), axis=1) + 1e-12)
        for part in (gradient[:, :size], gradient[:, size:])
    ]
    return ops.mean((norms[0] + norms[1]) ** power)


class DFGAN(TextToImage):
    """Deep fusion GAN (Tao et al. 2022, arXiv:2008.05865).

    With a picture x, its sentence t, a wrong one w, and G(z, t):

    - D minimises `max(0, 1 - D(x, t)) + max(0, 1 + D(G(z, t), t)) / 2 + max(0, 1 + D(x, w)) / 2` and, at weight 2, the
      matching-aware penalty `(norm(dD/dx) + norm(dD/dt))**6` at (x, t);
    - G minimises `-D(G(z, t), t)`.

    Adam with beta_1 of 0 and beta_2 of 0.9, 1e-4 for G and 4e-4 for D.

    Args:
        text_encoder, generator, discriminator, tokenizer, latent_size, style_encoder, image_encoder: see `TextToImage`.
            No batch normalization in the discriminator: the penalty is per sample.
        power: p of the penalty.

    Example:
        >>> model = DFGAN(
        ...     embedding.text_encoder, dfgan.generator((64, 64)), dfgan.discriminator((64, 64)), tokens
        ... )
        >>> model.compile(ema_decay=0.999)
        >>> model.fit((images, captions), batch_size=32, epochs=100)
        >>> model.sample(4, caption="a red bird")
    """

    discriminator_output = "logit"
    defaults = {
        "loss": "hinge",
        "generator_optimizer": {
            "class_name": "Adam",
            "config": {"learning_rate": 1e-4, "beta_1": 0.0, "beta_2": 0.9},
        },
        "discriminator_optimizer": {
            "class_name": "Adam",
            "config": {"learning_rate": 4e-4, "beta_1": 0.0, "beta_2": 0.9},
        },
        "loss_weights": {
            "discriminator/adversarial": 0.5,
            "discriminator/mismatch": 0.5,
            "discriminator/matching_aware": 2.0,
        },
    }

    def __init__(
        self,
        text_encoder,
        generator,
        discriminator,
        tokenizer=None,
        latent_size=100,
        power=6,
        style_encoder=None,
        image_encoder=None,
        **kwargs,
    ):
        super().__init__(
            text_encoder,
            generator,
            discriminator,
            tokenizer,
            latent_size,
            style_encoder,
            image_encoder,
            **kwargs,
        )
        self.power = power

    def discriminator_losses(self, batch, generated):
        terms = super().discriminator_losses(batch, generated)

        def critic(image, text):
            return self.judge(self.seen(batch, image), text)

        terms["matching_aware"] = matching_aware_gradient_penalty(
            critic, batch["image"], generated["text"], self.power
        )
        return terms
