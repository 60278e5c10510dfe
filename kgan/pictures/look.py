"""How a whole picture looks, in numbers; and the look of one picture given to another. Eager NumPy, no networks."""

import numpy as np
from keras import ops

from kgan.pictures.color import lab_from_rgb, rgb_from_lab

ATTRIBUTES = ("brightness", "warmth", "haze", "greenness")
PATCH = 7  # side of what the dark channel looks at


def attributes_of(images: np.ndarray) -> np.ndarray:
    """Four numbers a picture: brightness, warmth, haze and greenness.

    Means over the picture of L* / 100, of b* / 100 (blue to yellow), of the dark channel (the least of the three colors
    in 7x7 pixels, 0 to 1, which haze lifts: He, Sun and Tang 2009, Single Image Haze Removal Using Dark Channel Prior)
    and of -a* / 100 (red to green).

    Args:
        images: (count, height, width, 3) in [-1, 1].

    Returns:
        float32 (count, 4), in the order of `ATTRIBUTES`.

    Raises:
        ValueError: pictures without three colors.

    Example:
        >>> attributes_of(np.ones((1, 8, 8, 3))).round(2).tolist()[0][:3:2]
        [1.0, 1.0]
    """
    from scipy.ndimage import minimum_filter

    images = _colored(images, 4)
    lab = ops.convert_to_numpy(lab_from_rgb(images))
    dark = minimum_filter((images.min(axis=-1) + 1) / 2, (1, PATCH, PATCH))
    told = [lab[..., 0] / 100, lab[..., 2] / 100, dark, -lab[..., 1] / 100]
    return np.stack([one.mean(axis=(1, 2)) for one in told], axis=-1).astype("float32")


def transfer_look(photo: np.ndarray, look: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """A photograph with the colors of another picture: whitened and colored again, in L*a*b*.

    The Linear Monge-Kantorovitch Linear Colour Mapping (Pitie and Kokaram 2007): of all linear maps that give the
    photograph's colors (mean m, covariance S) the look's mean n and covariance T, the one that moves them least,

        x -> n + A (x - m),   A = S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2.

    Each pixel is mapped alone by one smooth map, so edges stay where they are and none is added.

    Args:
        photo: (height, width, 3) in [-1, 1].
        look: (height, width, 3) in [-1, 1], of any size.
        strength: in [0, 1]; 0 leaves the photograph as it is.

    Returns:
        float32, of the shape of `photo`; colors outside sRGB are clipped.

    Raises:
        ValueError: pictures without three colors, or a strength out of range.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"transfer_look: expected strength from 0 to 1, received {strength!r}.")
    photo, look = (_colored(image, 3) for image in (photo, look))
    lab = ops.convert_to_numpy(lab_from_rgb(photo)).astype("float64")
    pixels = lab.reshape(-1, 3)
    wanted = ops.convert_to_numpy(lab_from_rgb(look)).astype("float64").reshape(-1, 3)
    spreads = [np.cov(colors.T) + 1e-6 * np.eye(3) for colors in (pixels, wanted)]
    root, inverse = _power(spreads[0], 0.5), _power(spreads[0], -0.5)
    linear = inverse @ _power(root @ spreads[1] @ root, 0.5) @ inverse
    moved = wanted.mean(axis=0) + (pixels - pixels.mean(axis=0)) @ linear
    mixed = (1 - strength) * pixels + strength * moved
    return ops.convert_to_numpy(rgb_from_lab(mixed.reshape(lab.shape)))


def _power(symmetric, exponent):
    values, vectors = np.linalg.eigh(symmetric)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T


def _colored(images, dimensions):
    images = np.asarray(images, "float32")
    if images.ndim != dimensions or images.shape[-1] != 3:
        expected = "(count, height, width, 3)" if dimensions == 4 else "(height, width, 3)"
        raise ValueError(f"look: expected pictures {expected} in color, received shape {images.shape}.")
    return images
