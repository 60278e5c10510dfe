"""The one reader of pixels: a file's bytes become a `Picture`, whole or in windows, for training and predict alike.

TensorFlow's decoders, which training takes where they are faster, give the same pixels; a test holds them to it.
"""

import contextlib
import io
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps, UnidentifiedImageError

from kgan.pictures.headers import PIXEL_LIMIT, TIFF_STARTS, is_deep_png, orientation_of
from kgan.pictures.levels import as_levels
from kgan.pictures.picture import Picture, upright
from kgan.pictures.tiff import OtherTiff, open_tiff

GREY = ("L", "LA", "La", "1")
# Pillow's modes of one channel of more than 8 bits. PNG and PGM mean 0 to 65,535 by them whatever is in there.
DEEP_GREY = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")


def decode(data: bytes) -> Picture:
    """Reads a picture of any format and mode: the first frame, upright, all its bits.

    PNG and TIFF keep 16 bits a channel; other number types are brought to 8 or 16 (see `levels.as_levels`). Palettes
    and CMYK become RGB, and what a palette or `tRNS` makes transparent has alpha.

    Args:
        data: the file's bytes, or a path.

    Returns:
        A `Picture`.

    Raises:
        Exception: whatever a decoder raises for a damaged file; ValueError, with what is wrong, for values that fit no
            range and for pictures too large.
    """
    with _opened(data) as whole:
        return whole.window((0, 0, *whole.size))


def decode_windows(data: bytes, places: Any, size: tuple[int, int]) -> list[Picture]:
    """Reads a picture as `decode` does, and cuts windows out of it.

    Args:
        data: the file's bytes, or a path.
        places: windows, each (top, left, height, width), in pixels of the upright picture.
        size: (height, width) that the picture must have.

    Returns:
        A `Picture` a window.

    Raises:
        Exception: as `decode`, and ValueError for another size.
    """
    with _opened(data) as whole:
        if tuple(whole.size) != tuple(size):
            raise ValueError(
                f"has {whole.size[1]} x {whole.size[0]} pixels now; it had {size[1]} x {size[0]}"
            )
        return [whole.window(place) for place in np.asarray(places).tolist()]


class _Decoded:
    """A picture in memory."""

    def __init__(self, picture):
        self.picture, self.size = picture, picture.size

    def window(self, place):
        top, left, height, width = place
        return self.picture.window(slice(top, top + height), slice(left, left + width))


class _WithPillow:
    """An upright Pillow image of 8 bits; only what is asked for becomes an array."""

    def __init__(self, image):
        # A profile for four inks means nothing for three colours.
        self.profile = None if image.mode == "CMYK" else image.info.get("icc_profile")
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        self.image, self.size = image, (image.height, image.width)

    def window(self, place):
        top, left, height, width = place
        whole = (height, width) == self.size
        image = self.image if whole else self.image.crop((left, top, left + width, top + height))
        grey = image.mode in GREY
        if image.has_transparency_data:
            joined = np.asarray(image.convert("LA" if grey else "RGBA"))
            return Picture(joined[..., :-1], joined[..., -1:], self.profile)
        mode = "L" if grey else "RGB"
        pixels = np.asarray(image if image.mode == mode else image.convert(mode))
        return Picture(pixels[..., None] if grey else pixels, None, self.profile)


@contextlib.contextmanager
def _opened(data):
    """Opens a picture: something with a `size` and `window((top, left, height, width)) -> Picture`."""
    stream = io.BytesIO(data) if isinstance(data, bytes) else open(data, "rb")  # noqa: SIM115 - closed below
    with stream:
        start = stream.read(32)
        stream.seek(0)
        if start[:4] in TIFF_STARTS:
            found = None
            with contextlib.suppress(OtherTiff):
                found = open_tiff(stream).load()
            if found is not None:
                yield found
                return
            stream.seek(0)
        elif is_deep_png(start):
            yield _Decoded(_deep_png(stream.read()))
            return
        with Image.open(stream) as image:
            if image.width * image.height > PIXEL_LIMIT:
                raise ValueError(f"has {image.width:,} x {image.height:,} pixels")
            yield _Decoded(_deep_grey(image)) if image.mode in DEEP_GREY else _WithPillow(image)


def _deep_grey(image):
    """Grey of more than 8 bits as Pillow gives it; only TIFF has numbers without a range of their own."""
    profile, orientation = image.info.get("icc_profile"), orientation_of(image)
    values = np.asarray(image)
    values = as_levels(values) if image.format == "TIFF" else np.clip(values, 0, 65535).astype(np.uint16)
    return Picture(upright(values[..., None], 1 if image.format == "TIFF" else orientation), None, profile)


def _deep_png(data):
    profile, orientation = None, 1
    with contextlib.suppress(UnidentifiedImageError), Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > PIXEL_LIMIT:
            raise ValueError(f"has {image.width:,} x {image.height:,} pixels")
        profile, orientation = image.info.get("icc_profile"), orientation_of(image)
    with tf.device("CPU:0"):
        joined = upright(tf.io.decode_png(data, dtype=tf.uint16).numpy(), orientation)
    if joined.shape[-1] in (1, 3):
        return Picture(joined, None, profile)
    return Picture(joined[..., :-1], joined[..., -1:], profile)
