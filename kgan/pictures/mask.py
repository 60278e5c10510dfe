"""A picture read as a mask: two kinds of pixels, of which the lighter one marks the hole."""

import numpy as np

from kgan.pictures.picture import LUMINANCE, Picture

# Of a mask of more than two colours (a JPEG, soft edges): how far apart its lightest and darkest must be to mean
# anything, in levels of 255; and how many pixels may be neither.
LEAST_CONTRAST = 26
GREY_SHARE = 0.5
EXTREME = 0.1


def marked(picture: Picture, invert: bool = False) -> np.ndarray:
    """Where a mask marks a hole.

    A mask of two colours is read whatever they are: the lighter one is the hole, so that 0 and 1, 0 and 255, red on
    black all do. One of more colours is cut half-way between its lightest and its darkest; one of a single colour is
    all hole, or if that is black none. What is transparent counts as black.

    Args:
        picture: a mask.
        invert: whether the darker one is the hole.

    Returns:
        bool (height, width).

    Raises:
        ValueError: if most pixels are neither light nor dark, as in a photograph.
    """
    light = lightness(picture)
    low, high = light.min(initial=255), light.max(initial=0)
    values = _few(light)
    if len(values) > 2 and high - low >= LEAST_CONTRAST:
        middle = (np.abs((light - low) / (high - low) - 0.5) < 0.5 - EXTREME).mean()
        if middle > GREY_SHARE:
            raise ValueError(
                f"holds the greys of a photograph: {middle:.0%} of its pixels are neither light nor dark"
            )
        hole = light >= (low + high) / 2
    elif len(values) == 2:
        hole = light == values[1]
    else:
        hole = np.full(light.shape, high >= LEAST_CONTRAST if len(values) > 2 else high > 0)
    return ~hole if invert else hole


def described(picture: Picture) -> str:
    """What values a mask holds, in words: "only the value 0", "the values 0 and 1", "values from 3 to 250"."""
    values = _few(lightness(picture))
    if len(values) > 2:
        return f"values from {values[0]:.0f} to {values[-1]:.0f}"
    words = [f"{value:.3g}" for value in values]
    return f"only the value {words[0]}" if len(words) == 1 else f"the values {' and '.join(words)}"


def lightness(picture: Picture) -> np.ndarray:
    """How light each pixel is, float32 (height, width) in 0 to 255; what is transparent is black."""
    most = np.float32(np.iinfo(picture.pixels.dtype).max)
    pixels = picture.pixels.astype(np.float32) * (255 / most)
    light = pixels[..., 0] if pixels.shape[-1] == 1 else pixels @ np.float32(LUMINANCE)
    return light if picture.alpha is None else light * (picture.alpha[..., 0] / most)


def _few(light):
    """The values that occur, sorted; of more than two only the smallest, one between, and the largest."""
    low, high = light.min(initial=255), light.max(initial=0)
    between = light[(light != low) & (light != high)]
    return [low, between[0], high] if len(between) else sorted({float(low), float(high)})
