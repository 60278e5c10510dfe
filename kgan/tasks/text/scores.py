"""How well pictures show their captions: R-precision and distances, and for glyphs what a classifier reads."""

import numpy as np

from kgan.metrics.generation import generation
from kgan.metrics.label_classifier import INDISTINGUISHABLE, LabelClassifier
from kgan.metrics.protocol import Protocol, Scores
from kgan.metrics.retrieval import r_precision, recall_at
from kgan.metrics.within_class_distance import within_class_distance
from kgan.tasks.text.glyph_labels import NAMES, labels_of
from kgan.tasks.text.style_scores import CANDIDATES, style_carried

READER_STEPS = 1200
READ_EACH = 4  # pictures of each caption that are read


def gathered(source, most=10_000):
    """The images and captions of a source, in order, nothing random."""
    images, captions = [], []
    for batch in source.batches(256, training=False):
        images.append(batch["image"].numpy())
        captions += [text.decode("utf-8", "replace") for text in batch["caption"].numpy()]
        if len(captions) >= most:
            break
    return np.concatenate(images)[:most], captions[:most]


def drawn(model, captions, seed=0):
    """A picture of each caption."""
    return model.sample(len(captions), seed=seed, caption=list(captions))


def embedded(model, images):
    """Pictures in the space of captions, by the text encoder's partner."""
    found = model.image_encoder.predict(np.asarray(images), batch_size=256, verbose=0)
    return np.asarray(found["picture"] if isinstance(found, dict) else found)


def text_scores(model, split, count, features, seed, candidates) -> list[Scores]:
    """R-precision, recall of the embedding on real pictures, FID, KID and the rest, of `count` pictures.

    Args:
        model: a `TextToImage` with an image encoder.
        split: `Split` of real pictures with captions.
        count: pictures to draw, going over the captions of what is measured with again and again.
        features: see `kgan.metrics.generation.generation`.
        seed: of the pictures.
        candidates: captions that each picture is compared with.
    """
    images, captions = gathered(split.measured)
    asked = [captions[index % len(captions)] for index in range(count)]
    made = drawn(model, asked, seed)
    texts, asked_texts = model.embed(captions), model.embed(asked)
    own = np.array(captions)[:, None] == np.array(captions)[None, :]
    kinds = len(set(captions))
    values = {
        "r_precision": r_precision(embedded(model, made), asked_texts, asked, candidates, seed),
        "r_precision_of_real": r_precision(embedded(model, images), texts, captions, candidates, seed),
        "recall_at_1_of_real": recall_at(embedded(model, images), texts, own),
        "recall_at_1_by_chance": float(own.mean()),
    }
    protocol = Protocol(
        samples=count,
        reference=len(images),
        reference_split=split.words,
        features="the run's own text and image encoders",
        resizer="none",
        details=(("captions", f"{kinds:,} different"), ("candidates", f"{min(candidates, kinds)}, R = 1")),
    )
    return [Scores(values, protocol), generation(images, made, split.words, features, seed=seed)]


def glyph_scores(model, split, count, seed) -> list[Scores]:
    """What a classifier reads in pictures of held-out captions and of others, and how much pictures of one differ.

    The classifier learns from the training glyphs alone: it has not seen the held-out combinations either.
    """
    images, captions = gathered(split.measured)
    real, real_captions = gathered(split.training)
    reader = LabelClassifier(images.shape[1:], NAMES).fit(_labelled(split.training), steps=READER_STEPS)
    found = {"accuracy_on_real": reader.accuracy(images, labels_of(captions))}
    for name, known, pictures in (("held_out", captions, images), ("trained", real_captions, real)):
        kinds = sorted(set(known))
        kinds = [
            kinds[i] for i in np.random.default_rng(0).permutation(len(kinds))[: max(1, count // READ_EACH)]
        ]
        asked = np.repeat(kinds, READ_EACH)
        made = drawn(model, asked, seed)
        found[f"accuracy_{name}"] = reader.accuracy(made, labels_of(asked))
        found[f"accuracy_{name}_unmerged"] = reader.accuracy(made, labels_of(asked), merge=False)
        of_one = within_class_distance(made, np.unique(asked, return_inverse=True)[1])
        among_real = within_class_distance(pictures, np.unique(known, return_inverse=True)[1])
        found[f"diversity_ratio_{name}"] = of_one / among_real
    if model.style_encoder is not None:
        found["style_carried"] = style_carried(model, captions, seed=seed)
        found["style_carried_by_chance"] = 1 / CANDIDATES
    protocol = Protocol(
        samples=count,
        reference=len(images),
        reference_split=split.words,
        features=f"reader, {reader.network.count_params():,} parameters, {reader.steps} steps on training glyphs",
        resizer="none",
        details=(("counted as one", ", ".join("/".join(group) for group in INDISTINGUISHABLE)),),
    )
    return [Scores(found, protocol)]


def _labelled(source):
    for batch in source.batches(64):
        captions = [text.decode() for text in batch["caption"].numpy()]
        yield {"image": batch["image"].numpy(), "label": labels_of(captions)}
