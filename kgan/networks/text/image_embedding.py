"""Pictures into the space of their captions: convolutions with stride, then a linear layer.

The image side of deep structured joint embedding (Reed, Akata, Lee and Schiele 2016, arXiv:1605.05395), which there
is a GoogLeNet trained before; here it is small and learns with the text side.
"""

import keras
from keras import layers

from kgan.networks.parts.normalization import normalize
from kgan.networks.text.large_grid import large_grid


def encoder(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    size: int = 256,
    width: int = 32,
    normalization: str | None = "batch",
    dropout: float = 0.0,
    regions: bool = False,
) -> keras.Model:
    """A 3x3 convolution with stride a halving, normalized, then a linear layer.

    Args:
        image_size: (height, width), 16 to 256 pixels; multiples of 4 to 64, as for `dcgan`.
        channels: of the images.
        size: numbers in the embedding.
        width: channels of the first layer, doubled by each of the next.
        normalization: "batch", "batch-per-replica", "layer", "instance" or None.
        dropout: share of the last features dropped in training.
        regions: whether features of the picture's parts come out too, as words are held against them (Xu et al. 2018,
            arXiv:1711.10485, section 3.2): from the last grid but one, 8x8 for square pictures, through a linear layer.

    Returns:
        `image_encoder`: (batch, height, width, channels) to (batch, size), float32; with `regions` to
        {"picture": that, "regions": (batch, places, size)}.
    """
    halvings, _ = large_grid(image_size, "image_embedding.encoder")
    x = image = keras.Input((*image_size, channels), name="image")
    for index in range(1, halvings + 1):
        x = layers.Conv2D(
            width * 2 ** (index - 1), 3, 2, "same", use_bias=normalization is None, name=f"down_{index}"
        )(x)
        x = normalize(x, normalization, f"normalization_{index}")
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
        if index == halvings - 1:
            parts = x
    x = layers.Flatten(name="features")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(size, dtype="float32", name="embedding")(x)
    if regions:
        parts = layers.Dense(size, dtype="float32", name="region_features")(parts)
        x = {"picture": x, "regions": layers.Reshape((-1, size), name="regions")(parts)}
    return keras.Model(image, x, name="image_encoder")
