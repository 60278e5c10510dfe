"""PatchGAN: a map of logits, each of which sees a patch.

Image-to-Image Translation with Conditional Adversarial Networks (Isola et al. 2017, arXiv:1611.07004,
appendix). The 70x70 one on pairs (3 + 3 channels) has 2,768,705 trainable parameters, the 2.769 M that the
authors' PyTorch code prints; on one image of 3 channels 2,765,633.
"""

import keras
from keras import layers

from kgan.networks.parts.normalization import normalize
from kgan.networks.parts.spectral import spectral_wrapper

# Side of the patch: how many 4x4 convolutions with stride 2 there are before the two with stride 1.
PATCHES = {1: 0, 16: 1, 34: 2, 70: 3, 142: 4, 286: 5}


def discriminator(
    channels: int = 3,
    source_channels: int = 0,
    patch: int = 70,
    width: int = 64,
    spectral_normalization: bool = False,
    normalization: str | None = "batch",
) -> keras.Model:
    """4x4 convolutions with leaky rectifiers to a map of logits; of patch 1, three 1x1 convolutions.

    Args:
        channels: of the image that is judged.
        source_channels: of the image that it belongs to, concatenated before it; 0 for an unconditional one.
        patch: side of what one logit sees: 1, 16, 34, 70, 142 or 286 (the whole image of 256 pixels).
        width: features of the first convolution, doubled up to eight times as many.
        spectral_normalization: wrap every layer with weights; usually with `normalization=None`.
        normalization: of all hidden convolutions but the first: "batch", "batch-per-replica", "instance"
            (without scale and offset, as in CycleGAN), "layer" or None.

    Returns:
        `discriminator`: (batch, height, width, channels), or {"source", "target"}, to (batch, h, w, 1)
        float32; 256 pixels give 30x30 logits of 70 pixels each.

    Raises:
        ValueError: for another patch.

    Example:
        >>> patchgan.discriminator(source_channels=3).count_params()
    """
    if patch not in PATCHES:
        raise ValueError(
            f"patchgan.discriminator: expected a patch of {', '.join(map(str, PATCHES))} pixels; received "
            f"{patch!r}."
        )
    wrap = spectral_wrapper(spectral_normalization)
    biased = normalization not in ("batch", "batch-per-replica")
    name = "target" if source_channels else "image"
    image = inputs = keras.Input((None, None, channels), name=name)
    x = image
    if source_channels:
        source = keras.Input((None, None, source_channels), name="source")
        inputs = {"source": source, "target": image}
        x = layers.Concatenate(name="pair")([source, image])

    def convolution(x, filters, strides, name, use_bias=True, dtype=None):
        if patch == 1:
            return wrap(_conv(filters, 1, 1, "valid", use_bias, dtype, name))(x)
        if strides == 2:
            return wrap(_conv(filters, 4, 2, "same", use_bias, dtype, name))(x)
        x = layers.ZeroPadding2D(1, name=f"{name}_border")(x)
        return wrap(_conv(filters, 4, 1, "valid", use_bias, dtype, name))(x)

    downs = PATCHES[patch]
    x = convolution(x, width, 2, "convolution_1")
    x = layers.LeakyReLU(0.2, name="leaky_1")(x)
    for index in range(2, max(downs, 1) + 2):
        filters = width * min(2 ** (index - 1), 8)
        x = convolution(x, filters, 2 if index <= downs else 1, f"convolution_{index}", biased)
        x = normalize(x, normalization, f"normalization_{index}", affine=normalization != "instance")
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    x = convolution(x, 1, 1, "logits", patch > 1 or biased, "float32")
    return keras.Model(inputs, x, name="discriminator")


def _conv(filters, size, strides, padding, use_bias, dtype, name) -> layers.Layer:
    start = keras.initializers.RandomNormal(stddev=0.02)
    return layers.Conv2D(
        filters, size, strides, padding, use_bias=use_bias, kernel_initializer=start, dtype=dtype, name=name
    )
