"""Pictures through Pillow, for whatever TensorFlow cannot decode: upright, over a background, at 8 bits."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from kgan.data.headers import PIXEL_LIMIT

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data) if isinstance(data, bytes) else data) as image:
            if image.width * image.height > PIXEL_LIMIT:
                raise ValueError(f"has {image.width} x {image.height} pixels")
            image.seek(0)
            return pixels(ImageOps.exif_transpose(image), channels, background)


def pixels(image: Image.Image, channels: int = 3, background=WHITE) -> np.ndarray:
    """Returns the pixels of a Pillow image in the asked number of channels; see `decode`."""
    if image.mode in SIXTEEN_BITS:
        image = Image.fromarray(
            (np.clip(np.asarray(image), 0, 65535).astype(np.uint16) >> 8).astype(np.uint8)
        )
    elif image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        values = values * 255 if values.max(initial=0) <= 1 else values
        image = Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if channels != 4:
            image = Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image)
    elif image.mode not in ("L", "RGB", "1"):
        image = image.convert("RGB")
    found = np.asarray(image.convert(MODES[channels]))
    return found[:, :, None] if channels == 1 else found
