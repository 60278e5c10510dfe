"""Patch discriminators of one picture at several sizes, which give their features too.

High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs (pix2pixHD; Wang et al. 2018,
arXiv:1711.11585, section 3.2): equal networks, the second for the picture at half its size, and so on.
"""

import keras
from keras import layers

from kgan.networks.translation import patchgan


def discriminator(
    channels: int = 3,
    source_channels: int = 0,
    scales: int = 2,
    patch: int = 70,
    width: int = 64,
    spectral_normalization: bool = False,
    normalization: str | None = "instance",
) -> keras.Model:
    """A `patchgan.discriminator` a scale.

    Args:
        channels, source_channels, patch, width, spectral_normalization, normalization: as for `patchgan.discriminator`.
        scales: how many sizes; the paper has 3 for 2048x1024 pixels, SPADE 2.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"source", "target"}, to a list a scale, the largest
        first: features after each rectifier, and then logits (batch, h, w, 1). Its layers `scale_1`, `scale_2`, ... are
        the networks of the scales.

    Raises:
        ValueError: fewer scales than one, or a patch that there is none of.

    Example:
        >>> len(multiscale_patchgan.discriminator(source_channels=3, width=4).outputs)
        10
    """
    if scales != int(scales) or scales < 1:
        raise ValueError(f"multiscale_patchgan: expected at least one scale, received {scales}.")
    made = [
        _of_scale(
            f"scale_{index}",
            patchgan.discriminator(
                channels, source_channels, patch, width, spectral_normalization, normalization
            ),
        )
        for index in range(1, scales + 1)
    ]
    inputs = keras.tree.map_structure(lambda x: keras.Input(x.shape[1:], name=x.name), made[0].input)
    outputs, seen = [], inputs
    for index, network in enumerate(made, 1):
        outputs.append(network(seen))
        if index < scales:
            half = layers.AveragePooling2D(3, 2, "same", name=f"half_{index}")
            seen = keras.tree.map_structure(half, seen)
    return keras.Model(inputs, outputs, name="discriminator")


def _of_scale(name, network):
    features = [layer.output for layer in network.layers if isinstance(layer, layers.LeakyReLU)]
    return keras.Model(network.input, [*features, network.output], name=name)
