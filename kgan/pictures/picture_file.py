"""One picture as a file holds it: all its bits, its transparency and its colour profile, in and out."""

import dataclasses
import io
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps, UnidentifiedImageError

from kgan.errors import UserError
from kgan.files.atomic import replacing
from kgan.pictures import pillow
from kgan.pictures.headers import EXTENSIONS, PIXEL_LIMIT, read_header
from kgan.pictures.pixels import to_float, to_uint8

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
TIFF = (b"II*\0", b"MM\0*")


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

    def floats(self, channels: int | None = None) -> np.ndarray:
        """Returns float32 (height, width, channels) in [-1, 1]; grey is repeated, colour becomes luminance."""
        return as_channels(as_float(self.pixels), channels or self.pixels.shape[-1])

    def remade(self, images: np.ndarray, alpha=None) -> "Picture":
        """Returns a picture of other pixels with this one's depth and profile.

        Args:
            images: float (height, width, 1 or 3) in [-1, 1], or integers of this picture's dtype.
            alpha: the same with one channel, or None.
        """
        pixels, alpha = (None if x is None else as_integers(x, self.deep) for x in (images, alpha))
        return Picture(pixels, alpha, self.profile)


def as_float(pixels) -> np.ndarray:
    """uint8 or uint16 pixels as float32 in [-1, 1]."""
    if pixels.dtype == np.uint16:
        return pixels.astype(np.float32) * np.float32(1 / 32767.5) - np.float32(1)
    return to_float(pixels)


def as_integers(images, deep: bool) -> np.ndarray:
    """Float pixels in [-1, 1] as uint16 if `deep`, else uint8; integers pass."""
    if images.dtype.kind == "u":
        return images
    if not deep:
        return to_uint8(np.asarray(images))
    scaled = np.rint((np.nan_to_num(np.asarray(images, np.float32), nan=-1.0) + 1) * np.float32(32767.5))
    return np.clip(scaled, 0, 65535).astype(np.uint16)


def as_channels(images, channels: int) -> np.ndarray:
    """Repeats grey, or takes the luminance of colour (BT.601), where the number of channels is another one."""
    if images.shape[-1] == channels:
        return images
    if channels == 1:
        return (images @ np.float32([0.299, 0.587, 0.114]))[..., None]
    return np.repeat(images, channels, axis=-1)


def read(path) -> Picture:
    """Reads a picture with all its bits.

    PNG and TIFF keep 16 bits a channel. Palettes become RGB, CMYK does too, and EXIF's orientation is applied.

    Raises:
        UserError: naming the file and what is wrong with it.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            header = read_header(file, path.stat().st_size, path.name)
    except OSError as error:
        raise UserError(f"expected a picture in {path}; found {error.strerror}; check the name") from error
    refusal = UserError(f"expected a picture in {path}; found a file that {header.problem}; replace it")
    try:
        data = path.read_bytes()
        # Pillow does not know all TIFFs with 16 bits.
        deep = None if header.problem and data[:4] not in TIFF else _sixteen_bits(data)
        if deep is None and header.problem:
            raise refusal
        return Picture(*_divided(deep), _profile(data)) if deep is not None else _with_pillow(data)
    except UserError:
        raise
    except Exception as error:  # a damaged file can raise anything
        if header.problem:
            raise refusal from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"expected a picture in {path}; found damage ({reason}); replace it") from error


def write(picture: Picture, path, quality: int = QUALITY) -> None:
    """Writes a picture, whole or not at all, in the format of the path's suffix.

    Formats without transparency get it laid over white; formats with 8 bits get the upper ones.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    pixels, alpha = picture.pixels, picture.alpha
    if picture.deep and suffix not in DEEP:
        pixels, alpha = (None if x is None else to_uint8(as_float(x)) for x in (pixels, alpha))
    if alpha is not None and suffix not in CLEAR:
        share = alpha.astype(np.float32) / 255
        pixels, alpha = np.rint(pixels * share + 255 * (1 - share)).astype(np.uint8), None
    joined = pixels if alpha is None else np.concatenate([pixels, alpha], -1)
    with replacing(path) as stream:
        if joined.dtype == np.uint16:
            _write_deep(joined, stream, suffix)
            return
        image = Image.fromarray(joined[..., 0] if joined.shape[-1] == 1 else joined)
        options = {"icc_profile": picture.profile} if picture.profile and suffix != ".bmp" else {}
        if suffix in JPEG_SUFFIXES:
            options |= {"quality": quality, "subsampling": 0}
        elif suffix == ".webp":
            options |= {"lossless": True, "exact": True}
        image.save(stream, FORMATS[suffix], **options)


def is_picture(path) -> bool:
    """Whether the name is that of a picture."""
    return Path(path).suffix.lower() in EXTENSIONS


def _sixteen_bits(data):
    """The pixels of a 16-bit PNG or TIFF as uint16 (height, width, 1 to 4), or None for other files."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[24] == 16:
        return tf.io.decode_png(data, dtype=tf.uint16).numpy()
    if data[:4] in TIFF:
        import tifffile

        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages[0]
            kinds = (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.RGB)
            if page.dtype == np.uint16 and page.photometric in kinds and page.planarconfig == 1:
                pixels = page.asarray()
                return pixels if pixels.ndim == 3 else pixels[..., None]
    return None


def _write_deep(joined, stream, suffix):
    if suffix == ".png":
        stream.write(tf.io.encode_png(joined).numpy())
        return
    import tifffile

    extra = ("unassalpha",) if joined.shape[-1] in (2, 4) else ()
    colour = "minisblack" if joined.shape[-1] < 3 else "rgb"
    options = {"photometric": colour, "extrasamples": extra, "planarconfig": "contig"}
    tifffile.imwrite(stream, joined if joined.shape[-1] > 1 else joined[..., 0], **options)


def _divided(joined):
    channels = joined.shape[-1]
    if channels in (1, 3):
        return joined, None
    return joined[..., :-1], joined[..., -1:]


def _profile(data):
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.info.get("icc_profile")
    except UnidentifiedImageError:
        return None


def _with_pillow(data):
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > PIXEL_LIMIT:
            raise ValueError(f"{image.width:,} x {image.height:,} pixels")
        image.seek(0)
        profile, cmyk = image.info.get("icc_profile"), image.mode == "CMYK"
        image = ImageOps.exif_transpose(image)
        grey = image.mode in ("L", "LA", "1", "F", *pillow.SIXTEEN_BITS)
        if image.has_transparency_data:
            joined = np.asarray(image.convert("LA" if grey else "RGBA"))
        else:
            joined = pillow.pixels(image, 1 if grey else 3)
    # A profile for four inks means nothing for three colours.
    return Picture(*_divided(joined), None if cmyk else profile)
