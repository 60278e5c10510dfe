"""TIFFs whose pixels lie in the file as they are, row after row: a window is read without decoding the rest."""

import numpy as np

ORIENTATION = 274


def is_plain(image) -> bool:
    """Whether an opened Pillow image is such a file: 8-bit grey or RGB, not compressed, upright, in one piece."""
    if image.format != "TIFF" or image.mode not in ("L", "RGB") or not image.tile:
        return False
    first, row = image.tile[0][2], image.width * len(image.mode)
    return image.tag_v2.get(ORIENTATION, 1) == 1 and all(
        codec == "raw"
        and tuple(arguments) == (image.mode, 0, 1)
        and (left, right) == (0, image.width)
        and offset == first + top * row
        for codec, (left, top, right, _), offset, arguments in image.tile
    )


def window(image, top: int, left: int, height: int, width: int) -> np.ndarray:
    """Reads a window of a plain image.

    Args:
        image: opened Pillow image for which `is_plain` holds.
        top: int, the window's first row; so are `left`, `height` and `width` in pixels.
        left: see `top`.
        height: see `top`.
        width: see `top`.

    Returns:
        uint8 array (height, width, 1 or 3).

    Raises:
        ValueError: the file ends before.
    """
    shape = (height, image.width, len(image.mode))
    row = image.width * len(image.mode)
    image.fp.seek(image.tile[0][2] + top * row)
    rows = np.frombuffer(image.fp.read(height * row), np.uint8)
    if rows.size < height * row:
        raise ValueError("image file is truncated")
    return np.ascontiguousarray(rows.reshape(shape)[:, left : left + width])
