"""Fully connected encoder and joint discriminator for small images (Donahue et al. 2017, arXiv:1605.09782).

The paper's networks for permutation-invariant MNIST: two hidden layers of 1,024 units, batch normalization after each
linear layer but the last of E, and of D's first. The generator beside them is `mlp.generator`.
"""

import keras
from keras import layers

from kgan.networks.parts.normalization import normalize


def encoder(
    image_size: tuple[int, int] = (28, 28),
    channels: int = 1,
    latent_size: int = 50,
    width: int = 1024,
    depth: int = 2,
    stochastic: bool = False,
    normalization: str | None = "batch",
) -> keras.Model:
    """`depth` hidden layers of `width` units from an image to a latent, or to the normal distribution of one.

    Args:
        image_size: (height, width), any.
        channels: of the image.
        latent_size: length of the latent.
        width: units of each hidden layer.
        depth: number of hidden layers.
        stochastic: return `{"mean", "log_deviation"}`, as ALI's encoder does (Dumoulin et al. 2017, arXiv:1606.00704).
        normalization: of hidden layers: "batch", "batch-per-replica", "layer" or None.

    Returns:
        `encoder`: (batch, height, width, channels) to (batch, latent_size), or to a dict of two such; float32.

    Example:
        >>> bigan.encoder((8, 8), latent_size=5, width=16).output_shape
        (None, 5)
    """
    image = keras.Input((*image_size, channels), name="image")
    x = _hidden(layers.Flatten(name="pixels")(image), width, depth, normalization)
    latent = layers.Dense(latent_size, dtype="float32", name="mean" if stochastic else "latent")(x)
    if stochastic:
        tenth = keras.initializers.Constant(-2.3)  # deviations of a tenth to start with
        spread = layers.Dense(latent_size, dtype="float32", name="log_deviation", bias_initializer=tenth)(x)
        latent = {"mean": latent, "log_deviation": spread}
    return keras.Model(image, latent, name="encoder")


def discriminator(
    image_size: tuple[int, int] = (28, 28),
    channels: int = 1,
    latent_size: int = 50,
    width: int = 1024,
    depth: int = 2,
    normalization: str | None = "batch",
) -> keras.Model:
    """Image and latent side by side, `depth` hidden layers of `width` units, and a linear layer to the logit.

    Args: as `encoder`'s. The first hidden layer is not normalized.

    Returns:
        `discriminator`: {"image", "latent"} to logits (batch, 1), float32.
    """
    image = keras.Input((*image_size, channels), name="image")
    latent = keras.Input((latent_size,), name="latent")
    x = layers.Concatenate(name="pair")([layers.Flatten(name="pixels")(image), latent])
    x = _hidden(x, width, depth, normalization, first=2)
    logit = layers.Dense(1, dtype="float32", name="logit")(x)
    return keras.Model({"image": image, "latent": latent}, logit, name="discriminator")


def _hidden(x, width: int, depth: int, normalization: str | None, first: int = 1):
    """Linear layers with leaky rectifiers, normalized from the `first` one on."""
    for index in range(1, depth + 1):
        x = layers.Dense(width, kernel_initializer="he_normal", name=f"hidden_{index}")(x)
        if index >= first:
            x = normalize(x, normalization, f"normalization_{index}")
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    return x
