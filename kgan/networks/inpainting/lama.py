"""LaMa: a residual network whose every layer sees the whole picture, through its spectrum.

Resolution-robust Large Mask Inpainting with Fourier Convolutions (Suvorov et al. 2022, arXiv:2109.07161, appendix):
down three times, residual blocks of fast Fourier convolutions of which three quarters of the channels are global, up
three times. At width 64 nine blocks have 27,048,835 trainable parameters, the paper's 27 M; 18 (Big LaMa) 50,975,875,
its 51 M; at width 16 three have 700,771. The paper's last activation is a sigmoid; ours, for [-1, 1], is tanh.
"""

import keras
from keras import layers

from kgan.layers.any_size import CropLike, PadToMultiple
from kgan.layers.fourier_unit import FourierUnit
from kgan.layers.reflection_padding import ReflectionPadding2D
from kgan.layers.smooth_fill import SmoothFill
from kgan.networks.parts.normalization import normalize

DOWNS = 3


def generator(
    channels: int = 3,
    width: int = 64,
    blocks: int = 9,
    global_share: float = 0.75,
    smooth_start: bool = False,
) -> keras.Model:
    """An image and a mask to a picture without holes.

    Args:
        channels: of the image.
        width: features at full resolution, eight times as many in the blocks.
        blocks: residual blocks of two fast Fourier convolutions: 9 in LaMa-Fourier, 18 in Big LaMa.
        global_share: share of the channels that go through the spectrum, in (0, 1); 0.75 in the paper.
        smooth_start: it sees the hole filled smoothly (`layers.SmoothFill` of order 1), and makes what is to be added
            to that in the hole, nothing at first, where the paper's sees an empty hole and makes the picture. For short
            trainings. The picture is not bounded then.

    Returns:
        `generator`: {"image": (batch, height, width, channels) in [-1, 1], "mask": (batch, height, width, 1)} to a
        picture of the image's shape in [-1, 1], float32. The mask is 1 in the hole and 0 where pixels are known, which
        are repainted too: put the originals back. The hole's own pixels are not seen.

    Raises:
        ValueError: a share that leaves no channel on one of the sides.

    Example:
        >>> generator(width=2, blocks=1).output_shape
        (None, None, None, 3)
    """
    inner = width * 2**DOWNS
    of_globe = round(inner * global_share)
    if not 2 <= of_globe < inner:
        raise ValueError(
            f"lama.generator: expected a global_share of {inner} channels that leaves some local and at least two "
            f"global, received {global_share}. The paper's is 0.75."
        )
    image = keras.Input((None, None, channels), name="image")
    mask = keras.Input((None, None, 1), name="mask")
    if smooth_start:
        seen = SmoothFill(1, sweeps=2, name="membrane")([image, mask])
    else:
        known = layers.Rescaling(-1.0, 1.0, dtype="float32", name="known")(mask)
        seen = layers.Multiply(dtype="float32", name="seen")([image, known])
    x = layers.Concatenate(name="masked")([seen, mask])
    x = PadToMultiple(2**DOWNS, least=2 ** (DOWNS + 1), name="padded")(x)
    x = _finished(_convolution(x, width, 7, 1, "start"), "start")
    for index in range(1, DOWNS):
        x = _finished(_convolution(x, width * 2**index, 3, 2, f"down_{index}"), f"down_{index}")
    sizes = {"local": inner - of_globe, "global": of_globe}
    parts = {
        side: _finished(_convolution(x, size, 3, 2, f"down_{DOWNS}_{side}"), f"down_{DOWNS}_{side}")
        for side, size in sizes.items()
    }
    for index in range(1, blocks + 1):
        before = parts
        for half in (1, 2):
            parts = _fast_fourier(parts, sizes, f"block_{index}_{half}")
        parts = {
            side: layers.Add(name=f"block_{index}_{side}")([before[side], parts[side]]) for side in sizes
        }
    x = layers.Concatenate(name="joined")(list(parts.values()))
    for index in range(DOWNS - 1, -1, -1):
        name = f"up_{DOWNS - index}"
        x = layers.Conv2DTranspose(
            width * 2**index, 3, 2, "same", kernel_initializer="he_uniform", name=name
        )(x)
        x = _finished(x, name)
    x = ReflectionPadding2D(3, name="pixels_border")(x)
    end = {"kernel_initializer": "zeros"} if smooth_start else {"activation": "tanh"}
    x = layers.Conv2D(channels, 7, dtype="float32", name="pixels", **end)(x)
    x = CropLike(dtype="float32", name="added" if smooth_start else "picture")([x, image])
    if smooth_start:
        # In the hole alone: what is known is there already, and the loss of it, whose minimum is a kink, would hold
        # whatever is to be added at nothing.
        x = layers.Multiply(dtype="float32", name="added_in_the_hole")([x, mask])
        x = layers.Add(dtype="float32", name="picture")([seen, x])
    return keras.Model({"image": image, "mask": mask}, x, name="generator")


def _convolution(x, filters, size, strides, name):
    x = ReflectionPadding2D(size // 2, name=f"{name}_border")(x)
    return layers.Conv2D(filters, size, strides, use_bias=False, kernel_initializer="he_uniform", name=name)(
        x
    )


def _finished(x, name):
    return layers.ReLU(name=f"{name}_rectifier")(normalize(x, "batch", f"{name}_normalization"))


def _fast_fourier(parts, sizes, name):
    """One fast Fourier convolution (figure 2): local and global channels, each made of both."""
    made = {}
    for to, size in sizes.items():
        of_local = _convolution(parts["local"], size, 3, 1, f"{name}_local_to_{to}")
        if to == "global":
            of_global = _spectral(parts["global"], size, f"{name}_global_to_global")
        else:
            of_global = _convolution(parts["global"], size, 3, 1, f"{name}_global_to_local")
        x = layers.Add(name=f"{name}_to_{to}")([of_local, of_global])
        made[to] = _finished(x, f"{name}_to_{to}")
    return made


def _spectral(x, filters, name):
    """Half as many channels, their spectrum's convolution added to themselves, and as many as asked for."""
    pixelwise = {"use_bias": False, "kernel_initializer": "he_uniform"}
    x = _finished(layers.Conv2D(filters // 2, 1, name=f"{name}_in", **pixelwise)(x), f"{name}_in")
    transformed = FourierUnit(filters // 2, name=f"{name}_fourier")(x)
    x = layers.Add(name=f"{name}_sum")([x, transformed])
    return layers.Conv2D(filters, 1, name=f"{name}_out", **pixelwise)(x)
