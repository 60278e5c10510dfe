"""A U-Net that judges every pixel: the discriminator of Real-ESRGAN.

Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data (Wang et al. 2021, arXiv:2107.10833,
figure 6), after A U-Net Based Discriminator (Schonfeld et al. 2020, arXiv:2002.12655). With 64 features it has
4,376,897 trainable parameters (added up from the figure: 1,792 + 131,072 + 524,288 + 2,097,152 + 1,179,648 + 294,912 +
73,728 + 2 x 36,864 + 577).
"""

import keras
from keras import layers

from kgan.networks.parts.image_size import require_multiple
from kgan.networks.parts.spectral import spectral_wrapper


def discriminator(
    image_size: tuple[int | None, int | None] = (None, None),
    channels: int = 3,
    width: int = 64,
    spectral_normalization: bool = True,
) -> keras.Model:
    """Images to one logit a pixel: what is real here, seen from near and from far.

    Args:
        image_size: (height, width), multiples of 8; None for any.
        channels: of the images.
        width: features of the first convolution, doubled three times; 64 in the paper.
        spectral_normalization: of all convolutions but the first and the last, as in the paper.

    Returns:
        `discriminator`: (batch, height, width, channels) to logits (batch, height, width, 1), float32.

    Raises:
        ValueError: for sides that cannot be halved three times.

    Example:
        >>> unet_discriminator.discriminator(width=8).output_shape
        (None, None, None, 1)
    """
    if None not in image_size:
        require_multiple(image_size, 8, 8, "unet_discriminator.discriminator")
    wrap = spectral_wrapper(spectral_normalization)
    image = keras.Input((*image_size, channels), name="image")

    def convolution(x, filters, size, strides, name):
        layer = layers.Conv2D(filters, size, strides, "same", use_bias=False, name=name)
        return layers.LeakyReLU(0.2, name=f"{name}_leaky")(wrap(layer)(x))

    x = layers.Conv2D(width, 3, padding="same", name="start")(image)
    x = layers.LeakyReLU(0.2, name="start_leaky")(x)
    seen = [x]
    for index in range(1, 4):
        x = convolution(x, width * 2**index, 4, 2, f"down_{index}")
        seen.append(x)
    for index in range(3, 0, -1):
        x = layers.UpSampling2D(2, interpolation="bilinear", name=f"larger_{index}")(x)
        x = convolution(x, width * 2 ** (index - 1), 3, 1, f"up_{index}")
        x = layers.Add(name=f"sum_{index}")([x, seen[index - 1]])
    for index in (1, 2):
        x = convolution(x, width, 3, 1, f"fine_{index}")
    x = layers.Conv2D(1, 3, padding="same", dtype="float32", name="logit")(x)
    return keras.Model(image, x, name="discriminator")
