"""Sentences for the cases that read them: a frozen table of embeddings, so that drawing and judging are timed."""

import numpy as np

LENGTH, WORDS = 2, 10_000


def tokens(count):
    """Captions of one sample each, none like another."""
    return np.stack([np.arange(count) + 2, np.arange(count) + 2], axis=1).astype("int32")


def text_encoder(size):
    """Tokens to an embedding: the first one's row of a table."""
    import keras

    given = keras.Input((LENGTH,), dtype="int32", name="tokens")
    x = keras.layers.Embedding(WORDS, size)(given)
    return keras.Model(given, keras.layers.Flatten()(x[:, :1]), name="text_encoder")


def torch_text(size):
    """The same for PyTorch: a number of samples to their embeddings."""
    import torch

    table = torch.randn(WORDS, size)
    return lambda count: table[torch.arange(count) + 2]
