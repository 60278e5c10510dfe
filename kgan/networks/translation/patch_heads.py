"""The heads of CUT: a small network a layer of the encoder, from the features of a place to a vector of length one.

Contrastive Learning for Unpaired Image-to-Image Translation (Park et al. 2020, arXiv:2007.15651), section 3. For the
five layers of the residual generator of width 64 there are 560,384 parameters: the 0.560 M that the authors' PyTorch
code prints.
"""

from collections.abc import Iterable, Mapping

import keras
from keras import layers


def heads(channels: Mapping[str, int], size: int = 256) -> keras.Model:
    """Two dense layers with a rectifier between them for each layer's features, then to length one.

    Args:
        channels: name of each layer to the channels of its features.
        size: of the vectors, and of the hidden layers.

    Returns:
        `heads`: dict from those names to `(batch, places, channels)`, to a dict from the same names to
        `(batch, places, size)` float32.

    Raises:
        ValueError: for no layer at all.

    Example:
        >>> heads({"source": 3, "down_1": 128, "down_2": 256, "block_1": 256, "block_5": 256}).count_params()
        560384
    """
    if not channels:
        raise ValueError(
            f"patch_heads.heads: expected the channels of at least one layer; received {dict(channels)}. Name some."
        )
    start = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.02)}
    features = {name: keras.Input((None, count), name=name) for name, count in channels.items()}
    found = {}
    for name, x in features.items():
        x = layers.Dense(size, activation="relu", name=f"{name}_hidden", **start)(x)
        x = layers.Dense(size, dtype="float32", name=f"{name}_vector", **start)(x)
        found[name] = layers.UnitNormalization(dtype="float32", name=f"{name}_unit")(x)
    return keras.Model(features, found, name="heads")


def heads_of(generator: keras.Model, names: Iterable[str], size: int = 256) -> keras.Model:
    """The heads for layers of a generator.

    Args:
        generator: functional `keras.Model`.
        names: of its layers; `"source"` for its input, if that is its name.
        size: as for `heads`.

    Raises:
        ValueError: for a layer that it does not have.

    Example:
        >>> generator = translation_resnet.generator(width=8, blocks=5)
        >>> sorted(heads_of(generator, ("source", "down_1", "block_5")).input)
        ['block_5', 'down_1', 'source']
    """
    return heads({name: _layer(generator, name).output.shape[-1] for name in names}, size)


def _layer(generator, name):
    known = [layer.name for layer in generator.layers]
    if name not in known:
        raise ValueError(
            f"patch_heads.heads_of: expected names of layers among {', '.join(known)}; received {name!r}. Take those."
        )
    return generator.get_layer(name)
