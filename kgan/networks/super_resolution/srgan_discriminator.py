"""The discriminator of SRGAN and, with a relativistic loss, of ESRGAN.

Photo-Realistic Single Image Super-Resolution Using a GAN (Ledig et al. 2016, arXiv:1609.04802, figure 4):
eight 3x3 convolutions, every second one with stride 2, and two dense layers. At 96x96 and width 64 it has
23,565,505 trainable parameters (added up from the figure, every convolution with a bias: 4,689,088 +
18,875,392 + 1,025).
"""

import keras
from keras import layers

from kgan.networks.parts.image_size import require_multiple
from kgan.networks.parts.normalization import normalize
from kgan.networks.parts.spectral import spectral_wrapper


def discriminator(
    image_size: tuple[int, int] = (96, 96),
    channels: int = 3,
    width: int = 64,
    spectral_normalization: bool = False,
    normalization: str | None = "batch",
    hidden_size: int = 1024,
) -> keras.Model:
    """High-resolution crops to one logit; the dense layers fix the crop's size.

    Args:
        image_size: (height, width), multiples of 16.
        channels: of the images.
        width: features of the first two convolutions, doubled three times; 64 in the paper.
        spectral_normalization: wrap every layer with weights; usually with `normalization=None`.
        normalization: of all convolutions but the first: "batch", "batch-per-replica", "layer", "instance" or
            None.
        hidden_size: units of the dense layer before the logit; 1024 in the paper.

    Returns:
        `discriminator`: (batch, height, width, channels) to logits (batch, 1), float32.

    Raises:
        ValueError: for sides that cannot be halved four times.
    """
    require_multiple(image_size, 16, 16, "srgan_discriminator.discriminator")
    wrap = spectral_wrapper(spectral_normalization)
    image = x = keras.Input((*image_size, channels), name="image")
    for index in range(1, 9):
        filters = width * 2 ** ((index - 1) // 2)
        strides = 2 - index % 2
        x = wrap(layers.Conv2D(filters, 3, strides, "same", name=f"convolution_{index}"))(x)
        if index > 1:
            x = normalize(x, normalization, f"normalization_{index}")
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    x = layers.Flatten(name="features")(x)
    x = wrap(layers.Dense(hidden_size, name="hidden"))(x)
    x = layers.LeakyReLU(0.2, name="hidden_leaky")(x)
    x = wrap(layers.Dense(1, dtype="float32", name="logit"))(x)
    return keras.Model(image, x, name="discriminator")
