"""A wave into a cleaner one by an encoder-decoder with skips, judged beside its source: one-dimensional convolutions.

SEGAN: Speech Enhancement Generative Adversarial Network (Pascual, Bonafonte and Serra 2017, arXiv:1703.09452, section
3). With the filters left out its eleven layers, for windows of 16,384 samples: a second at 16 kHz.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from kgan.layers import ReferenceBatch, VirtualBatchNormalization, WithoutReference

FILTERS = (16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 1024)


def generator(length: int = 16384, filters: Sequence[int] = FILTERS, kernel: int = 31) -> keras.Model:
    """A wave and a latent to a wave.

    Each layer halves the time and is followed by a PReLU; the latent joins what is left; each layer back doubles the
    time and sees what the layer of its size had on the way in.

    Args:
        length: samples in a window, a multiple of 2 for each layer.
        filters: of each layer on the way in; the latent has as many channels as the last.
        kernel: samples that a filter sees.

    Returns:
        `generator`: {"source": (batch, length, 1), "latent": (batch, length / 2**layers, filters[-1])} to
        (batch, length, 1) in [-1, 1], float32.

    Raises:
        ValueError: a length that cannot be halved so often.

    Example:
        >>> generator(64, (2, 4), kernel=5).output_shape
        (None, 64, 1)
    """
    shortest = _halved(length, filters, "generator")
    source = x = keras.Input((length, 1), name="source")
    seen = []
    for index, count in enumerate(filters, 1):
        seen.append(x)
        x = layers.Conv1D(count, kernel, 2, "same", name=f"down_{index}")(x)
        x = layers.PReLU(shared_axes=[1], name=f"down_prelu_{index}")(x)
    latent = keras.Input((shortest, filters[-1]), name="latent")
    x = layers.Concatenate(name="known")([x, latent])
    for index in range(len(filters) - 1, 0, -1):
        x = layers.Conv1DTranspose(filters[index - 1], kernel, 2, "same", name=f"up_{index}")(x)
        x = layers.PReLU(shared_axes=[1], name=f"up_prelu_{index}")(x)
        x = layers.Concatenate(name=f"skip_{index}")([x, seen[index]])
    x = layers.Conv1DTranspose(1, kernel, 2, "same", activation="tanh", dtype="float32", name="wave")(x)
    return keras.Model({"source": source, "latent": latent}, x, name="generator")


def discriminator(
    reference: np.ndarray | Sequence, filters: Sequence[int] = FILTERS, kernel: int = 31
) -> keras.Model:
    """A wave beside its source to a logit, normalized by a reference batch.

    Args:
        reference: pairs chosen once, (size, length, 2) of sources and targets, at least 2 of them; or the two arrays
            (size, length, 1).
        filters: of each layer, as for `generator`.
        kernel: samples that a filter sees.

    Returns:
        `discriminator`: {"source": (batch, length, 1), "target"} to logits (batch, 1), float32.

    Raises:
        ValueError: a reference of another shape or too few pairs, or a length that cannot be halved so often.
    """
    if isinstance(reference, tuple | list):
        reference = np.concatenate([np.asarray(one, "float32") for one in reference], axis=-1)
    if np.ndim(reference) != 3 or np.shape(reference)[-1] != 2:
        raise ValueError(
            f"segan.discriminator: expected a reference of pairs (size, length, 2), received {np.shape(reference)}. "
            "Give (sources, targets), each (size, length, 1)."
        )
    size, length, _ = np.shape(reference)
    _halved(length, filters, "discriminator")
    inputs = {name: keras.Input((length, 1), name=name) for name in ("source", "target")}
    x = layers.Concatenate(name="pair")([inputs["source"], inputs["target"]])
    x = ReferenceBatch(np.asarray(reference, "float32"), name="beside_reference")(x)
    for index, count in enumerate(filters, 1):
        x = layers.Conv1D(count, kernel, 2, "same", use_bias=False, name=f"down_{index}")(x)
        x = VirtualBatchNormalization(size, name=f"normalization_{index}")(x)
        x = layers.LeakyReLU(0.3, name=f"leaky_{index}")(x)
    x = WithoutReference(size, name="without_reference")(x)
    x = layers.Conv1D(1, 1, name="channel")(x)
    x = layers.Dense(1, dtype="float32", name="logit")(layers.Flatten(name="features")(x))
    return keras.Model(inputs, x, name="discriminator")


def _halved(length, filters, network):
    divisor = 2 ** len(filters)
    if not filters or length < divisor or length % divisor:
        raise ValueError(
            f"segan.{network}: expected a length that {len(filters)} layers can halve, a multiple of {divisor}, "
            f"received {length}. Take {max(1, length // divisor) * divisor}, or other filters."
        )
    return length // divisor
