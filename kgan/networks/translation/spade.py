"""SPADE's generator: the label map is not fed to the first layer, it modulates every one.

Semantic Image Synthesis with Spatially-Adaptive Normalization (Park, Liu, Wang and Zhu 2019, arXiv:1903.07291, appendix
A). Residual blocks of modulated layers, each followed by nearest neighbours of twice the size. Here the coarsest grid
is made of the label map, as in the authors' code where there is no encoder of styles, so that any size goes in.
"""

import keras
from keras import layers

from kgan.layers.any_size import CropLike, PadToMultiple
from kgan.layers.label_maps import AttributePlanes, OneHotPlanes, SpatialModulation
from kgan.networks.parts.normalization import normalize
from kgan.networks.parts.spectral import spectral_wrapper

MOST = 16  # the coarsest grids have so many times as many channels as the picture's


def generator(
    image_size: tuple[int, int] = (256, 256),
    channels: int = 3,
    classes: int = 10,
    width: int = 64,
    hidden: int = 128,
    depth: int | None = None,
    normalization: str | None = "batch",
    spectral_normalization: bool = True,
    attributes: int = 0,
) -> keras.Model:
    """A map of classes to a picture of the same size, any size.

    Args:
        image_size: (height, width) that it is trained on, which only chooses the depth.
        channels: of the picture.
        classes: how many there are.
        width: channels next to the picture, doubled up to sixteen times as many.
        hidden: channels between a label map and its gammas and betas.
        depth: number of doublings; by default to a coarsest grid of 4 to 7 pixels, at most 6.
        normalization: what is modulated: "batch" (over all replicas, as in the paper), "batch-per-replica", "instance",
            "layer" or None.
        spectral_normalization: bound every convolution but those of the modulation, as in the authors' code.
        attributes: how many numbers are told of the whole picture, beside its classes at every place (Karacan et al.
            2020, arXiv:1808.07413); 0 for none.

    Returns:
        `generator`: (batch, height, width, 1) int32 in [0, classes), or {"source": such a map, "attributes": (batch,
        attributes)}, to (batch, height, width, channels) in [-1, 1].

    Raises:
        ValueError: fewer than two classes, or a picture too small for one doubling.

    Example:
        >>> spade.generator((64, 96), classes=5, width=4, hidden=8).output_shape
        (None, None, None, 3)
    """
    depth = min(min(image_size).bit_length() - 3, 6) if depth is None else depth
    if depth < 1:
        raise ValueError(
            f"spade.generator: expected a picture of at least 8 pixels and a depth of at least 1; received "
            f"{image_size[0]}x{image_size[1]} and {depth}. Enlarge it."
        )
    wrap = spectral_wrapper(spectral_normalization)
    source = keras.Input((None, None, 1), dtype="int32", name="source")
    inputs, planes = source, OneHotPlanes(classes, name="planes")(source)
    if attributes:
        inputs = {"source": source, "attributes": keras.Input((attributes,), name="attributes")}
        planes = AttributePlanes(name="told")([planes, inputs["attributes"]])
    planes = PadToMultiple(2**depth, name="padded")(planes)

    # Of each square one pixel: classes have no mean.
    told_at = [planes] + [
        layers.MaxPooling2D(1, 2**level, name=f"planes_{level}")(planes) for level in range(1, depth + 1)
    ]

    def modulated(x, name, level_planes):
        x = normalize(x, normalization, f"{name}_normalization", affine=False)
        told = layers.Conv2D(hidden, 3, padding="same", activation="relu", name=f"{name}_told")(level_planes)
        told = layers.Conv2D(2 * x.shape[-1], 3, padding="same", name=f"{name}_modulation")(told)
        return SpatialModulation(name=name)([x, told])

    def convolution(x, filters, name, size=3, use_bias=True):
        return wrap(layers.Conv2D(filters, size, padding="same", use_bias=use_bias, name=name))(x)

    def block(x, filters, level):
        name, told, before = f"level_{level}", told_at[level], x.shape[-1]
        shortcut = x
        if before != filters:
            shortcut = modulated(x, f"{name}_shortcut_modulated", told)
            shortcut = convolution(shortcut, filters, f"{name}_shortcut", 1, use_bias=False)
        for step, wide in (("first", min(before, filters)), ("second", filters)):
            x = modulated(x, f"{name}_{step}_modulated", told)
            x = layers.LeakyReLU(0.2, name=f"{name}_{step}_leaky")(x)
            x = convolution(x, wide, f"{name}_{step}")
        return layers.Add(name=name)([shortcut, x])

    x = layers.Conv2D(width * min(2**depth, MOST), 3, padding="same", name="start")(told_at[depth])
    for level in range(depth, -1, -1):
        x = block(x, width * min(2**level, MOST), level)
        if level:
            x = layers.UpSampling2D(2, name=f"level_{level}_up")(x)
    x = layers.LeakyReLU(0.2, name="pixels_leaky")(x)
    x = layers.Conv2D(channels, 3, padding="same", activation="tanh", dtype="float32", name="pixels")(x)
    return keras.Model(inputs, CropLike(dtype="float32", name="image")([x, source]), name="generator")
