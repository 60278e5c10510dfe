"""Files of pictures: read with all their bits, written whole or not at all."""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from kgan.errors import UserError
from kgan.files.atomic import replacing
from kgan.files.walk import require_file
from kgan.pictures.decoding import decode
from kgan.pictures.headers import is_picture_name, read_header
from kgan.pictures.levels import eight_bits
from kgan.pictures.picture import Bands, Picture
from kgan.pictures.transparency import laid_over

# What a picture may be written as; what comes in another format goes out as PNG.
JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
FORMATS = {
    ".png": "PNG",
    **dict.fromkeys(JPEG_SUFFIXES, "JPEG"),
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".ppm": "PPM",
}
DEEP = (".png", ".tif", ".tiff")  # those that hold 16 bits
CLEAR = (".png", ".webp", ".tif", ".tiff")  # those that hold transparency
QUALITY = 95
ROWS = 256  # that are written at a time


def read(path: str | os.PathLike) -> Picture:
    """Reads a picture with all its bits, as `decoding.decode` does.

    Raises:
        UserError: naming the file and what is wrong with it.
    """
    path = require_file(path)
    try:
        with open(path, "rb") as file:
            header = read_header(file, path.stat().st_size, path.name)
    except OSError as error:
        raise UserError(f"expected a picture in {path}; found {error.strerror}; check the name") from error
    if header.problem:
        raise UserError(f"expected a picture in {path}; found a file that {header.problem}; replace it")
    try:
        return decode(path)
    except Exception as error:  # a damaged file can raise anything
        raise UserError(
            f"expected a picture in {path}; found a file that {why(error)}; replace it"
        ) from error


def why(error: Exception) -> str:
    """What is wrong with a file, of which decoding raised this: "is damaged (...)", "holds values from ..."."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return reason if reason.startswith(("holds ", "has ", "is ")) else f"is damaged ({reason})"


def write(picture: Picture | Bands, path: str | os.PathLike, quality: int = QUALITY) -> None:
    """Writes a picture, whole or not at all, in the format of the path's suffix.

    Formats without transparency get it laid over white; formats with 8 bits get the nearest levels.

    Args:
        picture: in memory, or made while it is written.
        path: path of the file; folders above it are created.
        quality: of JPEG, 1 to 100.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    with replacing(path) as stream:
        canvas, done = None, 0
        for joined in _joined(picture, suffix):
            if canvas is None:
                canvas = _canvas(picture.size, joined)
            if isinstance(canvas, np.ndarray):
                canvas[done : done + len(joined)] = joined
            else:
                canvas.paste(Image.fromarray(joined[..., 0] if joined.shape[-1] == 1 else joined), (0, done))
            done += len(joined)
        if isinstance(canvas, np.ndarray):
            _write_deep(canvas, stream, suffix)
            return
        options = {"icc_profile": picture.profile} if picture.profile and suffix != ".bmp" else {}
        if suffix in JPEG_SUFFIXES:
            options |= {"quality": quality, "subsampling": 0}
        elif suffix == ".webp":
            options |= {"lossless": True, "exact": True}
        canvas.save(stream, FORMATS[suffix], **options)


def _joined(picture, suffix):
    """Yields rows of pixels and alpha together, as the format holds them."""
    whole = (slice(start, start + ROWS) for start in range(0, picture.size[0], ROWS))
    bands = (
        picture.bands if isinstance(picture, Bands) else (picture.window(rows, slice(None)) for rows in whole)
    )
    for band in bands:
        pixels, alpha = band.pixels, band.alpha
        if suffix not in DEEP:
            pixels, alpha = eight_bits(pixels), None if alpha is None else eight_bits(alpha)
        if alpha is not None and suffix not in CLEAR:
            pixels, alpha = laid_over(pixels, alpha), None
        yield pixels if alpha is None else np.concatenate([pixels, alpha], -1)


def _canvas(size, joined):
    """What bands are put together on: an array of 16 bits, or an image (Pillow needs one anyway)."""
    if joined.dtype == np.uint16:
        return np.empty((*size, joined.shape[-1]), np.uint16)
    return Image.new({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[joined.shape[-1]], size[::-1])


def is_picture(path: str | os.PathLike) -> bool:
    """Whether the name is that of a picture."""
    return is_picture_name(str(path))


def _write_deep(joined, stream, suffix):
    if suffix == ".png":
        stream.write(tf.io.encode_png(joined).numpy())
        return
    import tifffile

    extra = ("unassalpha",) if joined.shape[-1] in (2, 4) else ()
    colour = "minisblack" if joined.shape[-1] < 3 else "rgb"
    options = {"photometric": colour, "extrasamples": extra, "planarconfig": "contig"}
    tifffile.imwrite(stream, joined if joined.shape[-1] > 1 else joined[..., 0], **options)
