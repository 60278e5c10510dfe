"""BEGAN: the discriminator is an autoencoder, and the generator is its decoder.

Boundary Equilibrium Generative Adversarial Networks (Berthelot, Schumm and Metz 2017, arXiv:1703.10717,
figure 1): 3x3 convolutions with exponential linear units, no normalisation, no dropout; `width` filters in
the decoder, `width * i` in the encoder's i-th stage; a linear layer on both sides of the hidden vector. The
paper shows the generator without a last activation; ours ends in tanh, as every generator here.
"""

import keras
from keras import layers

from kgan.networks.parts.image_size import grid_of


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 64,
    width: int = 64,
) -> keras.Model:
    """The decoder: a linear layer to the start grid, two convolutions a stage, nearest-neighbour doubling.

    Args:
        image_size: (height, width), shorter side 16 to 128; the start grid's shorter side is 8 to 15.
        channels: channels of the image.
        latent_size: length of the latent; the paper has the hidden vector's.
        width: filters of every convolution.

    Returns:
        `generator`: (batch, latent_size) to (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: for a size that cannot be halved so often.

    Example:
        >>> began.generator((32, 48), width=8).output_shape
        (None, 32, 48, 3)
    """
    latent = keras.Input((latent_size,), name="latent")
    image = _decode(latent, image_size, channels, width, "tanh", "began.generator")
    return keras.Model(latent, image, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    width: int = 64,
    hidden_size: int = 64,
) -> keras.Model:
    """The autoencoder, whose reconstruction error is the loss.

    Args:
        image_size, channels, width: as for `generator`.
        hidden_size: length of the vector between encoder and decoder.

    Returns:
        `discriminator`: (batch, height, width, channels) to its reconstruction, of the same shape, float32,
        with no last activation.

    Raises:
        ValueError: for a size that cannot be halved so often.
    """
    halvings, _ = grid_of(image_size, "began.discriminator", smallest_grid=8)
    image = keras.Input((*image_size, channels), name="image")
    x = _convolution(width, "encoder_start")(image)
    for index in range(1, halvings + 2):
        x = _convolution(width * index, f"encoder_{index}_convolution_1")(x)
        x = _convolution(width * index, f"encoder_{index}_convolution_2")(x)
        if index <= halvings:
            x = _convolution(width * (index + 1), f"encoder_{index}_down", strides=2)(x)
    x = layers.Flatten(name="encoder_features")(x)
    hidden = layers.Dense(hidden_size, name="hidden")(x)
    reconstruction = _decode(hidden, image_size, channels, width, None, "began.discriminator")
    return keras.Model(image, reconstruction, name="discriminator")


def _decode(hidden, image_size, channels: int, width: int, activation: str | None, network: str):
    doublings, (rows, columns) = grid_of(image_size, network, smallest_grid=8)
    x = layers.Dense(rows * columns * width, name="start")(hidden)
    x = layers.Reshape((rows, columns, width), name="start_grid")(x)
    for index in range(1, doublings + 2):
        x = _convolution(width, f"decoder_{index}_convolution_1")(x)
        x = _convolution(width, f"decoder_{index}_convolution_2")(x)
        if index <= doublings:
            x = layers.UpSampling2D(2, name=f"decoder_{index}_up")(x)
    name = "reconstruction" if activation is None else "pixels"
    return layers.Conv2D(channels, 3, padding="same", activation=activation, dtype="float32", name=name)(x)


def _convolution(filters: int, name: str, strides: int = 1) -> layers.Layer:
    return layers.Conv2D(
        filters, 3, strides, "same", activation="elu", kernel_initializer="he_normal", name=name
    )
