"""DiscoGAN's generator: an encoder down to a grid of 4, and a decoder up again that has seen nothing else.

Learning to Discover Cross-Domain Relations with Generative Adversarial Networks (Kim et al. 2017, arXiv:1703.05192,
appendix): convolutions of 4x4 pixels and stride 2 with leaky rectifiers down, transposed ones with rectifiers up.
Unlike a U-Net's, its levels are not handed across, so that a shape may change with what it shows.
"""

import keras
from keras import layers

from kgan.networks.parts.image_size import grid_of
from kgan.networks.parts.normalization import normalize


def generator(
    image_size: tuple[int, int] = (64, 64),
    channels: int = 3,
    source_channels: int = 3,
    width: int = 64,
    normalization: str | None = "batch",
) -> keras.Model:
    """A source image to a target image of the same, fixed size.

    Args:
        image_size: (height, width), 16 to 128 pixels along the shorter side.
        channels: of the target.
        source_channels: of the source.
        width: features of the first level, doubled up to eight times as many.
        normalization: "batch", "batch-per-replica", "instance", "layer" or None; the outermost levels have none.

    Returns:
        `generator`: (batch, height, width, source_channels) to (batch, height, width, channels) in [-1, 1], float32.

    Raises:
        ValueError: for a size that cannot be halved down to a grid of 4.

    Example:
        >>> encoder_decoder.generator((64, 64), width=4).output_shape
        (None, 64, 64, 3)

    The paper's encoder goes on to a grid of 1 of 100 numbers in some of its experiments; here it ends at 4.
    """
    halvings, _ = grid_of(image_size, "encoder_decoder.generator")
    settings = {
        "use_bias": normalization is None,
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02),
    }
    filters = [width * min(2**level, 8) for level in range(halvings)]
    source = x = keras.Input((*image_size, source_channels), name="source")
    for level, count in enumerate(filters, 1):
        x = layers.Conv2D(count, 4, 2, "same", name=f"down_{level}", **settings)(x)
        if level > 1:
            x = normalize(x, normalization, f"down_{level}_normalization")
        x = layers.LeakyReLU(0.2, name=f"down_{level}_leaky")(x)
    for level, count in reversed(list(enumerate(filters[:-1], 1))):
        x = layers.Conv2DTranspose(count, 4, 2, "same", name=f"up_{level}", **settings)(x)
        x = normalize(x, normalization, f"up_{level}_normalization")
        x = layers.ReLU(name=f"up_{level}_rectifier")(x)
    settings["use_bias"] = True
    x = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="image", **settings
    )(x)
    return keras.Model(source, x, name="generator")
