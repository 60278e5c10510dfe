"""DMGAN: a first picture of a sentence, refined by a memory of its words."""

from keras import ops

from kgan.adversarial.expectations import inputs_by_name
from kgan.adversarial.terms import summed
from kgan.schemes.text.damsm import check_encoders, describing_alike, matching_terms
from kgan.schemes.text.gancls import ADAM
from kgan.schemes.text.stackgan import normal_divergence
from kgan.schemes.text.text_to_image import TextToImage


class DMGAN(TextToImage):
    """Dynamic memory GAN (Zhu et al. 2019, arXiv:1904.01310).

    The encoders were trained before by `DAMSM` and are frozen. The generator draws a small picture of latent and
    condition (conditioning augmentation, as `StackGAN`), then larger ones, each refined by the words that
    `kgan.layers.DynamicMemory` finds to matter. Each resolution k has a discriminator with two answers: whether a
    picture is real, and whether it is what the sentence says.

    - D_k minimises half of `-log D(x) - log(1 - D(G_k))` for either answer (`adversarial`) and, matching-aware as
      `TextToImage`, a quarter of `-log D(x, t) - log(1 - D(x, w))` with a wrong sentence w (`mismatch`),
    - G minimises half of `-log D_k(G_k) - log D_k(G_k, t)` over all k, and `KL(condition || N(0, 1))` (`divergence`),
      and 5 times DAMSM's `word` and `sentence` terms of the largest picture (equations 9 to 11).

    Adam at 2e-4 with beta_1 of 0.5, batches of 10.

    Args:
        text_encoder: network from tokens to {"text", "words"}.
        image_encoder: its partner, from images to {"picture", "regions"}.
        augmentation: network from sentences to {"mean", "log_deviation"}, such as `stackgan.augmentation`.
        generator: network from {"latent", "condition", "words", "mask"} to {"image_1", ..., "image"}.
        discriminators: list of networks from {"image", "text"} to logits `(batch, 2, 1, 1)`, with the sentence and
            without, for `image_1`, ..., `image`.
        tokenizer, latent_size, style_encoder: see `TextToImage`.

    Raises:
        ValueError: networks that do not fit together.

    Example:
        >>> model = DMGAN(
        ...     matching.text_encoder, matching.image_encoder, stackgan.augmentation(256, 100),
        ...     dmgan.generator((64, 64), length=tokens.length), dmgan.discriminators((64, 64)), tokens,
        ... )
        >>> model.compile(ema_decay=0.999)
        >>> model.fit((images, captions), batch_size=10, epochs=100)
        >>> model.sample(4, caption="a red bird")

    Differs from the paper: the wrong sentence; the divergence is a mean over numbers; small real pictures are pooled.
    """

    defaults = {
        "loss": "non-saturating",
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "loss_weights": {
            "discriminator/mismatch": 0.25,
            "generator/word": 5.0,
            "generator/sentence": 5.0,
        },
    }

    def __init__(
        self,
        text_encoder,
        image_encoder,
        augmentation,
        generator,
        discriminators,
        tokenizer=None,
        latent_size=100,
        style_encoder=None,
        **kwargs,
    ):
        super().__init__(
            text_encoder,
            generator,
            None,
            tokenizer,
            latent_size,
            style_encoder,
            image_encoder,
            **kwargs,
        )
        self.discriminators = list(discriminators)
        self.augmentation = augmentation
        check_encoders("DMGAN", text_encoder, image_encoder)
        self.check_pictures()
        self.check_condition()

    @property
    def text_size(self):
        return self.text_encoder.output["text"].shape[-1]

    @property
    def names(self):
        """Of the generator's pictures, smallest first."""
        return [f"image_{k}" for k in range(1, len(self.generator.output))] + ["image"]

    def check_networks(self):
        """What `TextToImage` checks, DMGAN's networks take otherwise: see `check_pictures` and `check_condition`."""

    def check_pictures(self):
        """A discriminator a picture, and words that fit."""
        if len(self.discriminators) != len(self.generator.output):
            raise ValueError(
                f"DMGAN: expected a discriminator for each of the generator's {len(self.generator.output)} pictures, "
                f"received {len(self.discriminators)}. Build both with one number of refinements."
            )
        taken, words = inputs_by_name(self.generator, "one"), self.text_encoder.output["words"]
        wanted = {"latent": (self.latent_size,), "words": tuple(words.shape[1:])}
        for key, shape in wanted.items():
            found = tuple(taken[key].shape[1:]) if key in taken else None
            if found != shape:
                raise ValueError(
                    f"DMGAN: expected a generator with an input {key!r} of {shape}, received {found or 'none'}. Build "
                    "it with the text encoder's length and size, and the latent's."
                )

    def check_condition(self):
        """What is drawn of the sentence fits the generator."""
        made = self.augmentation.output["mean"].shape[-1]
        wanted = inputs_by_name(self.generator, "one")["condition"].shape[-1]
        if made != wanted:
            raise ValueError(
                f"DMGAN: expected a generator with an input 'condition' of {made} numbers, received {wanted}. Build "
                "both with one condition_size."
            )

    @property
    def generator_side(self):
        return [*super().generator_side, self.augmentation]

    @property
    def discriminator_side(self):
        return self.discriminators

    # Sentence, words and mask travel as one row of numbers, so that all that is done with a sentence (finding a wrong
    # one, walking to the next) is done with its words too.

    def encode(self, tokens):
        """Sentence, words and mask of captions: `(batch, size + length * size + length)`."""
        said = self.text_encoder(tokens, training=False)
        mask = ops.cast(ops.not_equal(tokens, 0), "float32")
        words = ops.reshape(ops.cast(said["words"], "float32"), (ops.shape(tokens)[0], -1))
        return ops.stop_gradient(ops.concatenate([ops.cast(said["text"], "float32"), words, mask], axis=1))

    def unpacked(self, row):
        """What `encode` put together: `{"text", "words", "mask"}`."""
        length, size = self.text_encoder.output["words"].shape[1:]
        words = ops.reshape(row[:, size : size + length * size], (-1, length, size))
        return {"text": row[:, :size], "words": words, "mask": row[:, size + length * size :]}

    def embed(self, captions):
        return self.conditions(captions)[:, : self.text_size]

    def drawn_of(self, latent, row, condition, training=None):
        """All pictures of latents, `encode`'s rows and conditions."""
        said = self.unpacked(row)
        inputs = {"latent": latent, "condition": condition, "words": said["words"], "mask": said["mask"]}
        return self.generator(inputs, training=training)

    def pictures(self, batch, latent, text):
        said = self.augmentation(self.unpacked(text)["text"])
        shape = (ops.shape(latent)[0], said["mean"].shape[-1])
        noise = self.draw(batch, "condition", shape)
        condition = said["mean"] + ops.exp(said["log_deviation"]) * noise
        return {**self.drawn_of(latent, text, condition), **said}

    def make(self, latent, text, training=None):
        condition = self.augmentation(self.unpacked(text)["text"], training=training)["mean"]
        return self.drawn_of(latent, text, condition, training)["image"]

    def real_pictures(self, image):
        """Real pictures at every resolution, smallest first."""
        found = [image]
        while len(found) < len(self.discriminators):
            found.insert(0, ops.average_pool(found[0], 2))
        return found

    def contests(self, batch, generated, side):
        """One side's adversarial terms, those of the resolutions added, and the discriminators' answers."""
        text, parts, answers = self.unpacked(generated["text"])["text"], [], []
        rows = zip(self.discriminators, self.real_pictures(batch["image"]), self.names, strict=True)
        for network, real, name in rows:
            logits = []

            def judge(image, network=network, logits=logits):
                logits.append(network({"image": image, "text": text}))
                return logits[-1]

            parts.append(self.contest(batch, side, judge, real, generated[name]))
            answers.append(logits)
        return summed(*parts), answers

    def discriminator_losses(self, batch, generated):
        terms, answers = self.contests(batch, generated, "discriminator")
        wrong_text = self.unpacked(generated["wrong_text"])["text"]
        exists = ops.reshape(generated["wrong_exists"], (-1, 1, 1, 1)) > 0
        mismatch = 0.0
        for network, image, logits in zip(
            self.discriminators, self.real_pictures(batch["image"]), answers, strict=True
        ):
            real, fake = (one[:, :1] for one in logits[:2])
            wrong = network({"image": self.seen(batch, image), "text": wrong_text})[:, :1]
            wrong = ops.where(exists, wrong, fake)
            mismatch = mismatch + self.loss.discriminator(real, wrong)
        return terms | {"mismatch": mismatch}

    def generator_losses(self, batch, generated):
        terms, _ = self.contests(batch, generated, "generator")
        terms["divergence"] = normal_divergence(generated["mean"], generated["log_deviation"])
        seen = self.image_encoder(generated["image"], training=False)
        same = describing_alike(batch["tokens"], batch.get("group"))
        terms |= matching_terms(seen, self.unpacked(generated["text"]), same)[0]
        if self.style_encoder is not None:
            terms["style"] = ops.mean(ops.square(generated["latent"] - generated["style"]))
        return terms
