"""Transparent pictures: their colours where nothing is seen, and laid over a background."""

import numpy as np

WHITE = (255, 255, 255)


def bled(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Gives pixels that are wholly transparent the colour of the nearest one that is not.

    What lies there is not seen and can be anything, mostly black. Whoever looks at neighbours (a resize, a network)
    would carry it into what is seen, as a rim.

    Args:
        pixels: (height, width, channels), of any dtype.
        alpha: (height, width, 1), 0 where transparent.

    Returns:
        Of the shape and dtype of `pixels`; `pixels` themselves where there is nothing to do.
    """
    hidden = alpha[..., 0] == 0
    if not hidden.any() or hidden.all():
        return pixels
    from scipy import ndimage

    rows, columns = ndimage.distance_transform_edt(hidden, return_distances=False, return_indices=True)
    return pixels[rows, columns]


def laid_over(pixels: np.ndarray, alpha: np.ndarray, background: tuple[int, int, int] = WHITE) -> np.ndarray:
    """Lays transparent pixels over a colour: `round(pixels a + background (1 - a))`.

    Args:
        pixels: uint8 (height, width, 1 or 3).
        alpha: uint8 (height, width, 1).
        background: (red, green, blue), each 0 to 255; of grey pixels their luminance counts.

    Returns:
        uint8, as `pixels`; in colour where grey lies over a colour.
    """
    if pixels.shape[-1] == 1 and len(set(background)) > 1:
        pixels = pixels.repeat(3, -1)
    share = alpha.astype(np.float32) / np.float32(255)
    below = np.asarray(background[: pixels.shape[-1]], np.float32)
    return np.rint(pixels * share + below * (1 - share)).astype(np.uint8)
