"""Word-level text encoder: an embedding a word, read forwards and backwards.

The bidirectional recurrent encoder of text-to-image networks (Xu et al. 2018, arXiv:1711.10485, section 3.2;
Reed, Akata, Lee and Schiele 2016, arXiv:1605.05395, section 4.4, for the word-level one), with gated units
(Cho et al. 2014, arXiv:1406.1078).

Ours: each embedding is scaled to a mean square of 1, that of a latent. The hinge loss leaves the scale open, and at a
fourteenth of the latent's, which it had come to, generators hardly heard the sentence.
"""

import keras
from keras import layers

from kgan.layers.masked_mean import MaskedMean
from kgan.layers.modulated_convolution import UnitLength

UNROLLED = 16  # as many steps are faster written out than in a loop


def encoder(
    vocabulary_size: int,
    length: int,
    size: int = 256,
    width: int = 128,
    word_size: int = 128,
    words: bool = False,
) -> keras.Model:
    """Tokens to one embedding: the mean of both directions' states, then a linear layer.

    Args:
        vocabulary_size: token numbers, padding (0) and unknown (1) included.
        length: tokens a caption.
        size: numbers in the embedding.
        width: units of each direction.
        word_size: numbers in a word's embedding.
        words: whether each word's features come out too, as DM-GAN needs them.

    Returns:
        `text_encoder`: (batch, length) int32 to (batch, size), float32, with squares of mean 1; with `words` to
        {"text": that, "words": (batch, length, size)}, the states of each word through a linear layer of their own.

    Example:
        >>> word_rnn.encoder(100, length=8, size=64).output_shape
        (None, 64)
    """
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    x = layers.Embedding(vocabulary_size, word_size, name="words")(tokens)
    recurrent = layers.GRU(width, return_sequences=True, unroll=length <= UNROLLED, name="states")
    states = layers.Bidirectional(recurrent, name="both_directions")(x)
    x = MaskedMean(name="mean_state")([states, tokens])
    x = layers.Dense(size, dtype="float32", name="sentence")(x)
    x = UnitLength(dtype="float32", name="text")(x)
    if words:
        x = {"text": x, "words": layers.Dense(size, dtype="float32", name="word_features")(states)}
    return keras.Model(tokens, x, name="text_encoder")
