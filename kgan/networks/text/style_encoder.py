"""Style encoder: which latent was this drawn from? (Reed et al. 2016, arXiv:1605.05396, section 4.4.)"""

import keras

from kgan.networks.text import image_embedding


def encoder(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    latent_size: int = 100,
    width: int = 32,
    normalization: str | None = "batch",
) -> keras.Model:
    """An image to the latent of its style: convolutions with stride, then a linear layer.

    Args:
        image_size, channels, width, normalization: as for `image_embedding.encoder`.
        latent_size: numbers in a latent.

    Returns:
        `style_encoder`: (batch, height, width, channels) to (batch, latent_size), float32.
    """
    network = image_embedding.encoder(image_size, channels, latent_size, width, normalization)
    return keras.Model(network.input, network.output, name="style_encoder")
