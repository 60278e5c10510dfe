"""GANCLS: DCGAN that draws what a sentence says."""

from keras import ops

from kgan.schemes.text.text_to_image import TextToImage

ADAM = {"class_name": "Adam", "config": {"learning_rate": 2e-4, "beta_1": 0.5}}


class GANCLS(TextToImage):
    """Generative adversarial text to image synthesis (Reed et al. 2016, arXiv:1605.05396).

    With a picture x, its caption t, a wrong caption w, and G(z, t):

    - D minimises `-log D(x, t) - (log(1 - D(x, w)) + log(1 - D(G(z, t), t))) / 2` (GAN-CLS, algorithm 1),
    - G minimises `-log D(G(z, t), t)`, and with GAN-INT also `-log D(G(z, m), m)` for `m = b t + (1 - b) w`
      (equation 5): sentences in between, which no picture belongs to.

    Adam at 2e-4 with beta_1 of 0.5, batches of 64.

    Args:
        text_encoder, generator, discriminator, tokenizer, latent_size, style_encoder, image_encoder: see `TextToImage`.
        interpolation: b of GAN-INT in (0, 1), the paper's 0.5; None for none.

    Raises:
        ValueError: networks that do not fit together, or a b out of range.

    Example:
        >>> model = GANCLS(
        ...     embedding.text_encoder, gancls.generator((64, 64), text_size=256),
        ...     gancls.discriminator((64, 64), text_size=256), tokens, interpolation=0.5,
        ... )
        >>> model.compile()
        >>> model.fit((images, captions), batch_size=64, epochs=100)
        >>> model.sample(4, caption="a red bird")
    """

    defaults = {
        "loss": "non-saturating",
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "loss_weights": {"discriminator/adversarial": 0.5, "discriminator/mismatch": 0.5},
    }

    def __init__(
        self,
        text_encoder,
        generator,
        discriminator,
        tokenizer=None,
        latent_size=100,
        interpolation=None,
        style_encoder=None,
        image_encoder=None,
        **kwargs,
    ):
        if interpolation is not None and not 0 < interpolation < 1:
            raise ValueError(
                f"GANCLS: expected interpolation between 0 and 1, or None, received {interpolation}."
            )
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
        self.interpolation = interpolation

    def generate(self, batch):
        made = super().generate(batch)
        if self.interpolation is not None:
            b = self.interpolation
            between = b * made["text"] + (1 - b) * made["wrong_text"]
            latent = self.draw(
                batch, "interpolated latent", (ops.shape(batch["tokens"])[0], self.latent_size)
            )
            made |= {"between": between, "image_between": self.make(latent, between)}
        return made

    def generator_losses(self, batch, generated):
        terms = super().generator_losses(batch, generated)
        if self.interpolation is not None:
            seen = self.seen(batch, generated["image_between"])
            fake, real = self.judge(seen, generated["between"]), None
            if self.loss.generator_uses_real:
                real = self.judge(self.seen(batch, batch["image"]), generated["text"])
            terms["interpolation"] = self.loss.generator(real, fake)
        return terms
