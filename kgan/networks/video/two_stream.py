"""The networks of VideoGAN: what moves and what stands still are drawn apart, and a mask says which is seen where.

Generating videos with scene dynamics (Vondrick, Pirsiavash and Torralba 2016, arXiv:1609.02612): 4x4x4 kernels with
stride 2, the first 2x4x4. At their sizes, 32 frames of 64x64 pixels, the layers are those of the authors' published
networks. Trainable parameters there, and here: from noise (width 64) generator 16,245,383, from a first frame
(width 128) 68,216,455; discriminators 11,041,473 and 44,103,041. Theirs end in two numbers, of which a
softmax sees the difference: here it is that difference, one logit.

Differs from the paper: clips of fewer frames, where asked for. Where time does not double with the picture's side,
kernels are 3 frames long and move by one.
"""

import keras
from keras import layers

from kgan.networks.parts.image_size import grid_of
from kgan.networks.parts.normalization import normalize

START = 2  # frames that the moving stream begins with


def generator(
    image_size: tuple[int, int] = (64, 64),
    frames: int = 32,
    channels: int = 3,
    latent_size: int = 100,
    width: int = 64,
    first_frame: bool = False,
    normalization: str | None = "batch",
) -> keras.Model:
    """`frames = mask * foreground + (1 - mask) * background`, the background one picture for all frames.

    Args:
        image_size: (height, width), shorter side 16 to 128, as for `dcgan.generator`.
        frames: of a clip: 2, 4, 8, ..., doubling at most as often as the picture's side (32 at 64x64).
        channels: of a frame.
        latent_size: length of the latent.
        width: channels of the last hidden layers; each earlier one has twice those of its successor.
        first_frame: whether a picture goes in, through an encoder, in place of a latent.
        normalization: of hidden layers: "batch", "batch-per-replica", "layer", "instance" or None.

    Returns:
        `generator`: (batch, latent_size), or (batch, height, width, channels), to a dict of `frames` and
        `foreground` (batch, frames, height, width, channels) and `background` (batch, 1, height, width, channels),
        all in [-1, 1], and `mask` (batch, frames, height, width, 1) in [0, 1].

    Raises:
        ValueError: for a size, or a number of frames, that does not come of doublings.

    Example:
        >>> two_stream.generator((32, 32), frames=8, channels=1, width=8).output["frames"].shape
        (None, 8, 32, 32, 1)
    """
    strides = _strides(image_size, frames, "two_stream.generator")
    _, (rows, columns) = grid_of(image_size, "two_stream.generator")
    settings = _settings(normalization)
    filters = width * 2 ** (len(strides) - 1)

    def hidden(x, name):
        return layers.ReLU(name=f"{name}_rectifier")(normalize(x, normalization, f"{name}_normalization"))

    if first_frame:
        inputs = x = keras.Input((*image_size, channels), name="first_frame")
        for number in range(len(strides)):
            x = layers.Conv2D(width * 2**number, 4, 2, "same", name=f"encoder_{number + 1}", **settings)(x)
            x = hidden(x, f"encoder_{number + 1}") if number else layers.ReLU(name="encoder_1_rectifier")(x)
        still, moving = x, layers.Reshape((1, rows, columns, filters), name="one_frame")(x)
        start = (START, 1, 1)
    else:
        inputs = keras.Input((latent_size,), name="latent")
        still = layers.Reshape((1, 1, latent_size), name="one_pixel")(inputs)
        still = layers.Conv2DTranspose(filters, (rows, columns), name="background_start", **settings)(still)
        still = hidden(still, "background_start")
        moving = layers.Reshape((1, 1, 1, latent_size), name="one_voxel")(inputs)
        start = (START, rows, columns)
    moving = layers.Conv3DTranspose(filters, start, name="foreground_start", **settings)(moving)
    moving = hidden(moving, "foreground_start")
    for number, stride in enumerate(strides[:-1], 1):
        filters //= 2
        still = layers.Conv2DTranspose(filters, 4, 2, "same", name=f"background_{number}", **settings)(still)
        still = hidden(still, f"background_{number}")
        moving = layers.Conv3DTranspose(
            filters, **_doubling(stride), name=f"foreground_{number}", **settings
        )(moving)
        moving = hidden(moving, f"foreground_{number}")

    def last(features, activation, name):
        options = {"activation": activation, "dtype": "float32", "name": name, **settings}
        return layers.Conv3DTranspose(features, **_doubling(strides[-1]), **options)(moving)

    picture = layers.Conv2DTranspose(
        channels, 4, 2, "same", activation="tanh", dtype="float32", name="background_picture", **settings
    )(still)
    background = layers.Reshape((1, *image_size, channels), dtype="float32", name="background")(picture)
    foreground, mask = last(channels, "tanh", "foreground"), last(1, "sigmoid", "mask")
    apart = layers.Subtract(dtype="float32", name="what_moves")([foreground, background])
    seen = layers.Multiply(dtype="float32", name="what_shows")([mask, apart])
    clip = layers.Add(dtype="float32", name="frames")([background, seen])
    outputs = {"frames": clip, "foreground": foreground, "background": background, "mask": mask}
    return keras.Model(inputs, outputs, name="generator")


def discriminator(
    image_size: tuple[int, int] = (64, 64),
    frames: int = 32,
    channels: int = 3,
    width: int = 64,
    normalization: str | None = "batch",
) -> keras.Model:
    """The moving stream backwards, with leaky rectifiers; nothing is normalized in the first layer.

    Args:
        image_size, frames, channels, normalization: as for `generator`.
        width: channels of the first layer; each later one has twice those of its predecessor.

    Returns:
        `discriminator`: (batch, frames, height, width, channels) to logits (batch, 1), float32.

    Raises:
        ValueError: as for `generator`.
    """
    strides = _strides(image_size, frames, "two_stream.discriminator")
    settings = _settings(normalization)
    clip = x = keras.Input((frames, *image_size, channels), name="frames")
    for number, stride in enumerate(reversed(strides), 1):
        filters = width * 2 ** (number - 1)
        x = layers.Conv3D(filters, **_doubling(stride), name=f"down_{number}", **settings)(x)
        if number > 1:
            x = normalize(x, normalization, f"normalization_{number}")
        x = layers.LeakyReLU(0.2, name=f"leaky_{number}")(x)
    x = layers.Conv3D(1, x.shape[1:4], dtype="float32", name="whole_clip", **settings)(x)
    return keras.Model(clip, layers.Flatten(dtype="float32", name="logit")(x), name="discriminator")


def _strides(image_size: tuple[int, int], frames: int, network: str) -> list[int]:
    """How far each doubling of the picture's side moves in time: time doubles in the last ones."""
    doublings, _ = grid_of(image_size, network)
    possible = [START * 2**number for number in range(doublings + 1)]
    if frames not in possible:
        raise ValueError(
            f"{network}: expected frames among {', '.join(map(str, possible))}, as time doubles at most as often as "
            f"the side of {image_size[0]}x{image_size[1]} pixels; received {frames}. Choose one of them."
        )
    times = possible.index(frames)
    return [1] * (doublings - times) + [2] * times


def _doubling(stride: int) -> dict:
    return {"kernel_size": (4 if stride == 2 else 3, 4, 4), "strides": (stride, 2, 2), "padding": "same"}


def _settings(normalization: str | None) -> dict:
    """The paper's normal(0, 0.01) needs a normalization behind it; without one the signal would fade."""
    normal = keras.initializers.RandomNormal(stddev=0.01)
    return {"kernel_initializer": normal if normalization else "glorot_uniform"}
