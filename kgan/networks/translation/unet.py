"""The U-Net generator of pix2pix: an encoder down to a pixel, and a decoder that sees each of its levels again.

Image-to-Image Translation with Conditional Adversarial Networks (Isola et al. 2017, arXiv:1611.07004,
appendix). Eight halvings and width 64 have 54,413,955 trainable parameters, the 54.414 M that the authors'
PyTorch code prints for 256 pixels; seven halvings, for 128, have 41,828,995.
"""

from typing import Any

import keras
from keras import layers

from kgan.layers.any_size import CropLike, PadToMultiple
from kgan.networks.parts.normalization import normalize


@keras.saving.register_keras_serializable("kgan.layers")
class AlwaysDropout(layers.Dropout):
    """Dropout that stays on in inference."""

    def call(self, inputs: Any, training: bool = True) -> Any:
        return super().call(inputs, training=True)


def generator(
    image_size: tuple[int, int] = (256, 256),
    channels: int = 3,
    source_channels: int = 3,
    width: int = 64,
    depth: int | None = None,
    dropout: float = 0.5,
    dropout_at_inference: bool = False,
    normalization: str | None = "batch",
) -> keras.Model:
    """A source image to a target image of the same size, any size.

    Args:
        image_size: (height, width) that it is trained on, which only chooses the depth. Images whose sides
            are no multiples of 2**depth are mirrored up to them inside the network, and cropped back.
        channels: of the target.
        source_channels: of the source.
        width: features of the first level, doubled up to eight times as many.
        depth: number of halvings; by default as many as the shorter side allows, at most 8.
        dropout: rate in the decoder's first three levels, where they have full width: the paper's noise.
        dropout_at_inference: keep that noise in prediction and export, as the paper does.
        normalization: "batch", "batch-per-replica", "instance" (without scale and offset), "layer" or None.
            The
            bottleneck has none: a single value normalised is zero.

    Returns:
        `generator`: (batch, height, width, source_channels) to (batch, height, width, channels) in [-1, 1],
        float32.

    Raises:
        ValueError: for fewer than two halvings.

    Example:
        >>> unet.generator((128, 192), width=4).output_shape
        (None, None, None, 3)
    """
    depth = min(min(image_size).bit_length() - 1, 8) if depth is None else depth
    if depth < 2:
        raise ValueError(
            f"unet.generator: expected at least 2 halvings and sides of 4 pixels; received depth={depth} for "
            f"image_size={image_size[0]}x{image_size[1]}."
        )
    settings = {
        "use_bias": normalization not in ("batch", "batch-per-replica"),
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02),
    }

    def normalized(x, name):
        return normalize(x, normalization, name, affine=normalization != "instance")

    source = keras.Input((None, None, source_channels), name="source")
    x = PadToMultiple(2**depth, name="padded")(source)
    levels = []
    for level in range(1, depth + 1):
        if level > 1:
            x = layers.LeakyReLU(0.2, name=f"down_{level}_leaky")(x)
        filters = width * min(2 ** (level - 1), 8)
        x = layers.Conv2D(filters, 4, 2, "same", name=f"down_{level}", **settings)(x)
        if 1 < level < depth:
            x = normalized(x, f"down_{level}_normalization")
        levels.append(x)

    for level in range(depth - 1, 0, -1):
        filters = width * min(2 ** (level - 1), 8)
        x = layers.ReLU(name=f"up_{level}_rectifier")(x)
        x = layers.Conv2DTranspose(filters, 4, 2, "same", name=f"up_{level}", **settings)(x)
        x = normalized(x, f"up_{level}_normalization")
        if dropout and level >= max(depth - 3, 4):
            noise = AlwaysDropout if dropout_at_inference else layers.Dropout
            x = noise(dropout, name=f"up_{level}_noise")(x)
        x = layers.Concatenate(name=f"up_{level}_seen")([levels[level - 1], x])
    x = layers.ReLU(name="pixels_rectifier")(x)
    settings["use_bias"] = True
    x = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="pixels", **settings
    )(x)
    x = CropLike(dtype="float32", name="image")([x, source])
    return keras.Model(source, x, name="generator")
