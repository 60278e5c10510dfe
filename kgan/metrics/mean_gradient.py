"""How much detail a picture has."""

import numpy as np


def mean_gradient(image: np.ndarray) -> float:
    """Mean of `sqrt(dx^2 + dy^2)` over pixels and channels, in grey levels: how much detail there is.

    Args:
        image: uint8 (height, width, channels).

    Returns:
        a float, at least 0.

    Example:
        >>> mean_gradient(np.array([[[0], [4]], [[3], [7]]], "uint8"))
        5.0
    """
    image = image.astype(np.float32)
    across, down = np.diff(image, axis=1)[:-1], np.diff(image, axis=0)[:, :-1]
    return float(np.sqrt(across**2 + down**2).mean())
