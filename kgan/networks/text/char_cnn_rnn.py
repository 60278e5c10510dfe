"""Char-CNN-RNN: temporal convolutions over characters, a recurrent layer on top.

Learning Deep Representations of Fine-Grained Visual Descriptions (Reed, Akata, Lee and Schiele 2016,
arXiv:1605.05395, section 4.3): characters one-hot, convolutions with rectifiers and temporal pooling, and over
what remains a recurrent network whose states are averaged over time.
"""

import math

import keras
from keras import layers, ops

from kgan.layers.masked_mean import MaskedMean
from kgan.layers.modulated_convolution import UnitLength

POOLS = (3, 3, 2)


def encoder(
    vocabulary_size: int, length: int = 201, size: int = 1024, width: int = 512, kernel: int = 4
) -> keras.Model:
    """Tokens of characters to one embedding.

    Args:
        vocabulary_size: token numbers, padding (0) and unknown (1) included.
        length: characters a caption, at least 18.
        size: numbers in the embedding.
        width: filters of the convolutions (the first has three quarters) and units of the recurrent layer.
        kernel: characters that a convolution sees.

    Returns:
        `text_encoder`: (batch, length) int32 to (batch, size), float32, with squares of mean 1.

    Raises:
        ValueError: a length that pooling leaves nothing of.

    Differs from the paper: gated units, "same" padding, so that short captions keep their ends, and embeddings of one
    length (see `word_rnn`).
    """
    if length < 18:
        raise ValueError(
            f"char_cnn_rnn.encoder: expected a length of at least 18 characters, received {length}."
        )
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    x = ops.one_hot(tokens, vocabulary_size, dtype="float32")
    for index, pool in enumerate(POOLS):
        filters = width * 3 // 4 if index == 0 else width
        x = layers.Conv1D(filters, kernel, padding="same", activation="relu", name=f"convolution_{index}")(x)
        x = layers.MaxPooling1D(pool, padding="same", name=f"pool_{index}")(x)
    x = layers.GRU(width, return_sequences=True, unroll=x.shape[1] <= 16, name="states")(x)
    x = MaskedMean(math.prod(POOLS), name="mean_state")([x, tokens])
    x = layers.Dense(size, dtype="float32", name="sentence")(x)
    x = UnitLength(dtype="float32", name="text")(x)
    return keras.Model(tokens, x, name="text_encoder")
