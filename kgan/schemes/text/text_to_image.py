"""TextToImage: what every scheme that draws a sentence shares."""

import functools

import numpy as np
from keras import KerasTensor, ops

from kgan import backend
from kgan.adversarial.expectations import inputs_by_name
from kgan.schemes.text.reading import Reading
from kgan.schemes.text.wrong_captions import wrong_partners


class TextToImage(Reading):
    """A generator that is told a sentence, and a discriminator that must see whether picture and sentence match.

    Matching-aware (Reed et al. 2016, arXiv:1605.05396, algorithm 1): D has to tell a real picture with its caption from
    a generated one (`adversarial`) and from a real picture with a wrong caption (`mismatch`), each at half weight. A
    wrong caption is another's in the batch of all replicas that differs in text and belongs to another `group`; where
    there is none, the generated picture takes its place.

    Args:
        text_encoder: network from tokens `(batch, length)` to embeddings `(batch, size)`, trained before and frozen.
        generator: network from `{"latent", "text"}` to images.
        discriminator: network from `{"image", "text"}` to logits.
        tokenizer: `kgan.layers.CaptionTokens`, or None if batches hold tokens.
        latent_size: numbers in a latent.
        style_encoder: network from images to latents `(batch, latent_size)`, or None. It learns to read the latent back
            off a generated picture, `mean((z - S(G(z, t)))**2)` (arXiv:1605.05396, section 4.4), alongside and without
            moving the generator.
        image_encoder: network from images to embeddings, the text encoder's partner, for scores; frozen; or None.

    Raises:
        ValueError: networks that do not fit together.
    """

    discriminator_output = "logits"

    def __init__(
        self,
        text_encoder,
        generator,
        discriminator,
        tokenizer=None,
        latent_size=100,
        style_encoder=None,
        image_encoder=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.check_reading(text_encoder, tokenizer)
        self.text_encoder = text_encoder
        self.generator = generator
        self.discriminator = discriminator
        self.tokenizer = tokenizer
        self.latent_size = latent_size
        self.style_encoder = style_encoder
        self.image_encoder = image_encoder
        self.check_networks()

    def check_networks(self):
        """Latent and sentence fit both networks."""
        wanted = {"generator": {"latent": self.latent_size, "text": self.text_size}}
        wanted["discriminator"] = {"text": self.text_size}
        for name, sizes in wanted.items():
            inputs = inputs_by_name(getattr(self, name), "one")
            for key, size in sizes.items():
                found = inputs[key].shape[-1] if key in inputs else None
                if found != size:
                    raise ValueError(
                        f"{type(self).__name__}: expected a {name} with an input {key!r} of {size} numbers, received "
                        f"{'none' if found is None else found}. Build all networks with one {key} size."
                    )

    @property
    def generator_side(self):
        return [self.generator] if self.style_encoder is None else [self.generator, self.style_encoder]

    # Training ----------------------------------------------------------------------------------------------

    def encode(self, tokens):
        """Sentences' embeddings, the encoder frozen."""
        return ops.stop_gradient(self.text_encoder(tokens, training=False))

    def make(self, latent, text, training=None):
        """The generator's images of latents and sentences."""
        return self.generator({"latent": latent, "text": text}, training=training)

    def pictures(self, batch, latent, text):
        """What the generator side makes of a batch's latents and sentences: `image`, and what its terms need."""
        return {"image": self.make(latent, text)}

    def judge(self, image, text):
        """D's logits: is this picture real, and is it what the sentence says?"""
        return self.discriminator({"image": image, "text": text})

    def generate(self, batch):
        tokens = batch["tokens"]
        text = self.encode(tokens)
        draw = functools.partial(self.draw, batch)
        partner, exists = wrong_partners(tokens, draw, batch.get("group"))
        latent = draw("latent", (ops.shape(tokens)[0], self.latent_size))
        made = {
            **self.pictures(batch, latent, text),
            "text": text,
            "wrong_text": ops.take(backend.gather_batch(text), partner, axis=0),
            "wrong_exists": exists,
        }
        if self.style_encoder is not None:
            made |= {"latent": latent, "style": self.style_encoder(ops.stop_gradient(made["image"]))}
        return made

    def discriminator_losses(self, batch, generated):
        text, logits = generated["text"], []

        def judge(image):
            logits.append(self.judge(image, text))
            return logits[-1]

        terms = self.contest(batch, "discriminator", judge, batch["image"], generated["image"])
        real, fake = logits[:2]
        wrong = self.judge(self.seen(batch, batch["image"]), generated["wrong_text"])
        exists = ops.reshape(generated["wrong_exists"], (-1,) + (1,) * (len(wrong.shape) - 1))
        wrong = ops.where(exists > 0, wrong, fake)
        threshold = getattr(self.loss, "threshold", None)
        if threshold is not None:
            self.log(batch, "discriminator/accuracy_wrong", ops.mean(ops.cast(wrong < threshold, "float32")))
        return terms | {"mismatch": self.loss.discriminator(real, wrong)}

    def generator_losses(self, batch, generated):
        def judge(image):
            return self.judge(image, generated["text"])

        terms = self.contest(batch, "generator", judge, batch["image"], generated["image"])
        if self.style_encoder is not None:
            terms["style"] = ops.mean(ops.square(generated["latent"] - generated["style"]))
        return terms

    # Drawing -----------------------------------------------------------------------------------------------

    @property
    def input_signature(self):
        """Token ids and latents, for runtimes without strings."""
        tokens = self.text_encoder.inputs[0]
        return {
            "tokens": KerasTensor((None, tokens.shape[1]), "int32", name="tokens"),
            "latent": KerasTensor((None, self.latent_size), "float32", name="latent"),
        }

    @property
    def serving_calls(self):
        """What an export offers: a plain string with a seed, and token ids with a latent."""
        tokens = {"tokens": (self.__call__, self.input_signature)}
        if self.tokenizer is None:
            return {"serving_default": tokens["tokens"]}
        strings = {
            "caption": KerasTensor((None,), "string", name="caption"),
            "seed": KerasTensor((None,), "int32", name="seed"),
        }
        return {"serving_default": (self.__call__, strings), **tokens}

    def serving_tables(self):
        """The words, which an export needs beside the weights."""
        return [] if self.tokenizer is None else self.tokenizer.tables()

    def reference_inputs(self, name):
        """Inputs of one of `serving_calls` to compare an export on: a list of dicts of arrays."""
        words = self.tokenizer.vocabulary[:6] if self.tokenizer else []
        if name == "serving_default" and words:
            captions = [" ".join(words[:2]), words[-1], "something never seen"]
            return [
                {"caption": np.array([c.encode() for c in captions]), "seed": np.arange(3, dtype="int32")}
            ]
        random = np.random.default_rng(0)
        length, most = self.text_encoder.inputs[0].shape[1], 2 + len(words)
        tokens = random.integers(0, max(2, most), (3, length)).astype("int32")
        return [{"tokens": tokens, "latent": random.normal(size=(3, self.latent_size)).astype("float32")}]

    def latents_of(self, seeds):
        """A latent for each seed, the same wherever it stands in a batch: `(batch,)` to `(batch, latent_size)`."""

        def one(seed):
            return ops.reshape(
                backend.random("normal", (1, self.latent_size), [0, seed]), (self.latent_size,)
            )

        return ops.map(one, ops.cast(seeds, "int32"))

    def call(self, inputs, training=False):
        """Images of `caption`, `tokens` or `text` (embeddings), with `latent` or `seed`."""
        inputs = self.with_tokens(inputs)
        text = inputs["text"] if "text" in inputs else self.encode(inputs["tokens"])
        latent = inputs["latent"] if "latent" in inputs else self.latents_of(inputs["seed"])
        return self.make(latent, text, training)

    def sample_inputs(self, count, seed, caption=None, tokens=None):
        if (caption is None) == (tokens is None):
            raise ValueError(
                "sample: expected caption or tokens, received " + ("none" if caption is None else "both")
            )
        if caption is not None:
            captions = [caption] * count if isinstance(caption, (str, bytes)) else list(caption)
            if len(captions) != count:
                raise ValueError(f"sample: expected one caption or {count}, received {len(captions)}.")
            tokens = np.asarray(self.tokens_of(ops.convert_to_tensor(captions)))
        latent = backend.random("normal", (count, self.latent_size), [seed, 0])
        return {"tokens": np.asarray(tokens, "int32"), "latent": np.asarray(latent)}

    def embed(self, captions):
        """Captions' embeddings: float32 array `(count, text_size)`."""
        return self.conditions(captions)

    def conditions(self, captions):
        """What `call` takes as `text` for captions, a row each; where a scheme reads words, more than `embed` gives."""
        return np.asarray(self.encode(self.tokens_of(ops.convert_to_tensor(list(captions)))))

    def style(self, images):
        """The latents that the style encoder reads off images in [-1, 1]: array `(count, latent_size)`."""
        if self.style_encoder is None:
            raise ValueError(
                f"{type(self).__name__}: expected a style_encoder, received none. Train with one."
            )
        with self.averages.lent():
            return np.asarray(self.style_encoder(ops.convert_to_tensor(images, "float32"), training=False))
