"""A small variational autoencoder, and a discriminator of its codes.

Sinha, Ebrahimi and Darrell 2019 (arXiv:1904.00370). The paper's autoencoder is made for
photographs; this one is of the same kind, smaller, for pictures of 8 to 32 pixels.
"""

import keras
from keras import layers


def encoder(
    image_size: tuple[int, int] = (8, 8), channels: int = 1, latent_size: int = 16, width: int = 32
) -> keras.Model:
    """Two convolutions, the first with stride 1, the second with 2, and two linear layers.

    Args:
        image_size: (height, width), multiples of 2.
        channels: of the images.
        latent_size: numbers in a code.
        width: channels of the first convolution, doubled by the second.

    Returns:
        `encoder`: (batch, height, width, channels) to {"mean", "log_variance"}, each (batch, latent_size), float32.

    Raises:
        ValueError: an odd side.
    """
    _check(image_size)
    x = image = keras.Input((*image_size, channels), name="image")
    x = layers.Conv2D(width, 3, padding="same", activation="relu", name="convolution_1")(x)
    x = layers.Conv2D(2 * width, 3, 2, padding="same", activation="relu", name="convolution_2")(x)
    x = layers.Flatten(name="flat")(x)
    names = ("mean", "log_variance")
    made = {name: layers.Dense(latent_size, dtype="float32", name=name)(x) for name in names}
    return keras.Model(image, made, name="encoder")


def decoder(
    image_size: tuple[int, int] = (8, 8), channels: int = 1, latent_size: int = 16, width: int = 32
) -> keras.Model:
    """A linear layer, a transposed convolution with stride 2 and a convolution to pixels.

    Args: as `encoder`'s.

    Returns:
        `decoder`: (batch, latent_size) to (batch, height, width, channels) in [-1, 1], float32.

    Raises:
        ValueError: an odd side.
    """
    height, breadth = _check(image_size)
    latent = keras.Input((latent_size,), name="latent")
    x = layers.Dense(height * breadth * 2 * width, activation="relu", name="start")(latent)
    x = layers.Reshape((height, breadth, 2 * width), name="grid")(x)
    x = layers.Conv2DTranspose(width, 4, 2, padding="same", activation="relu", name="up")(x)
    image = layers.Conv2D(channels, 3, padding="same", activation="tanh", dtype="float32", name="image")(x)
    return keras.Model(latent, image, name="decoder")


def discriminator(latent_size: int = 16, width: int = 512, depth: int = 2) -> keras.Model:
    """Rectified linear layers and a logit, as in the authors' code.

    Args:
        latent_size: numbers in a code.
        width: units of each hidden layer.
        depth: hidden layers.

    Returns:
        `discriminator`: (batch, latent_size) to a logit (batch, 1), float32.
    """
    x = latent = keras.Input((latent_size,), name="latent")
    for index in range(1, depth + 1):
        x = layers.Dense(width, activation="relu", name=f"hidden_{index}")(x)
    return keras.Model(latent, layers.Dense(1, dtype="float32", name="logit")(x), name="discriminator")


def _check(image_size):
    if any(side % 2 for side in image_size):
        raise ValueError(
            f"variational: expected sides that are multiples of 2, received {tuple(image_size)}."
        )
    return [side // 2 for side in image_size]
