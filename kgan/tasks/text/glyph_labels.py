"""Which character a caption of a glyph names, and whether it was drawn."""

import itertools

import numpy as np

from kgan.data.samples.faces import LETTERS_AND_DIGITS
from kgan.data.samples.glyph_captions import DIGITS

NAMES = list(LETTERS_AND_DIGITS)


def label_of(caption: str) -> int:
    """The number in `NAMES` of the character that a caption such as "bold serif capital g" names.

    Raises:
        ValueError: no character in it.
    """
    words = caption.replace(",", " ").split()
    for kind, name in itertools.pairwise(words):
        if kind in ("capital", "small") and len(name) == 1:
            return NAMES.index(name.upper() if kind == "capital" else name)
        if kind == "digit" and name in DIGITS:
            return NAMES.index(str(DIGITS.index(name)))
    raise ValueError(
        f"label_of: expected a caption with 'capital g', 'small g' or 'digit seven', received {caption!r}."
    )


def labels_of(captions) -> np.ndarray:
    """`label_of` each caption: (count,) int."""
    return np.array([label_of(caption) for caption in captions])
