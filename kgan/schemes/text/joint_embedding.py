"""JointEmbedding: sentences and pictures in one space, each nearest to its own."""

from keras import KerasTensor, ops

from kgan import backend
from kgan.schemes.text.reading import Reading


def structured_hinge(scores, same, hardest=False):
    """How far wrong candidates come near the right one: `max(0, 1 + scores)` over those that are wrong.

    Args:
        scores: `(batch, everyone)`, each candidate's score less the score of the sample's own partner.
        same: `(batch, everyone)` bool, candidates that would be no mistake.
        hardest: the greatest violation of a row rather than the mean of all.

    Returns:
        float32 scalar, the mean over the rows.
    """
    wrong = ops.cast(ops.logical_not(same), "float32")
    violations = ops.relu(1.0 + ops.cast(scores, "float32")) * wrong
    if hardest:
        return ops.mean(ops.max(violations, axis=1))
    return ops.mean(ops.sum(violations, axis=1) / ops.maximum(ops.sum(wrong, axis=1), 1.0))


class JointEmbedding(Reading):
    """Deep structured joint embedding (Reed, Akata, Lee and Schiele 2016, arXiv:1605.05395, section 3).

    With `F(v, t) = theta(v) . phi(t)` for a picture v and a caption t, over pairs n and captions (pictures) m of
    another kind in the batch of all replicas:

    - `image` term: mean over n, m of `max(0, 1 + F(v_n, t_m) - F(v_n, t_n))`,
    - `text` term:  mean over n, m of `max(0, 1 + F(v_m, t_n) - F(v_n, t_n))`.

    Args:
        text_encoder: network from tokens `(batch, length)` to embeddings `(batch, size)`.
        image_encoder: network from images to embeddings `(batch, size)`.
        tokenizer: `kgan.layers.CaptionTokens`, or None if batches hold tokens.
        hardest: only the worst m, the paper's maximum; the mean learns faster from nothing.

    Raises:
        ValueError: embeddings of two sizes.

    Example:
        >>> tokens = CaptionTokens.of(captions)
        >>> model = JointEmbedding(
        ...     word_rnn.encoder(tokens.size, tokens.length), image_embedding.encoder((64, 64)), tokens
        ... )
        >>> model.compile()
        >>> model.fit((images, captions), epochs=10)

    Differs from the paper: the image side learns too, from nothing; the captions of a class are those in the batch;
    Adam at 1e-3 where it has RMSprop at 7e-4.
    """

    defaults = {
        "loss": None,
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-3}},
    }

    def __init__(self, text_encoder, image_encoder, tokenizer=None, hardest=False, **kwargs):
        super().__init__(**kwargs)
        sizes = text_encoder.outputs[0].shape[-1], image_encoder.outputs[0].shape[-1]
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"{type(self).__name__}: expected embeddings of one size, received {sizes[0]} from the text encoder "
                f"and {sizes[1]} from the image encoder. Build both with one size."
            )
        self.check_reading(text_encoder, tokenizer)
        self.text_encoder = text_encoder
        self.image_encoder = image_encoder
        self.tokenizer = tokenizer
        self.hardest = hardest

    @property
    def generator_side(self):
        return [self.text_encoder, self.image_encoder]

    @property
    def discriminator_side(self):
        return []

    @property
    def input_signature(self):
        image = self.image_encoder.inputs[0]
        tokens = self.text_encoder.inputs[0]
        return {
            "image": KerasTensor(image.shape, image.dtype, name="image"),
            "tokens": KerasTensor(tokens.shape, "int32", name="tokens"),
        }

    def generate(self, batch):
        return {"text": self.text_encoder(batch["tokens"]), "picture": self.image_encoder(batch["image"])}

    def discriminator_losses(self, batch, generated):
        return {}

    def generator_losses(self, batch, generated):
        text, picture = (ops.cast(generated[name], "float32") for name in ("text", "picture"))
        own = ops.sum(text * picture, axis=1, keepdims=True)
        tokens = batch["tokens"]
        same = ops.all(ops.equal(tokens[:, None, :], backend.gather_batch(tokens)[None, :, :]), axis=-1)
        if "group" in batch:
            group = ops.reshape(batch["group"], (-1,))
            same = ops.logical_or(same, ops.equal(group[:, None], backend.gather_batch(group)[None, :]))
        to_texts = picture @ ops.transpose(backend.gather_batch(text)) - own
        to_pictures = text @ ops.transpose(backend.gather_batch(picture)) - own
        right = ops.cast(ops.logical_or(to_texts < 0, same), "float32")
        self.log(batch, "generator/accuracy", ops.mean(ops.min(right, axis=1)))
        return {
            "image": structured_hinge(to_texts, same, self.hardest),
            "text": structured_hinge(to_pictures, same, self.hardest),
        }

    def call(self, inputs, training=False):
        """`{"text", "picture"}`, the embeddings of what is given of `tokens` (or `caption`) and `image`."""
        inputs = self.with_tokens(inputs)
        found = {}
        if "tokens" in inputs:
            found["text"] = self.text_encoder(inputs["tokens"], training=training)
        if "image" in inputs:
            found["picture"] = self.image_encoder(inputs["image"], training=training)
        return found
