"""The residual generator of CycleGAN: down twice, residual blocks, up twice, with mirrored borders.

Unpaired Image-to-Image Translation (Zhu et al. 2017, arXiv:1703.10593, appendix), after Johnson et al. 2016
(arXiv:1603.08155). With width 64 and instance normalisation (no scale, no offset) nine blocks have 11,378,179
trainable parameters, six 7,837,699: the 11.378 M and 7.838 M that the authors' PyTorch code prints.
"""

import keras
from keras import layers

from kgan.layers.any_size import CropLike, PadToMultiple
from kgan.layers.nearest_upsampling import NearestUpsampling
from kgan.layers.reflection_padding import ReflectionPadding2D
from kgan.layers.rowwise_convolution import RowwiseConv2D
from kgan.networks.parts.normalization import normalize


def generator(
    channels: int = 3,
    source_channels: int = 3,
    width: int = 64,
    blocks: int = 9,
    resize_convolution: bool = False,
    normalization: str | None = "instance",
) -> keras.Model:
    """An image of one domain to the other, any size.

    Args:
        channels: of the target domain.
        source_channels: of the source domain.
        width: features at full resolution; four times as many in the blocks.
        blocks: residual blocks: the paper has 6 for 128 pixels and 9 for 256 and more.
        resize_convolution: double by nearest neighbour and a convolution, against the checkerboard of
            transposed convolutions (Odena, Dumoulin and Olah 2016); as many parameters.
        normalization: "instance" (without scale and offset), "batch", "batch-per-replica", "layer" or None.

    Returns:
        `generator`: (batch, height, width, source_channels) to (batch, height, width, channels) in [-1, 1],
        float32.

    Example:
        >>> translation_resnet.generator(blocks=6).count_params()
        7837699
    """
    settings = {
        "use_bias": normalization not in ("batch", "batch-per-replica"),
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02),
    }

    def finish(x, name, activation=True):
        x = normalize(x, normalization, f"{name}_normalization", affine=normalization != "instance")
        return layers.ReLU(name=f"{name}_rectifier")(x) if activation else x

    source = keras.Input((None, None, source_channels), name="source")
    x = PadToMultiple(4, least=8, name="padded")(source)
    x = ReflectionPadding2D(3, name="start_border")(x)
    x = finish(layers.Conv2D(width, 7, name="start", **settings)(x), "start")
    for index in (1, 2):
        x = layers.Conv2D(width * 2**index, 3, 2, "same", name=f"down_{index}", **settings)(x)
        x = finish(x, f"down_{index}")
    for index in range(1, blocks + 1):
        y = x
        for half in (1, 2):
            name = f"block_{index}_{half}"
            y = ReflectionPadding2D(1, name=f"{name}_border")(y)
            y = layers.Conv2D(4 * width, 3, name=name, **settings)(y)
            y = finish(y, name, activation=half == 1)
        x = layers.Add(name=f"block_{index}")([x, y])
    for index in (1, 2):
        filters = 4 * width // 2**index
        if resize_convolution:
            x = NearestUpsampling(2, name=f"up_{index}_doubled")(x)
            x = ReflectionPadding2D(1, name=f"up_{index}_border")(x)
            x = layers.Conv2D(filters, 3, name=f"up_{index}", **settings)(x)
        else:
            x = layers.Conv2DTranspose(filters, 3, 2, "same", name=f"up_{index}", **settings)(x)
        x = finish(x, f"up_{index}")
    x = ReflectionPadding2D(3, name="pixels_border")(x)
    settings["use_bias"] = True
    x = RowwiseConv2D(channels, 7, activation="tanh", dtype="float32", name="pixels", **settings)(x)
    x = CropLike(dtype="float32", name="image")([x, source])
    return keras.Model(source, x, name="generator")
