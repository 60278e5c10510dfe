"""Gated convolutions fill holes of any form in images of any size.

Free-Form Image Inpainting with Gated Convolution (Yu et al. 2019, arXiv:1806.03589, figure 3): down twice,
dilated convolutions in the middle, up twice, exponential linear units; with `stages=2` a second network
refines the first one's picture. Without the paper's contextual attention, whose memory would grow with the
square of the image. At width 48 one stage has 6,505,083 trainable parameters and two have 13,010,166.
"""

import keras
from keras import layers

from kgan.layers.any_size import CropLike, PadToMultiple
from kgan.layers.gated_convolution import GatedConv2D
from kgan.layers.nearest_upsampling import NearestUpsampling
from kgan.layers.smooth_fill import SmoothFill
from kgan.networks.parts.spectral import spectral_wrapper


def generator(channels: int = 3, width: int = 48, stages: int = 1, smooth_start: bool = False) -> keras.Model:
    """An image and a mask to a picture without holes.

    Args:
        channels: of the image.
        width: features at full resolution; 48 in the paper.
        stages: 1, or 2 with refinement.
        smooth_start: the first stage sees the hole filled smoothly (`layers.SmoothFill`), as a membrane and as a
            plate, and makes what the one is to have of the other (half at first) and what is to be added (nothing
            at first), where the paper's makes the picture. For short trainings. The picture is not bounded then.

    Returns:
        `generator`: {"image": (batch, height, width, channels) in [-1, 1], "mask": (batch, height, width, 1)}
        to a picture of the image's shape in [-1, 1], float32; with two stages to {"coarse", "image"}. The
        mask is 1 in the hole and 0 where pixels are known. Those are repainted too: put the originals back.

    Raises:
        ValueError: for another number of stages.
    """
    if stages not in (1, 2):
        raise ValueError(f"gated_inpainting.generator: expected 1 or 2 stages; received {stages!r}.")
    image = keras.Input((None, None, channels), name="image")
    mask = keras.Input((None, None, 1), name="mask")
    start = None
    x = layers.Concatenate(name="masked")([image, mask])
    if smooth_start:
        membrane = SmoothFill(1, name="membrane")([image, mask])
        plate = SmoothFill(2, name="plate")([image, mask])
        bend = layers.Subtract(dtype="float32", name="bend")([plate, membrane])
        start = membrane, bend
        x = layers.Concatenate(name="smooth")([membrane, bend, mask])
    outputs = _stage(x, image, channels, width, "coarse" if stages == 2 else "only", start)
    if stages == 2:
        # The second stage sees the picture of the first inside the hole, and the original around it.
        filled = _composite(image, outputs, mask)
        x = layers.Concatenate(name="filled_and_mask")([filled, mask])
        outputs = {"coarse": outputs, "image": _stage(x, image, channels, width, "fine")}
    return keras.Model({"image": image, "mask": mask}, outputs, name="generator")


def discriminator(
    channels: int = 3,
    width: int = 64,
    mask: bool = True,
    spectral_normalization: bool = True,
) -> keras.Model:
    """SN-PatchGAN: six 5x5 convolutions with stride 2 and spectral normalization, to a map of logits.

    The paper's last layer has 256 channels of logits; ours has one, as everywhere here.

    Args:
        channels: of the image.
        width: features of the first convolution, doubled once and twice.
        mask: whether it sees the mask too.
        spectral_normalization: wrap every layer with weights.

    Returns:
        `discriminator`: {"image", "mask"}, or (batch, height, width, channels) without mask, to
        (batch, height / 64, width / 64, 1), sides rounded up, float32.
    """
    wrap = spectral_wrapper(spectral_normalization)
    image = inputs = keras.Input((None, None, channels), name="image")
    x = image
    if mask:
        mask_input = keras.Input((None, None, 1), name="mask")
        inputs = {"image": image, "mask": mask_input}
        x = layers.Concatenate(name="masked")([image, mask_input])
    for index, factor in enumerate((1, 2, 4, 4, 4), 1):
        x = wrap(layers.Conv2D(width * factor, 5, 2, "same", name=f"down_{index}"))(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_{index}")(x)
    x = wrap(layers.Conv2D(1, 5, 2, "same", dtype="float32", name="logits"))(x)
    return keras.Model(inputs, x, name="discriminator")


def _stage(x, like, channels: int, width: int, name: str, start=None):
    x = PadToMultiple(4, name=f"{name}_padded")(x)
    x = GatedConv2D(width, 5, name=f"{name}_start")(x)
    for level in (1, 2):
        filters = width * 2**level
        x = GatedConv2D(filters, 3, strides=2, name=f"{name}_down_{level}")(x)
        x = GatedConv2D(filters, 3, name=f"{name}_down_{level}_after")(x)
    for index, dilation in enumerate((1, 2, 4, 8, 16, 1, 1), 1):
        x = GatedConv2D(4 * width, 3, dilation_rate=dilation, name=f"{name}_middle_{index}")(x)
    for level in (1, 2):
        filters = 4 * width // 2**level
        x = NearestUpsampling(2, name=f"{name}_up_{level}_doubled")(x)
        x = GatedConv2D(filters, 3, name=f"{name}_up_{level}")(x)
        x = GatedConv2D(filters if level == 1 else filters // 2, 3, name=f"{name}_up_{level}_after")(x)
    if start is None:
        x = layers.Conv2D(
            channels, 3, padding="same", activation="tanh", dtype="float32", name=f"{name}_pixels"
        )(x)
        return CropLike(dtype="float32", name=f"{name}_picture")([x, like])
    membrane, bend = start
    made = {}
    for what, filters, bias in (("stiffness", 1, 0.5), ("pixels", channels, 0.0)):
        made[what] = layers.Conv2D(
            filters,
            3,
            padding="same",
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(bias),
            dtype="float32",
            name=f"{name}_{what}",
        )(x)
        made[what] = CropLike(dtype="float32", name=f"{name}_{what}_cropped")([made[what], like])
    bent = layers.Multiply(dtype="float32", name=f"{name}_bent")([bend, made["stiffness"]])
    return layers.Add(dtype="float32", name=f"{name}_picture")([membrane, bent, made["pixels"]])


def _composite(image, picture, mask):
    """`image + mask * (picture - image)`, for a mask that is 1 in the hole."""
    difference = layers.Subtract(dtype="float32", name="difference")([picture, image])
    inside = layers.Multiply(dtype="float32", name="inside")([difference, mask])
    return layers.Add(dtype="float32", name="filled")([image, inside])
