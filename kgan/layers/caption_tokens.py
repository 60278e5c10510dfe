"""Sentences to token numbers, inside a saved model."""

import re
from collections import Counter
from collections.abc import Iterable

import keras

LEVELS = ("word", "character")
# What keras.layers.TextVectorization takes off, so that words are told apart here as they are there.
PUNCTUATION = re.compile(r"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")
SPACE = re.compile(r"[ \t\n\v\f\r]+")
PADDING, UNKNOWN = 0, 1


@keras.saving.register_keras_serializable("kgan.layers")
class CaptionTokens(keras.layers.Layer):
    """Strings `(batch,)` to tokens `(batch, length)` int32: 0 pads, 1 is unknown, the vocabulary counts from 2.

    The vocabulary is part of the config, so a saved or exported model takes plain strings. Letters A to Z become
    small, ASCII punctuation goes, words end at white space; other scripts stay as they are. What is longer than
    `length` is cut off. XLA knows no strings: call it outside of compiled steps.

    Args:
        vocabulary: list of str, words or single characters.
        length: tokens a caption, >= 1.
        level: "word" or "character".

    Raises:
        ValueError: an empty vocabulary, a length below 1, or another level.

    Example:
        >>> CaptionTokens(["red", "bird"], length=4)(["A red bird!"])
        [[1, 2, 3, 0]]
    """

    def __init__(self, vocabulary, length: int, level: str = "word", **options):
        options.setdefault("dtype", "int32")
        super().__init__(trainable=False, **options)
        vocabulary = list(vocabulary)
        if not vocabulary:
            raise ValueError("CaptionTokens: expected a vocabulary of at least one word, received none.")
        if length < 1:
            raise ValueError(f"CaptionTokens: expected a length of at least 1, received {length}.")
        if level not in LEVELS:
            raise ValueError(f"CaptionTokens: expected a level among {LEVELS}, received {level!r}.")
        self.vocabulary, self.length, self.level = vocabulary, int(length), level
        self._known = frozenset(vocabulary)
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self._lookup = keras.layers.TextVectorization(
            standardize="lower_and_strip_punctuation" if level == "word" else "lower",
            split="whitespace" if level == "word" else "character",
            output_sequence_length=self.length,
            vocabulary=vocabulary,
        )
        self.built = True

    @classmethod
    def of(
        cls, captions: Iterable[str], length: int | None = None, level: str = "word", most: int = 20_000
    ) -> "CaptionTokens":
        """A layer that knows the words (or characters) of these captions, the most frequent first.

        Args:
            captions: str each.
            length: tokens a caption. Default: the longest caption's, at most 64 words or 201 characters.
            level: "word" or "character".
            most: size of the vocabulary at most.
        """
        counts, longest = Counter(), 1
        for caption in captions:
            found = split(caption, level)
            counts.update(found)
            longest = max(longest, len(found))
        known = sorted(counts, key=lambda token: (-counts[token], token))[:most]
        return cls(known, length or min(longest, 64 if level == "word" else 201), level)

    def tables(self) -> list:
        """What a SavedModel has to hold beside variables. (No property: Keras looks into those when it loads.)"""
        return [self._lookup._lookup_layer.lookup_table]

    @property
    def size(self) -> int:
        """How many token numbers there are."""
        return len(self.vocabulary) + 2

    def unknown(self, caption: str) -> list[str]:
        """The words (or characters) of a caption that the vocabulary lacks, each once."""
        return [token for token in dict.fromkeys(split(caption, self.level)) if token not in self._known]

    def call(self, captions):
        return keras.ops.cast(self._lookup(captions), "int32")

    def compute_output_spec(self, captions):
        return keras.KerasTensor((*captions.shape, self.length), "int32")

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary": self.vocabulary,
            "length": self.length,
            "level": self.level,
        }

    @classmethod
    def from_config(cls, config):
        config.pop("trainable", None)
        return cls(**config)


def split(caption: str, level: str = "word") -> list[str]:
    """A caption's words or characters, as `CaptionTokens` takes it apart."""
    small = "".join(letter.lower() if letter.isascii() else letter for letter in caption)
    if level == "character":
        return list(small)
    return [word for word in SPACE.split(PUNCTUATION.sub("", small)) if word]
