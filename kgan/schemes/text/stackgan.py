"""StackGAN: a small picture of a sentence, and in a second stage a large one."""

import functools

from keras import ops

from kgan.adversarial.expectations import inputs_by_name
from kgan.schemes.text.gancls import ADAM
from kgan.schemes.text.text_to_image import TextToImage


def normal_divergence(mean, log_deviation):
    """How far a normal distribution is from the standard one, `KL(N(m, s) || N(0, 1))`, per number and sample.

    `mean((m**2 + s**2 - 1) / 2 - log s)`; the mean over numbers where the formula has their sum, which would outweigh
    the adversarial term by the size of the condition.

    Args:
        mean, log_deviation: m and log s, `(batch, size)`.
    """
    mean, log_deviation = ops.cast(mean, "float32"), ops.cast(log_deviation, "float32")
    return ops.mean((ops.square(mean) + ops.exp(2.0 * log_deviation) - 1.0) / 2.0 - log_deviation)


class StackGAN(TextToImage):
    """Stacked generative adversarial networks (Zhang et al. 2017, arXiv:1612.03242).

    A sentence t gives a normal distribution, its condition c is drawn from it (conditioning augmentation, section 3.2),
    and, matching-aware as in GAN-CLS,

    - D minimises `-log D(x, t) - (log(1 - D(x, w)) + log(1 - D(G, t))) / 2`,
    - G minimises `-log D(G, t) + KL(N(mean(t), deviation(t)) || N(0, 1))` (equations 4 and 6).

    Stage I draws `G(z, c)`. Stage II, given the first stage's networks, which stay as they are, draws
    `G(G_1(z, c_1), c)`. What is predicted and exported takes each condition's mean: one latent gives one picture.

    Args:
        text_encoder, discriminator, tokenizer, latent_size, style_encoder, image_encoder: see `TextToImage`.
        augmentation: network from sentences to `{"mean", "log_deviation"}`.
        generator: network from `{"latent", "condition"}` (stage I) or `{"image", "condition"}` (stage II) to images.
        first_augmentation, first_generator: those of stage I, for stage II; None in stage I.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> first = StackGAN(
        ...     encoder, stackgan.augmentation(256), stackgan.generator((64, 64)),
        ...     gancls.discriminator((64, 64), text_size=256),
        ... )
        >>> first.compile()
        >>> first.fit((images, captions))
        >>> second = StackGAN(
        ...     encoder, stackgan.augmentation(256), stackgan.refiner((256, 256)),
        ...     gancls.discriminator((256, 256), text_size=256),
        ...     first_augmentation=first.augmentation, first_generator=first.generator,
        ... )

    Differs from the paper: the divergence is a mean over numbers; the learning rate does not fall by itself.
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
        augmentation,
        generator,
        discriminator,
        tokenizer=None,
        latent_size=100,
        first_augmentation=None,
        first_generator=None,
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
        self.augmentation = augmentation
        self.first_augmentation = first_augmentation
        self.first_generator = first_generator
        if (first_augmentation is None) != (first_generator is None):
            raise ValueError(
                "StackGAN: expected both networks of stage I or neither, received one. Pass first_augmentation and "
                "first_generator together."
            )
        self.check_stages()

    def check_networks(self):
        """What `TextToImage` checks of the generator, a stage takes otherwise: see `check_stages`."""

    def check_stages(self):
        """Conditions fit generators, and a small picture fits stage II."""
        pairs = [(self.augmentation, self.generator), (self.first_augmentation, self.first_generator)]
        for augmentation, generator in pairs:
            if augmentation is None:
                continue
            made = augmentation.output["mean"].shape[-1]
            wanted = inputs_by_name(generator, "one")
            if "condition" not in wanted or wanted["condition"].shape[-1] != made:
                found = wanted["condition"].shape[-1] if "condition" in wanted else "none"
                raise ValueError(
                    f"StackGAN: expected a generator with an input 'condition' of {made} numbers, received {found}. "
                    "Build both with one condition_size."
                )
        first = self.first_generator
        wanted = "latent" if first is None else "image"
        taken = inputs_by_name(self.generator, "one")
        if wanted not in taken:
            raise ValueError(
                f"StackGAN: expected a generator with an input {wanted!r} {'without' if first is None else 'with'} "
                f"networks of stage I, received {sorted(taken)}. Use stackgan.generator first, then stackgan.refiner."
            )
        if first is not None and tuple(first.outputs[0].shape) != tuple(taken["image"].shape):
            raise ValueError(
                f"StackGAN: expected a stage II for pictures {tuple(first.outputs[0].shape)}, received one for "
                f"{tuple(taken['image'].shape)}. Build the refiner with the scale between both."
            )

    @property
    def generator_side(self):
        return [*super().generator_side, self.augmentation]

    def pictures(self, batch, latent, text):
        said = self.augmentation(text)
        shape = ops.shape(said["mean"])
        noise = self.draw(batch, "condition", (shape[0], said["mean"].shape[-1]))
        condition = said["mean"] + ops.exp(said["log_deviation"]) * noise
        if self.first_generator is None:
            return {"image": self.generator({"latent": latent, "condition": condition}), **said}
        small = ops.stop_gradient(self.small(latent, text, functools.partial(self.draw, batch)))
        return {"image": self.generator({"image": small, "condition": condition}), **said}

    def small(self, latent, text, draw=None):
        """Stage I's pictures, of conditions drawn or, without `draw`, of their means."""
        said = self.first_augmentation(text, training=False)
        condition = said["mean"]
        if draw is not None:
            noise = draw("first condition", (ops.shape(condition)[0], condition.shape[-1]))
            condition = condition + ops.exp(said["log_deviation"]) * noise
        return self.first_generator({"latent": latent, "condition": condition}, training=False)

    def make(self, latent, text, training=None):
        condition = self.augmentation(text, training=training)["mean"]
        if self.first_generator is None:
            return self.generator({"latent": latent, "condition": condition}, training=training)
        small = self.small(latent, text)
        return self.generator({"image": small, "condition": condition}, training=training)

    def generator_losses(self, batch, generated):
        terms = super().generator_losses(batch, generated)
        return terms | {"divergence": normal_divergence(generated["mean"], generated["log_deviation"])}
