"""The networks and schemes that the flags of text-to-image training ask for."""

import keras

from kgan import losses, networks, penalties, schemes
from kgan.errors import UserError
from kgan.networks import dmgan, gancls, stackgan, style_encoder

SCHEMES = {"dfgan": "DFGAN", "dmgan": "DMGAN", "gancls": "GANCLS", "stackgan": "StackGAN"}
REFINED_TWICE = 64  # pixels from which on DM-GAN refines twice
LARGEST_BLOCKS = 256  # pixels from which on StackGAN's second stage has four residual blocks rather than two


class Building:
    """Builds what is trained, stage after stage.

    Args:
        flags: the app's `Train`: sizes, scheme, rates.

    Raises:
        UserError: an unknown loss or penalty; told before the text encoder has trained for nothing.
    """

    def __init__(self, flags):
        self.flags = flags
        self.penalties = [] if flags.penalty == ("none",) else list(flags.penalty)
        try:
            if flags.loss is not None:
                losses.get(flags.loss)
            penalties.get(self.penalties)
        except ValueError as error:
            raise UserError(str(error)) from error

    def embedding(self, tokenizer):
        """Returns the compiled text encoder with its partner for pictures; DM-GAN's with words and regions."""
        apart = self.flags.scheme == "dmgan"
        if tokenizer.level == "word":
            reader = networks.word_rnn.encoder(
                tokenizer.size,
                tokenizer.length,
                self.flags.text_size,
                width=max(32, self.flags.text_size // 2),
                word_size=self.flags.text_size,
                words=apart,
            )
        else:
            reader = networks.char_cnn_rnn.encoder(
                tokenizer.size, tokenizer.length, self.flags.text_size, width=max(64, self.flags.text_size)
            )
        viewer = networks.image_embedding.encoder(
            self.flags.size,
            self.flags.channels,
            self.flags.text_size,
            2 * self.flags.width,
            dropout=0.3,
            regions=apart,
        )
        model = (schemes.DAMSM if apart else schemes.JointEmbedding)(reader, viewer, tokenizer)
        model.compile(keras.optimizers.Adam(1e-3), seed=self.flags.seed, jit_compile=self.flags.jit_compile)
        return model

    def generator(self, embedding, steps):
        """Returns the compiled scheme, around a trained embedding."""
        architecture = getattr(networks, self.flags.scheme)
        scheme = getattr(schemes, SCHEMES[self.flags.scheme])
        shared = self.network_sizes(self.flags.size)
        # A penalty is per sample, and batch normalization would mix them.
        judge = {}
        if self.penalties and self.flags.scheme == "gancls":
            judge = {"normalization": None, "projection": True}
        model = scheme(
            embedding.text_encoder,
            architecture.generator(**shared, latent_size=self.flags.latent_size),
            architecture.discriminator(**shared, **judge),
            embedding.tokenizer,
            self.flags.latent_size,
            style_encoder=self.style_encoder(self.flags.size),
            image_encoder=embedding.image_encoder,
            **({"interpolation": self.flags.interpolation} if self.flags.interpolation else {}),
        )
        return self.compiled(model, steps)

    def memory(self, matching, steps):
        """Returns DM-GAN around trained encoders, compiled."""
        size, condition = self.flags.size, max(8, self.flags.text_size // 2)
        shared = {"image_size": size, "channels": self.flags.channels, "width": self.flags.width}
        shared["refinements"] = 2 if min(size) >= REFINED_TWICE else 1
        judged = {"normalization": None} if self.penalties else {}
        model = schemes.DMGAN(
            matching.text_encoder,
            matching.image_encoder,
            stackgan.augmentation(self.flags.text_size, condition),
            dmgan.generator(
                **shared,
                latent_size=self.flags.latent_size,
                condition_size=condition,
                word_size=self.flags.text_size,
                length=matching.tokenizer.length,
            ),
            dmgan.discriminators(**shared, text_size=self.flags.text_size, **judged),
            matching.tokenizer,
            self.flags.latent_size,
            style_encoder=self.style_encoder(size),
        )
        return self.compiled(model, steps)

    def network_sizes(self, size):
        """What generators and discriminators are told alike."""
        found = {name: getattr(self.flags, name) for name in ("channels", "width", "text_size")}
        return {"image_size": size, **found}

    def style_encoder(self, size):
        """The network that reads a picture's style, or None."""
        if not self.flags.style:
            return None
        return style_encoder.encoder(size, self.flags.channels, self.flags.latent_size, self.flags.width)

    def stack(self, previous, steps, size):
        """Returns StackGAN's stage I around an embedding, or stage II around stage I, compiled."""
        shared, condition = self.network_sizes(size), {"condition_size": max(8, self.flags.text_size // 2)}
        augmentation = stackgan.augmentation(self.flags.text_size, **condition)
        small, given = None, {name: shared[name] for name in ("image_size", "channels", "width")}
        if isinstance(previous, schemes.StackGAN):
            # Stage II builds on what stage I has come to: its moving average, if it has one.
            for variable, average in previous.averaged:
                variable.assign(average)
            small = previous.generator
            small.name, previous.augmentation.name = "first_generator", "first_augmentation"
            scale = size[0] // small.outputs[0].shape[1]
            blocks = 4 if min(size) >= LARGEST_BLOCKS else 2
            generator = stackgan.refiner(**given, **condition, scale=scale, blocks=blocks)
        else:
            generator = stackgan.generator(**given, **condition, latent_size=self.flags.latent_size)
        model = schemes.StackGAN(
            previous.text_encoder,
            augmentation,
            generator,
            gancls.discriminator(**shared, normalization=None if self.penalties else "batch"),
            previous.tokenizer,
            self.flags.latent_size,
            first_augmentation=previous.augmentation if small else None,
            first_generator=small,
            style_encoder=self.style_encoder(size),
            image_encoder=previous.image_encoder,
        )
        return self.compiled(model, steps)

    def compiled(self, model, steps):
        """Returns the scheme, compiled as the flags say."""
        rate, scheme = self.flags.discriminator_learning_rate, type(model)
        model.compile(
            self.optimizer(scheme, "generator", self.flags.learning_rate),
            self.optimizer(scheme, "discriminator", self.flags.learning_rate if rate is None else rate),
            loss=self.flags.loss,
            penalty=self.penalties or None,
            ema_decay=self.flags.decay(self.flags.ema_half_life, steps),
            seed=self.flags.seed,
            jit_compile=self.flags.jit_compile,
        )
        return model

    def optimizer(self, scheme, side, rate):
        """The scheme's own optimizer, at this rate if it is given."""
        own = scheme.defaults[f"{side}_optimizer"]
        config = own["config"] if rate is None else {**own["config"], "learning_rate": rate}
        return keras.optimizers.get({"class_name": own["class_name"], "config": config})
