"""An image size as people write it."""

from numbers import Integral


def height_and_width(image_size: int | tuple[int, int]) -> tuple[int, int]:
    """(height, width) of an int (a square) or of a pair.

    Raises:
        ValueError: neither, or not positive.
    """
    size = (image_size, image_size) if isinstance(image_size, Integral) else tuple(image_size)
    if len(size) != 2 or not all(isinstance(side, Integral) and side > 0 for side in size):
        raise ValueError(
            f"expected an image size such as 64 or (48, 64); received {image_size!r}; use positive integers"
        )
    return int(size[0]), int(size[1])
