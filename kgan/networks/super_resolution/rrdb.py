"""RRDB: residual-in-residual dense blocks without batch normalisation.

ESRGAN: Enhanced Super-Resolution GANs (Wang et al. 2018, arXiv:1809.00219, figures 3 and 4). With 64
features, 32 of growth and 23 blocks, x4 has 16,697,987 trainable parameters, the 16.70 M of the authors'
RRDBNet.
"""

import keras
from keras import layers

from kgan.layers.nearest_upsampling import NearestUpsampling
from kgan.networks.parts.scale import factors_of


def generator(
    scale: int = 4,
    channels: int = 3,
    width: int = 64,
    blocks: int = 23,
    growth: int = 32,
    residual_scale: float = 0.2,
) -> keras.Model:
    """Low resolution to high, any size.

    Args:
        scale: 1 (restoration), 2, 3, 4 or 8.
        channels: of the images.
        width: features between blocks; 64 in the paper.
        blocks: residual-in-residual dense blocks; 23 in the paper.
        growth: features that each convolution inside a dense block adds; 32 in the paper.
        residual_scale: the factor before each residual is added, as in the paper.

    Returns:
        `generator`: (batch, height, width, channels) in [-1, 1] to (batch, scale * height, scale * width,
        channels), float32, without a last activation.

    Raises:
        ValueError: for another scale.
    """
    factors = factors_of(scale, "rrdb.generator")
    image = keras.Input((None, None, channels), name="image")
    x = start = _convolution(width, "start")(image)
    for index in range(1, blocks + 1):
        block = x
        for dense in range(1, 4):
            x = _dense_block(x, width, growth, residual_scale, f"block_{index}_{dense}")
        x = _add_scaled(block, x, residual_scale, f"block_{index}")
    x = _convolution(width, "trunk")(x)
    x = layers.Add(name="trunk_sum")([x, start])
    for index, factor in enumerate(factors, 1):
        x = NearestUpsampling(factor, name=f"up_{index}")(x)
        x = _convolution(width, f"up_{index}_convolution")(x)
        x = layers.LeakyReLU(0.2, name=f"up_{index}_leaky")(x)
    x = _convolution(width, "fine")(x)
    x = layers.LeakyReLU(0.2, name="fine_leaky")(x)
    x = _convolution(channels, "pixels", dtype="float32")(x)
    return keras.Model(image, x, name="generator")


def _dense_block(x, width: int, growth: int, residual_scale: float, name: str):
    features = [x]
    for index in range(1, 5):
        y = layers.Concatenate(name=f"{name}_seen_{index}")(features) if index > 1 else x
        y = _convolution(growth, f"{name}_convolution_{index}", small=True)(y)
        features.append(layers.LeakyReLU(0.2, name=f"{name}_leaky_{index}")(y))
    y = layers.Concatenate(name=f"{name}_seen_5")(features)
    y = _convolution(width, f"{name}_convolution_5", small=True)(y)
    return _add_scaled(x, y, residual_scale, name)


def _add_scaled(x, residual, scale: float, name: str):
    residual = layers.Rescaling(scale, name=f"{name}_scaled")(residual)
    return layers.Add(name=name)([x, residual])


def _convolution(filters: int, name: str, small: bool = False, **options) -> layers.Layer:
    """A 3x3 convolution; `small` inside dense blocks, which so start near the identity.

    The paper has "smaller initialization" in words alone (section 3.1). The authors' code multiplies He's start
    (variance 2 / fan in) by 0.1 in the dense blocks; the others keep PyTorch's own, variance 1 / (3 fan in).
    """
    start = (0.02, "untruncated_normal") if small else (1 / 3, "uniform")
    start = keras.initializers.VarianceScaling(start[0], "fan_in", start[1])
    return layers.Conv2D(filters, 3, padding="same", kernel_initializer=start, name=name, **options)
