"""Captions to tokens, the same in Python as in TensorFlow, whatever people write; and what reads them."""

import keras
import numpy as np
import pytest

from kgan.layers import CaptionTokens, MaskedMean, TextAffine
from kgan.layers.caption_tokens import split


def test_tokens_by_hand():
    tokens = CaptionTokens(["red", "bird"], length=4)
    found = np.asarray(tokens(["A red, RED bird!", "", "bird red bird red bird"]))
    np.testing.assert_array_equal(found, [[1, 2, 2, 3], [0, 0, 0, 0], [3, 2, 3, 2]])
    assert tokens.unknown("A red tree, a") == ["a", "tree"]


@pytest.mark.parametrize("level", ["word", "character"])
@pytest.mark.parametrize(
    "caption",
    [
        "a sans-serif\tcapital  g\r\n",
        "Ein GRÜNER Vogel \u2013 mit Süßholz",
        "красная птица",
        "赤い鳥",
        "طائر أحمر",
        "emoji 👩‍🚀 here",
        "quote's [brackets] {braces} a/b\\c ~x^2",
        "",
        "x" * 10_000,
    ],
)
def test_what_is_split_here_is_split_there(level, caption):
    own = split(caption, level) or ["nothing"]
    tokens = CaptionTokens(list(dict.fromkeys(own)), length=20, level=level)
    found = np.asarray(tokens([caption]))[0]
    expected = [tokens.vocabulary.index(token) + 2 for token in split(caption, level)][:20]
    np.testing.assert_array_equal(found, expected + [0] * (20 - len(expected)))
    assert tokens.unknown(caption) == []


def test_vocabulary_of_captions_and_a_round_trip(tmp_path):
    tokens = CaptionTokens.of(["a red bird", "a blue bird in a tree", "bird"])
    assert tokens.vocabulary[:2] == ["a", "bird"]
    assert (tokens.length, tokens.size) == (6, 8)
    assert CaptionTokens.of(["ab ba"], level="character").vocabulary == ["a", "b", " "]
    twin = CaptionTokens.from_config(tokens.get_config())
    np.testing.assert_array_equal(twin(["a tree"]), tokens(["a tree"]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(([], 3), "at least one word"), ((["a"], 0), "at least 1"), ((["a"], 3, "byte"), "level among")],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        CaptionTokens(*arguments)


def test_masked_mean():
    states = np.arange(12, dtype="float32").reshape(2, 3, 2)
    tokens = np.array([[5, 3, 0], [0, 0, 0]], "int32")
    np.testing.assert_allclose(MaskedMean()([states, tokens]), [[1.0, 2.0], [0.0, 0.0]])
    # Two tokens a state: the first sample's second state counts by its first token.
    tokens = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], "int32")
    np.testing.assert_allclose(MaskedMean(2)([states, tokens]), [[1.0, 2.0], [6.0, 7.0]])


def test_text_affine_starts_as_the_identity_and_then_is_affine():
    layer = TextAffine(hidden=4)
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 5)).astype("float32")
    text = np.random.default_rng(1).normal(size=(2, 6)).astype("float32")
    np.testing.assert_allclose(layer([x, text]), x, atol=1e-6)
    for variable in layer.trainable_variables:
        variable.assign(np.random.default_rng(2).normal(size=variable.shape))

    def perceptron(first, second):
        (a, b), (c, d) = first.get_weights(), second.get_weights()
        return np.maximum(text @ a + b, 0) @ c + d

    scale = perceptron(layer.scale_hidden, layer.scale)[:, None, None]
    offset = perceptron(layer.offset_hidden, layer.offset)[:, None, None]
    np.testing.assert_allclose(layer([x, text]), x * scale + offset, rtol=1e-4, atol=1e-4)
    assert keras.layers.deserialize(keras.layers.serialize(layer)).hidden == 4
