"""How a class label enters a network: concatenated to its input, or projected on its last features.

Conditional Generative Adversarial Nets (Mirza and Osindero 2014, arXiv:1411.1784);
cGANs with Projection Discriminator (Miyato and Koyama 2018, arXiv:1802.05637).
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

CONDITIONINGS = ("concatenate", "projection")


def label_input() -> keras.KerasTensor:
    """The input `label`: (batch,) int32 in [0, classes)."""
    return keras.Input((), dtype="int32", name="label")


def labelled_latent(latent: Any, label: Any, classes: int, embedding_size: int | None = None) -> Any:
    """`concatenate(latent, embedding(label))`: (batch, latent_size + embedding_size).

    The embedding starts standard normal, like the latent beside it. Its size is min(classes, 64) unless
    given.
    """
    embedding = layers.Embedding(
        classes,
        embedding_size or min(classes, 64),
        embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0),
        name="label_embedding",
    )
    return layers.Concatenate(name="labelled")([latent, embedding(label)])


def label_plane(image: Any, label: Any, classes: int) -> Any:
    """`concatenate(image, plane(label))`: a learned plane of pixels a class, as one more channel."""
    height, width = image.shape[1:3]
    pixels = layers.Embedding(
        classes,
        height * width,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=0.5),
        name="label_pixels",
    )
    plane = layers.Reshape((height, width, 1), name="label_plane")(pixels(label))
    return layers.Concatenate(name="labelled_image")([image, plane])


def project(features: Any, label: Any, classes: int, wrap: Callable[[layers.Layer], layers.Layer]) -> Any:
    """`sum(embedding(label) * features)`: (batch, 1) float32, to be added to the unconditional logit.

    Args:
        features: (batch, size), what the last linear layer sees.
        label: (batch,) int32.
        classes: number of labels.
        wrap: applied to the embedding layer (spectral normalization).
    """
    embedding = wrap(
        layers.Embedding(
            classes,
            features.shape[-1],
            embeddings_initializer="glorot_uniform",
            dtype="float32",
            name="label_projection",
        )
    )
    return layers.Dot(axes=-1, dtype="float32", name="projection")([embedding(label), features])


def check_conditioning(conditioning: str, network: str) -> None:
    """Refuse a conditioning that no discriminator here has."""
    if conditioning not in CONDITIONINGS:
        raise ValueError(
            f"{network}: expected conditioning to be one of {', '.join(map(repr, CONDITIONINGS))}; "
            f"received {conditioning!r}."
        )
