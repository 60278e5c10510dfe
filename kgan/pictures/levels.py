"""Pixels of any number type as the levels of a picture: 8 or 16 bits, the whole range kept or refused."""

import numpy as np

# What the largest value of a picture may stand for: the first that no value exceeds is taken.
FLOAT_RANGES = (1, 255, 65535)
WHOLE_RANGES = (255, 65535)


def as_levels(values: np.ndarray) -> np.ndarray:
    """Gives pixels of any number type 8 or 16 bits.

    8 and 16 unsigned bits stay as they are; true and false become white and black. Other numbers have no range of
    their own: floats are taken as 0 to 1 if nothing is larger, else as 0 to 255, else as 0 to 65,535, and become 16
    bits; integers are taken as 0 to 255 (8 bits), else as 0 to 65,535 (16 bits).

    Args:
        values: array of any shape.

    Returns:
        uint8 or uint16 array of the same shape.

    Raises:
        ValueError: if a value is negative, larger than 65,535, or no number.

    Example:
        >>> as_levels(np.float32([0, 0.5, 1]))
        array([    0, 32768, 65535], dtype=uint16)
    """
    if values.dtype in (np.uint8, np.uint16):
        return values
    if values.dtype == bool:
        return values * np.uint8(255)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"holds {values.dtype} pixels; convert it to 8 or 16 bits")
    if not values.size:
        return values.astype(np.uint8)
    low, high = values.min().item(), values.max().item()
    whole = values.dtype.kind in "iu"
    ranges = WHOLE_RANGES if whole else FLOAT_RANGES
    if not np.isfinite([low, high]).all():
        raise ValueError("holds values that are no numbers (NaN or infinite); replace them")
    if low < 0 or high > ranges[-1]:
        known = " or ".join(f"0 to {top:,}" for top in ranges)
        raise ValueError(f"holds values from {low:,.6g} to {high:,.6g}, expected {known}; rescale it")
    top = next(top for top in ranges if high <= top)
    if whole:
        return values.astype(np.uint8 if top == 255 else np.uint16)
    return np.rint(values.astype(np.float64) * (65535 / top)).astype(np.uint16)


def eight_bits(levels: np.ndarray) -> np.ndarray:
    """The nearest 8-bit levels of uint16 pixels, `round(x / 257)`; uint8 passes."""
    if levels.dtype == np.uint8:
        return levels
    return ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
