"""TIFFs that Pillow does not read, or not with all their bits, and those of which a window is read without the rest."""

from typing import Any, BinaryIO

import numpy as np
import tifffile

from kgan.pictures.levels import as_levels
from kgan.pictures.picture import Picture, upright

PHOTOMETRIC = tifffile.PHOTOMETRIC
KINDS = (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.RGB)
ICC_TAG, ORIENTATION_TAG = 34675, 274
PIXEL_LIMIT = 100_000_000  # more than any camera's; decoded to RGB, 300 MB


class OtherTiff(Exception):
    """A TIFF of a kind that Pillow reads as well as anybody."""


class Tiff:
    """A TIFF, opened.

    Args:
        page: `tifffile.TiffPage`, the first.
        stream: the open file.

    Raises:
        OtherTiff: if it is none of ours.
    """

    def __init__(self, page: Any, stream: BinaryIO):
        self.page, self.stream = page, stream
        if page.photometric not in KINDS or page.dtype is None or set(page.axes) - set("YXS"):
            raise OtherTiff
        if page.imagewidth * page.imagelength > PIXEL_LIMIT:
            raise ValueError(f"has {page.imagewidth:,} x {page.imagelength:,} pixels")
        self.orientation = page.tags.valueof(ORIENTATION_TAG, 1) or 1
        self.profile = page.tags.valueof(ICC_TAG)
        self.size = (page.imagelength, page.imagewidth)
        self.size = self.size[::-1] if self.orientation >= 5 else self.size
        self._whole = None
        self.plain = (
            page.dtype == np.uint8
            and page.is_contiguous
            and page.compression == 1
            and page.photometric != PHOTOMETRIC.MINISWHITE
            and page.samplesperpixel in (1, 3)
            and page.planarconfig == 1
            and self.orientation == 1
        )
        if not self.plain and page.dtype in (np.uint8, bool):
            raise OtherTiff

    @property
    def kind(self) -> str:
        """The numbers and channels, such as "float32 RGB"."""
        return f"{self.page.dtype} {'RGB' if self.page.photometric == PHOTOMETRIC.RGB else 'grey'}"

    def window(self, place: tuple) -> Picture:
        """Reads (top, left, height, width); of a plain file only the rows that it needs."""
        top, left, height, width = place
        if not self.plain:
            return self.load()._whole.window(slice(top, top + height), slice(left, left + width))
        channels, columns = self.page.samplesperpixel, self.size[1]
        self.stream.seek(self.page.dataoffsets[0] + top * columns * channels)
        rows = np.frombuffer(self.stream.read(height * columns * channels), np.uint8)
        if rows.size < height * columns * channels:
            raise ValueError("image file is truncated")
        pixels = rows.reshape(height, columns, channels)[:, left : left + width]
        return Picture(np.ascontiguousarray(pixels), None, self.profile)

    def load(self) -> "Tiff":
        """Decodes what is not read window by window; returns itself."""
        if not self.plain and self._whole is None:
            self._whole = self._read()
        return self

    def _read(self):
        page = self.page
        try:
            values = page.asarray()
        except Exception as error:
            if "imagecodecs" not in str(error):
                raise
            if page.samplesperpixel == 1:  # Pillow keeps the bits of grey
                raise OtherTiff from error
            name = page.compression.name
            raise ValueError(
                f"is compressed by {name} at {page.dtype}, which takes the package imagecodecs: install it, or save "
                "the picture without compression"
            ) from error
        if values.ndim == 2:
            values = values[..., None]
        elif page.axes.startswith("S"):
            values = np.moveaxis(values, 0, -1)
        colours = 3 if page.photometric == PHOTOMETRIC.RGB else 1
        levels = as_levels(values)
        pixels, alpha = levels[..., :colours], None
        if page.photometric == PHOTOMETRIC.MINISWHITE:
            pixels = np.iinfo(pixels.dtype).max - pixels
        if len(page.extrasamples) and page.extrasamples[0] in (1, 2) and levels.shape[-1] > colours:
            alpha = levels[..., colours : colours + 1]
            if page.extrasamples[0] == 1:  # its colours are multiplied by alpha
                most = np.iinfo(levels.dtype).max
                divided = pixels / np.maximum(alpha, 1).astype(np.float64) * most
                pixels = np.rint(np.clip(divided, 0, most)).astype(levels.dtype)
        pixels, alpha = (None if x is None else upright(x, self.orientation) for x in (pixels, alpha))
        return Picture(pixels, alpha, self.profile)


def open_tiff(stream: BinaryIO) -> Tiff:
    """Opens a TIFF.

    Raises:
        OtherTiff: if Pillow reads it as well, or it is damaged (Pillow has the words for that).
        ValueError: if it has too many pixels.
    """
    try:
        page = tifffile.TiffFile(stream).pages[0]
    except Exception as error:
        raise OtherTiff from error
    return Tiff(page, stream)
