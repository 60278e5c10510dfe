"""What `evaluate` of drawn images compares with: real images from all over the data, and a reader of glyphs."""

import numpy as np

from kgan.data.samples import glyphs
from kgan.data.source.examples import spread
from kgan.metrics.label_classifier import LabelClassifier

# How many real images the samples' diversity is compared with, and the most numbers to hold for it.
WATCHED_IMAGES, WATCHED_NUMBERS = 640, 2**24


def watched(source, labelled, seed):
    """Real images to compare the diversity of samples with, as training sees them.

    Args:
        source: of `image`, and of `label` if `labelled`.
        labelled: bool.
        seed: int.

    Returns:
        `(images, labels or None)`; None where no two images, or no two of one label, can be compared.
    """
    pixels = source.element_spec["image"].shape.num_elements()
    count = min(len(source), max(16, min(WATCHED_IMAGES, WATCHED_NUMBERS // pixels)))
    if count < 2:
        return None
    batch = next(iter(source.batches(count, seed=seed).take(1)))
    labels = np.asarray(batch["label"]) if labelled else None
    if labels is not None and np.bincount(labels).max() < 2:
        return None
    return np.asarray(batch["image"]), labels


def gathered(source, most=10_000, seed=None):
    """Returns images and labels of a source as arrays; labels None without any.

    Of more than `most` those are spread over the source: the first ones of a folder are of one class or two.

    Args:
        source: of `image`, and of `label` if there are any.
        most: int.
        seed: int, to show them as training does (its crops, its mirrors), which is what samples are to be like; None
            for nothing random.
    """
    shown = {"training": False, "augmented": seed is not None, "seed": seed or 0}
    parts = [
        {key: value.numpy() for key, value in batch.items() if key in ("image", "label")}
        for batch in spread(source, most).batches(256, **shown)
    ]
    images, labels = (
        np.concatenate([p[k] for p in parts]) if k in parts[0] else None for k in ("image", "label")
    )
    return images, labels


def read_glyphs(train, samples, labels):
    """Scores whether glyphs are read as what was asked for, by a classifier trained on other typefaces' glyphs."""
    source = glyphs(train.size, train.channels)
    training, apart = source.split(0.1, seed=train.seed)
    reader = LabelClassifier(samples.shape[1:], source.label_names).fit(training.batches(64))
    words = f"held out by type family, {len(apart)} of {len(source)}, seed {train.seed}"
    return reader.score(samples, labels, *gathered(apart), words, reference=gathered(source))
