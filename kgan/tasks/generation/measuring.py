"""What `evaluate` of drawn images compares with: real images from all over the data, and a reader of glyphs."""

import numpy as np

from kgan.data.samples import glyphs
from kgan.data.source.examples import spread
from kgan.metrics.label_classifier import LabelClassifier


def gathered(source, most=10_000):
    """Returns images and labels of a source as arrays, nothing random; labels None without any.

    Of more than `most` those are spread over the source: the first ones of a folder are of one class or two.
    """
    parts = [
        {key: value.numpy() for key, value in batch.items() if key in ("image", "label")}
        for batch in spread(source, most).batches(256, training=False)
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
