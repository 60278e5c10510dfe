"""A picture in memory, as a file holds it: all its bits, its transparency and its colour profile."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from kgan.pictures.levels import eight_bits
from kgan.pictures.pixels import to_float, to_uint8
from kgan.pictures.transparency import WHITE, bled, laid_over

LUMINANCE = (0.299, 0.587, 0.114)  # BT.601


@dataclasses.dataclass(frozen=True)
class Picture:
    """Pixels as they are in a file, upright.

    Args:
        pixels: uint8 or uint16 (height, width, 1 or 3), grey or RGB.
        alpha: of the same dtype, (height, width, 1), or None.
        profile: bytes of the ICC colour profile, or None.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.pixels.shape[:2]

    @property
    def deep(self) -> bool:
        """Whether it has 16 bits a channel."""
        return self.pixels.dtype == np.uint16

    @property
    def visible(self) -> "Picture":
        """The picture without transparency; what cannot be seen has the colour of what can be, nearest to it."""
        if self.alpha is None:
            return self
        return Picture(bled(self.pixels, self.alpha), None, self.profile)

    def window(self, rows: slice, columns: slice) -> "Picture":
        """Returns a part of the picture; its pixels are not copied."""
        alpha = None if self.alpha is None else self.alpha[rows, columns]
        return Picture(self.pixels[rows, columns], alpha, self.profile)

    def floats(self, channels: int | None = None) -> np.ndarray:
        """Returns float32 (height, width, channels) in [-1, 1]; grey is repeated, colour becomes luminance."""
        return as_channels(as_float(self.pixels), channels or self.pixels.shape[-1])

    def flat(self, channels: int = 3, background: tuple[int, int, int] = WHITE) -> np.ndarray:
        """Returns what training sees: 8 bits, without transparency unless four channels are asked for.

        Args:
            channels: 1, 3, or 4; only 4 keeps transparency, else it is laid over the background.
            background: (red, green, blue), each 0 to 255.

        Returns:
            uint8 (height, width, channels).
        """
        pixels, alpha = eight_bits(self.pixels), None if self.alpha is None else eight_bits(self.alpha)
        if channels == 4:
            alpha = np.full((*self.size, 1), 255, np.uint8) if alpha is None else alpha
            return np.concatenate([np.broadcast_to(pixels, (*self.size, 3)), alpha], -1)
        if alpha is not None:
            pixels = laid_over(pixels, alpha, background)
        return _eight_bit_channels(pixels, channels)

    def remade(self, images: np.ndarray, alpha: np.ndarray | None = None) -> "Picture":
        """Returns a picture of other pixels with this one's depth and profile.

        Args:
            images: float (height, width, 1 or 3) in [-1, 1], or integers of this picture's dtype.
            alpha: the same with one channel, or None.
        """
        pixels, alpha = (None if x is None else as_integers(x, self.deep) for x in (images, alpha))
        return Picture(pixels, alpha, self.profile)


class Floats:
    """The pixels of a picture as float32 in [-1, 1], made where they are looked at: `floats[rows, columns]`.

    Args:
        picture: `Picture`.
        channels: see `Picture.floats`.
    """

    def __init__(self, picture: Picture, channels: int | None = None):
        self.picture = picture.visible
        self.shape = (*picture.size, channels or picture.pixels.shape[-1])

    def __getitem__(self, place) -> np.ndarray:
        rows, columns = place
        return self.picture.window(rows, columns).floats(self.shape[-1])


@dataclasses.dataclass(frozen=True)
class Bands:
    """A picture that is made row by row while it is written, so that it is never in memory twice.

    Args:
        size: (height, width).
        bands: iterator of `Picture`, one below the other, all as wide, of one dtype and with or without alpha alike.
        profile: bytes of the ICC colour profile, or None.
    """

    size: tuple[int, int]
    bands: Iterator[Picture]
    profile: bytes | None = None


def as_float(pixels: Any) -> np.ndarray:
    """uint8 or uint16 pixels as float32 in [-1, 1]."""
    if pixels.dtype == np.uint16:
        return pixels.astype(np.float32) * np.float32(1 / 32767.5) - np.float32(1)
    return to_float(pixels)


def as_integers(images: Any, deep: bool) -> np.ndarray:
    """Float pixels in [-1, 1] as uint16 if `deep`, else uint8; integers pass."""
    if images.dtype.kind == "u":
        return images
    if not deep:
        return to_uint8(np.asarray(images))
    scaled = np.rint((np.nan_to_num(np.asarray(images, np.float32), nan=-1.0) + 1) * np.float32(32767.5))
    return np.clip(scaled, 0, 65535).astype(np.uint16)


def as_channels(images: Any, channels: int) -> np.ndarray:
    """Repeats grey, or takes the luminance of colour (BT.601), where the number of channels is another one."""
    if images.shape[-1] == channels:
        return images
    if channels == 1:
        return (images @ np.float32(LUMINANCE))[..., None]
    return np.repeat(images, channels, axis=-1)


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turns pixels (height, width, channels) as EXIF's orientation, 1 to 8, says."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def _eight_bit_channels(pixels, channels):
    found = as_channels(pixels, channels)
    return found if found.dtype == np.uint8 else np.rint(found).astype(np.uint8)
