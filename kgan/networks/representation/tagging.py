"""Networks between what a picture shows and the vectors of words: dense layers on features, noise and words.

Conditional Generative Adversarial Nets (Mirza and Osindero 2014, arXiv:1411.1784, section 4.2), with its maxout units
(Goodfellow et al. 2013, arXiv:1302.4389). At its sizes (noise of
100, features of 4,096, words of 200) its layers; dropout as there, or none.
"""

import keras
from keras import layers

PIECES = 3


def generator(
    features: int = 4096, size: int = 200, latent_size: int = 100, width: int = 500, dropout: float = 0.0
) -> keras.Model:
    """Noise and a picture's features to the vector of one word.

    Args:
        features: numbers that a picture is told by.
        size: of a word's vector.
        latent_size: numbers in the noise.
        width: units that see the noise; four times as many see the features.
        dropout: of both, in [0, 1); the paper's is 0.5.

    Returns:
        `generator`: {"latent": (batch, latent_size), "features": (batch, features)} to (batch, size), not bounded.

    Example:
        >>> generator(features=16, size=8, width=4).output_shape
        (None, 8)
    """
    inputs = {
        "latent": keras.Input((latent_size,), name="latent"),
        "features": keras.Input((features,), name="features"),
    }
    seen = [
        _hidden(inputs[name], units, name, dropout)
        for name, units in (("latent", width), ("features", 4 * width))
    ]
    x = layers.Concatenate(name="both")(seen)
    return keras.Model(inputs, layers.Dense(size, dtype="float32", name="tag")(x), name="generator")


def discriminator(
    features: int = 4096, size: int = 200, width: int = 500, joint: int = 1000, dropout: float = 0.0
) -> keras.Model:
    """A word's vector and a picture's features to a logit.

    Args:
        features, size: as for `generator`.
        width: units that see the word; 2.4 times as many see the features.
        joint: units of three pieces that see both.
        dropout: of all of them, in [0, 1); the paper's is 0.5.

    Returns:
        `discriminator`: {"tag": (batch, size), "features": (batch, features)} to logits (batch, 1), float32.
    """
    inputs = {
        "tag": keras.Input((size,), name="tag"),
        "features": keras.Input((features,), name="features"),
    }
    seen = [
        _hidden(inputs[name], units, name, dropout)
        for name, units in (("tag", width), ("features", int(2.4 * width)))
    ]
    x = layers.Dense(PIECES * joint, name="joint")(layers.Concatenate(name="both")(seen))
    x = layers.MaxPooling1D(PIECES, name="largest")(layers.Reshape((PIECES * joint, 1), name="pieces")(x))
    x = layers.Flatten(name="maxout")(x)
    x = layers.Dropout(dropout, name="joint_dropout")(x) if dropout else x
    return keras.Model(inputs, layers.Dense(1, dtype="float32", name="logit")(x), name="discriminator")


def _hidden(x, units, name, dropout):
    x = layers.Dense(units, activation="relu", name=f"{name}_units")(x)
    return layers.Dropout(dropout, name=f"{name}_dropout")(x) if dropout else x
