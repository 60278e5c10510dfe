"""One file's header: pixel size, mode, EXIF orientation, the decoder it needs, and what is wrong with it."""

import dataclasses
import os
import struct
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from kgan.pictures.tiff import PIXEL_LIMIT, OtherTiff, open_tiff

_COMMON = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_RARE = (".mpo", ".apng", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".jp2", ".avif", ".heic", ".heif")
EXTENSIONS = frozenset((*_COMMON, *_RARE))
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two of files beyond 4 GB
TAIL = 4096  # the bytes at a file's end where its end marker is looked for

# The decoders, as the `route` of a row. JPEG to BMP are TensorFlow's; OTHER is `decoding`, which reads all formats.
JPEG, PNG, PNG_ALPHA, WEBP, WEBP_ALPHA, GIF, BMP, OTHER = range(8)


def is_picture_name(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return os.path.splitext(name)[1].lower() in EXTENSIONS


@dataclasses.dataclass(frozen=True)
class Header:
    """What a file's first bytes say. `height` and `width` are those of the upright picture."""

    height: int = 0
    width: int = 0
    orientation: int = 1
    route: int = OTHER
    kind: str = ""
    problem: str = ""


def read_header(file: BinaryIO, size: int, name: str = "") -> Header:
    """Reads a picture's header, and its last bytes where those tell whether it is whole.

    Args:
        file: a binary file, open for reading and seekable.
        size: int, the file's length in bytes.
        name: str, the file's name; its extension words the problem.

    Returns:
        A `Header`; with `problem` set if the file is no use.
    """
    if size == 0:
        return Header(problem="is empty")
    try:
        with Image.open(file) as image:
            header = _describe(image, file)
            if header.height * header.width > PIXEL_LIMIT:
                return dataclasses.replace(header, problem=_too_large(header.width, header.height))
            if not _has_end(image.format, file, size):
                image.load()  # no end marker: only decoding tells whether pixels are missing
            return header
    except Image.DecompressionBombError:
        return Header(problem=f"has more than {PIXEL_LIMIT // 10**6} million pixels")
    except Exception as error:  # a broken header can raise anything
        return _tiff_header(file) or Header(problem=_why(error, file, name))


def _tiff_header(file):
    """The header of a TIFF that Pillow does not know, or None."""
    try:
        file.seek(0)
        if file.read(4) not in TIFF_STARTS:
            return None
        file.seek(0)
        found = open_tiff(file)
    except OtherTiff:
        return None
    except Exception as error:
        return Header(problem=str(error))
    return Header(*found.size, kind=f"TIFF {found.kind}")


def _describe(image, file):
    width, height = image.size
    orientation = orientation_of(image)
    route = _route(image, file)
    if orientation >= 5 and not (route == OTHER and image.format == "TIFF"):  # Pillow turns TIFFs itself
        width, height = height, width
    return Header(height, width, 1 if route == OTHER else orientation, route, f"{image.format} {image.mode}")


def orientation_of(image: Any) -> int:
    """EXIF's orientation of an opened Pillow image, 1 (upright) to 8."""
    if (
        image.format == "PNG" and "exif" not in image.info
    ):  # Pillow would decode the whole file to look for it
        return 1
    found = image.getexif().get(ExifTags.Base.Orientation, 1)
    return found if found in range(1, 9) else 1


def _route(image, file):
    plain = "transparency" not in image.info
    match image.format, image.mode:
        case (("JPEG" | "MPO"), ("L" | "RGB")):
            return JPEG
        case "PNG", _ if is_deep_png(_start(file)):
            return OTHER  # TensorFlow would cut off the lower 8 bits instead of rounding
        case "PNG", ("L" | "RGB") if plain:
            return PNG
        case "PNG", ("LA" | "RGBA"):
            return PNG_ALPHA
        case "WEBP", ("RGB" | "RGBA") if not image.is_animated:
            return WEBP if image.mode == "RGB" else WEBP_ALPHA
        case "GIF", _ if plain and not image.is_animated:
            return GIF
        case "BMP", "RGB":
            return BMP if _is_plain_bitmap(file) else OTHER
    return OTHER


def is_deep_png(start: bytes) -> bool:
    """Whether a file that starts so is a PNG of 16 bits a channel."""
    return start[:8] == b"\x89PNG\r\n\x1a\n" and start[24:25] == b"\x10"


def _start(file):
    place = file.tell()
    file.seek(0)
    start = file.read(32)
    file.seek(place)
    return start


def _is_plain_bitmap(file):
    place = file.tell()
    file.seek(14)
    header_size, _, _, _, bits, compression = struct.unpack("<IiiHHI", file.read(20))
    file.seek(place)
    return header_size >= 40 and bits == 24 and compression == 0


def _has_end(format_name, file, size):
    """Whether the file ends as its format wants; True also where formats have no end marker."""
    place = file.tell()
    try:
        match format_name:
            case "JPEG" | "MPO":
                return b"\xff\xd9" in _tail(file, size)
            case "PNG":
                return b"IEND\xaeB`\x82" in _tail(file, size)
            case "GIF":
                return b"\x3b" in _tail(file, size)[-8:]
            case "WEBP":
                file.seek(4)
                return struct.unpack("<I", file.read(4))[0] <= size - 8
            case "BMP":
                file.seek(2)
                return struct.unpack("<I", file.read(4))[0] <= size
            case "PPM":
                return False
        return True
    finally:
        file.seek(place)


def _tail(file, size):
    file.seek(max(0, size - TAIL), os.SEEK_SET)
    return file.read(TAIL)


def _too_large(width, height):
    return f"has {width:,} x {height:,} pixels, more than {PIXEL_LIMIT // 10**6} million"


def _why(error, file, name):
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    text = str(error).lower()
    if (
        "truncated" in text
        or "unexpected end" in text
        or "broken data stream" in text
        or isinstance(error, EOFError)
    ):
        return "is truncated"
    try:
        file.seek(0)
        start = file.read(512)
    except Exception:
        return "cannot be read"
    if os.path.splitext(name)[1].lower() in (".heic", ".heif"):
        return "is HEIC, which Pillow cannot read: convert it to JPEG"
    if start and not any(byte < 9 or 13 < byte < 32 for byte in start):
        return "holds text, not an image"
    if not any(start):
        return "holds only zeros"
    return "is not an image that can be read, or is damaged"
