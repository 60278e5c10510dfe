"""Pairs for super-resolution, made of any source of images, and whole pictures made small."""

import numpy as np
import tensorflow as tf

from kgan.data.source.keys import fold
from kgan.data.source.source import Source
from kgan.data.views.degradation.resize import bicubic, shrunk
from kgan.data.views.degradation.single_pass import blind
from kgan.data.views.degradation.two_pass import LEAST_SIDE, real
from kgan.pictures.picture import as_integers
from kgan.pictures.pixels import to_float

DEGRADATIONS = ("bicubic", "blind", "real")
BY_CHANCE = {"blind": blind, "real": real}


def paired(source: Source, scale: int, degradation: str = "bicubic", seed: int = 0) -> Source:
    """Makes a source of images one of pairs for super-resolution.

    Args:
        source: of one part, with `image`, whose sides are multiples of the scale.
        scale: integer.
        degradation: "bicubic", "blind" (one pass of blur, noise and JPEG) or "real" (Real-ESRGAN's two); those two
            are another in each epoch, and in evaluation always the same for one picture.
        seed: of the degradation in evaluation.

    Returns:
        A `Source` of `source`, float32 (height / scale, width / scale, channels), and `target`.

    Raises:
        ValueError: another degradation, or sides that are no multiples.

    Example:
        >>> training, held_out = paired(samples.photographs(96), 4).split(0.3)
    """
    (part,) = source.parts
    size = tuple(source.element_spec["image"].shape[:2])
    if degradation not in DEGRADATIONS or any(side % scale for side in size):
        raise ValueError(
            f"paired: expected a degradation of {', '.join(DEGRADATIONS)} and sides that are multiples of {scale}; "
            f"received {degradation!r} and {size[0]}x{size[1]}. Change them."
        )
    if degradation == "real":
        require_large(size, scale, "paired")

    def load(row, key):
        image = part.load(row, key)["image"]
        image = image if image.dtype.is_floating else to_float(image)
        if degradation == "bicubic":
            small = bicubic(image, scale)
        else:
            own = fold(seed, "degradation", row["index"]) if key is None else fold(key, "degradation")
            small = BY_CHANCE[degradation](image, scale, own)
        return {"source": small, "target": image}

    return source.with_loader(
        load,
        f"made smaller by {scale}: {degradation}",
        f"{degradation} {scale} {seed}",
    )


def degraded(pixels: tf.Tensor, scale: int, degradation: str = "bicubic", seed: int = 0) -> np.ndarray:
    """A whole picture as `predict` would be given it.

    Args:
        pixels: uint8 or uint16 (height, width, channels).
        scale, degradation, seed: as for `paired`.

    Returns:
        Of the same dtype.
    """
    if degradation == "bicubic":
        return shrunk(pixels, scale)
    height, width = (side // scale * scale for side in pixels.shape[:2])
    if degradation == "real":
        require_large((height, width), scale, "degraded")
    image = tf.constant(to_float(pixels[:height, :width]))
    return as_integers(
        BY_CHANCE[degradation](image, scale, fold(seed, "degradation", 0)).numpy(), pixels.dtype == np.uint16
    )


def require_large(size: tuple[int, int], scale: int, what: str) -> None:
    """Makes sure that Real-ESRGAN's kernels fit into an image of a size (height, width).

    Raises:
        ValueError: if they do not.
    """
    least = max(LEAST_SIDE, 11 * scale)
    if min(size) < least:
        raise ValueError(
            f"{what}: expected sides of at least {least} pixels for the real degradation at scale {scale}; received "
            f"{size[0]}x{size[1]}. Use larger images, or bicubic."
        )
