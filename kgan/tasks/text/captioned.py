"""Captioned pictures as text-to-image schemes take them: every sentence, and which captions describe alike."""

import numpy as np
from keras import ops

# How many captions to look at where they can only be had with their pictures.
MOST_READ = 20_000


def sentences(source) -> list[str]:
    """Every caption of a source, those an epoch does not draw included, each as often as it occurs.

    Args:
        source: a `kgan.data` source with `caption`.
    """
    (part,) = source.parts
    if "sentences" in part.rows:  # kgan.data.captions: lines of one image
        return [
            line for lines in part.rows["sentences"] for line in lines.decode("utf-8", "replace").split("\n")
        ]
    if "wordings" in part.rows:  # glyph_captions
        return [text.decode() for several in part.rows["wordings"] for text in several]
    found = []
    for batch in source.batches(256, training=False):
        found += [text.decode("utf-8", "replace") for text in batch["caption"].numpy()]
        if len(found) >= MOST_READ:
            break
    return found


def first_sentences(source) -> list[str]:
    """The caption of each item that evaluation takes, in order; empty where it comes with the pictures only."""
    (part,) = source.parts
    if "sentences" in part.rows:
        return [lines.decode("utf-8", "replace").split("\n")[0] for lines in part.rows["sentences"]]
    return [several[0].decode() for several in part.rows["wordings"]] if "wordings" in part.rows else []


def grouped(source):
    """The same examples, with `group`: items of one group describe each other.

    That is several captions of an image, several wordings of one fact where the source knows of that, and several
    images with one first caption.

    Args:
        source: a `kgan.data` source with `image` and `caption`.
    """
    (part,) = source.parts
    indices, first = part.rows["index"], first_sentences(source)
    groups = np.arange(len(indices)) if part.groups is None else part.groups
    if part.groups is None and first:
        groups = np.unique(first, return_inverse=True)[1]
    table = np.zeros(int(indices.max()) + 1, np.int32)
    table[indices] = groups

    def load(row, key):
        example = part.load(row, key)
        group = ops.take(table, row["index"], axis=0)
        return {"image": example["image"], "caption": example["caption"], "group": group}

    return source.with_loader(load, "", "groups")
