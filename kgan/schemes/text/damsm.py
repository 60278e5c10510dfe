"""DAMSM: how well a picture's parts match a caption's words, and the encoders that learn it."""

from keras import KerasTensor, ops

from kgan import backend
from kgan.schemes.text.reading import Reading

FAR = -1e9  # A score that leaves nothing after a softmax, and no NaN where all have it.


def unit(x):
    """Vectors of length one along the last axis."""
    x = ops.cast(x, "float32")
    return x * ops.rsqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-12)


def word_scores(regions, words, mask, sharpness=5.0, emphasis=5.0):
    """How well each picture's regions match each caption's words (Xu et al. 2018, arXiv:1711.10485, equations 7 to 10).

    Of regions v_j and words e_i: `s_ij = softmax over i of e_i . v_j`, `c_i = sum_j v_j softmax over j of g1 s_ij`, and
    the score is `log(sum_i exp(g2 cosine(c_i, e_i))) / g2`.

    Args:
        regions: `(pictures, places, size)`.
        words: `(captions, length, size)`.
        mask: `(captions, length)`, 1 where a word is and 0 where padding.
        sharpness: g1, how much a word looks at few regions.
        emphasis: g2, how much the best words count.

    Returns:
        float32 `(pictures, captions)`.
    """
    regions, words = ops.cast(regions, "float32"), ops.cast(words, "float32")
    here = ops.cast(mask, "float32")[None, :, :, None] > 0
    alike = ops.einsum("cid,pjd->pcij", words, regions)
    share = ops.softmax(ops.where(here, alike, FAR), axis=2)
    seen = ops.einsum("pcij,pjd->pcid", ops.softmax(sharpness * share, axis=3), regions)
    close = ops.sum(unit(seen) * unit(words)[None], axis=-1)
    return ops.logsumexp(ops.where(here[..., 0], emphasis * close, FAR), axis=2) / emphasis


def sentence_scores(pictures, texts):
    """Cosines of pictures and sentences: `(pictures, size)` and `(captions, size)` to `(pictures, captions)`."""
    return unit(pictures) @ ops.transpose(unit(texts))


def matching_loss(scores, same, smoothing=10.0):
    """`-log P(own caption | picture) - log P(own picture | caption)`, P a softmax of `g3 scores` (equations 11 to 13).

    Args:
        scores: `(count, count)`, each picture's against each caption; own ones on the diagonal.
        same: `(count, count)` bool, pairs that match too, and are no mistake; they are left out.
        smoothing: g3.

    Returns:
        float32 scalar, each part a mean over the batch.
    """
    count = ops.shape(scores)[0]
    own = ops.eye(count, dtype="float32")
    others = ops.logical_and(same, own < 0.5)
    scores = ops.where(others, FAR, smoothing * ops.cast(scores, "float32"))
    both = ops.log_softmax(scores, axis=1) + ops.log_softmax(scores, axis=0)
    return -ops.sum(ops.where(own > 0.5, both, 0.0)) / ops.cast(count, "float32")


def describing_alike(tokens, group=None):
    """bool `(count, count)`: samples of the global batch with one caption, or of one group."""
    tokens = backend.gather_batch(tokens)
    same = ops.all(ops.equal(tokens[:, None, :], tokens[None, :, :]), axis=-1)
    if group is not None:
        group = backend.gather_batch(ops.reshape(group, (-1,)))
        same = ops.logical_or(same, ops.equal(group[:, None], group[None, :]))
    return same


def matching_terms(seen, said, same):
    """The word and the sentence term over the batch of all replicas.

    Args:
        seen: dict of `picture` `(batch, size)` and `regions` `(batch, places, size)`.
        said: dict of `text` `(batch, size)`, `words` `(batch, length, size)` and `mask` `(batch, length)`.
        same: see `matching_loss`.

    Returns:
        `({"word", "sentence"}, scores)`, the scores those of words.
    """
    seen, said = ({name: backend.gather_batch(x) for name, x in one.items()} for one in (seen, said))
    scores = word_scores(seen["regions"], said["words"], said["mask"])
    whole = sentence_scores(seen["picture"], said["text"])
    return {"word": matching_loss(scores, same), "sentence": matching_loss(whole, same)}, scores


class DAMSM(Reading):
    """Deep attentional multimodal similarity model (Xu et al. 2018, arXiv:1711.10485, section 3.2).

    Both encoders learn that a picture matches its own caption among those of the batch, and the reverse: word by word
    (`word` term: what each word finds in the picture's regions), and as a whole (`sentence` term); see `word_scores`
    and `matching_loss`. Captions of one text or one group are never each other's wrong ones.

    Args:
        text_encoder: network from tokens `(batch, length)` to {"text": `(batch, size)`, "words": `(batch, length,
            size)`}, such as `word_rnn.encoder(..., words=True)`.
        image_encoder: network from images to {"picture": `(batch, size)`, "regions": `(batch, places, size)`}, such as
            `image_embedding.encoder(..., regions=True)`.
        tokenizer: `kgan.layers.CaptionTokens`, or None if batches hold tokens.

    Raises:
        ValueError: encoders without words or regions, or of two sizes.

    Example:
        >>> model = DAMSM(
        ...     word_rnn.encoder(tokens.size, tokens.length, words=True),
        ...     image_embedding.encoder((64, 64), regions=True), tokens,
        ... )
        >>> model.compile()
        >>> model.fit((images, captions), epochs=10)

    Differs from the paper: the image side learns whole, from nothing, where it is an Inception network of which only
    the last layers learn; Adam at 1e-3.
    """

    defaults = {
        "loss": None,
        "generator_optimizer": {"class_name": "Adam", "config": {"learning_rate": 1e-3}},
    }

    def __init__(self, text_encoder, image_encoder, tokenizer=None, **kwargs):
        super().__init__(**kwargs)
        check_encoders(type(self).__name__, text_encoder, image_encoder)
        self.check_reading(text_encoder, tokenizer)
        self.text_encoder = text_encoder
        self.image_encoder = image_encoder
        self.tokenizer = tokenizer

    @property
    def generator_side(self):
        return [self.text_encoder, self.image_encoder]

    @property
    def discriminator_side(self):
        return []

    @property
    def input_signature(self):
        image, tokens = self.image_encoder.inputs[0], self.text_encoder.inputs[0]
        return {
            "image": KerasTensor(image.shape, image.dtype, name="image"),
            "tokens": KerasTensor(tokens.shape, "int32", name="tokens"),
        }

    def generate(self, batch):
        said = self.text_encoder(batch["tokens"])
        mask = ops.cast(ops.not_equal(batch["tokens"], 0), "float32")
        return {**said, "mask": mask, **self.image_encoder(batch["image"])}

    def discriminator_losses(self, batch, generated):
        return {}

    def generator_losses(self, batch, generated):
        same = describing_alike(batch["tokens"], batch.get("group"))
        seen = {name: generated[name] for name in ("picture", "regions")}
        said = {name: generated[name] for name in ("text", "words", "mask")}
        terms, scores = matching_terms(seen, said, same)
        own = ops.eye(ops.shape(scores)[0], dtype="float32") > 0.5
        best = ops.max(ops.where(ops.logical_and(same, ops.logical_not(own)), FAR, scores), axis=1)
        mine = ops.max(ops.where(own, scores, FAR), axis=1)
        self.log(batch, "generator/accuracy", ops.mean(ops.cast(mine >= best, "float32")))
        return terms

    def call(self, inputs, training=False):
        """`{"text", "words", "picture", "regions"}`, the embeddings of what is given of `tokens` and `image`."""
        inputs, found = self.with_tokens(inputs), {}
        if "tokens" in inputs:
            found |= self.text_encoder(inputs["tokens"], training=training)
        if "image" in inputs:
            found |= self.image_encoder(inputs["image"], training=training)
        return found


def check_encoders(scheme, text_encoder, image_encoder):
    """Sentence, words, picture and regions are there, and of one size.

    Raises:
        ValueError: what is missing, or the two sizes.
    """
    for network, names, build in (
        (text_encoder, ("text", "words"), "word_rnn.encoder(..., words=True)"),
        (image_encoder, ("picture", "regions"), "image_embedding.encoder(..., regions=True)"),
    ):
        made = network.output if isinstance(network.output, dict) else {}
        if not set(names) <= set(made):
            raise ValueError(
                f"{scheme}: expected an encoder that returns {names[0]!r} and {names[1]!r}, received "
                f"{network.name!r} with {sorted(made) or 'one output'}. Build it with {build}."
            )
    sizes = [text_encoder.output[name].shape[-1] for name in ("text", "words")]
    sizes += [image_encoder.output[name].shape[-1] for name in ("picture", "regions")]
    if len(set(sizes)) > 1:
        raise ValueError(
            f"{scheme}: expected embeddings of one size, received {sizes} for text, words, picture and regions. Build "
            "both encoders with one size."
        )
