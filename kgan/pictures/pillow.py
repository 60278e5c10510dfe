"""Pictures through Pillow, for whatever TensorFlow cannot decode: upright, over a background, at 8 bits."""

import io

import numpy as np
from PIL import Image, ImageOps

from kgan.pictures import plain_tiff
from kgan.pictures.headers import PIXEL_LIMIT

WHITE = (255, 255, 255)
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N", "I")


def decode(data, channels: int = 3, background=WHITE) -> np.ndarray:
    """Decodes a picture of any format and mode: the first frame, upright.

    16-bit grey becomes 8-bit by its upper byte; floating-point grey is taken as 0 to 1 if nothing in it is
    larger, else as 0 to 255.

    Args:
        data: the file's bytes, or a path.
        channels: 1, 3, or 4; only 4 keeps transparency, else it is laid over the background.
        background: (red, green, blue), each 0 to 255.

    Returns:
        uint8 array (height, width, channels).

    Raises:
        Exception: whatever Pillow raises for a file that cannot be read.
    """
    return _open(data, lambda image: pixels(_upright(image), channels, background))


def decode_windows(data, places, size, channels: int = 3, background=WHITE) -> list[np.ndarray]:
    """Decodes a picture as `decode` does, and cuts windows out of it.

    Args:
        data: the file's bytes, or a path.
        places: windows, each (top, left, height, width), in pixels of the upright picture.
        size: (height, width) that the picture must have.
        channels: see `decode`.
        background: see `decode`.

    Returns:
        uint8 arrays (height, width, channels), one a window.

    Raises:
        Exception: whatever Pillow raises for a file that cannot be read, and ValueError for another size.
    """

    places = np.asarray(places).tolist()

    def cut(image):
        plain = plain_tiff.is_plain(image)
        image = image if plain else _upright(image)
        if (image.height, image.width) != size:
            raise ValueError(f"has {image.width} x {image.height} pixels now; it had {size[1]} x {size[0]}")
        if plain:
            return [as_asked(plain_tiff.window(image, *place)) for place in places]
        boxes = [(left, top, left + width, top + height) for top, left, height, width in places]
        whole = (0, 0, image.width, image.height)
        return [pixels(image if box == whole else image.crop(box), channels, background) for box in boxes]

    def as_asked(window):
        if window.shape[-1] == channels:
            return window
        return pixels(Image.fromarray(window[..., 0] if window.shape[-1] == 1 else window), channels)

    return _open(data, cut)


def _open(data, use):
    with Image.open(io.BytesIO(data) if isinstance(data, bytes) else data) as image:
        if image.width * image.height > PIXEL_LIMIT:
            raise ValueError(f"has {image.width} x {image.height} pixels")
        return use(image)


def _upright(image):
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    return _eight_bits(image)


def pixels(image: Image.Image, channels: int = 3, background=WHITE) -> np.ndarray:
    """Returns the pixels of a Pillow image of 8 bits in the asked number of channels; see `decode`."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if channels != 4:
            image = Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image)
    elif image.mode not in ("L", "RGB", "1"):
        image = image.convert("RGB")
    found = np.asarray(image if image.mode == MODES[channels] else image.convert(MODES[channels]))
    return found[:, :, None] if channels == 1 else found


def _eight_bits(image):
    if image.mode in SIXTEEN_BITS:
        values = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
        return Image.fromarray((values >> 8).astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        values = values * 255 if values.max(initial=0) <= 1 else values
        return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    return image
