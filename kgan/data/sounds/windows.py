"""A wave in windows of one length, and with its high tones made louder."""

import numpy as np
from scipy.signal import lfilter

EMPHASIS = 0.95


def pre_emphasize(wave: np.ndarray, emphasis: float = EMPHASIS) -> np.ndarray:
    """`y[n] = x[n] - emphasis * x[n - 1]`, along the last axis, x[-1] = 0.

    Args:
        wave: (..., samples).
        emphasis: in [0, 1).

    Example:
        >>> pre_emphasize([1.0, 1.0], 0.5).tolist()
        [1.0, 0.5]
    """
    return lfilter([1.0, -emphasis], [1.0], np.asarray(wave, "float64")).astype("float32")


def undo_emphasis(wave: np.ndarray, emphasis: float = EMPHASIS) -> np.ndarray:
    """`x[n] = y[n] + emphasis * x[n - 1]`: what `pre_emphasize` was given."""
    return lfilter([1.0], [1.0, -emphasis], np.asarray(wave, "float64")).astype("float32")


def windows(wave: np.ndarray, length: int = 16384, hop: int | None = None) -> np.ndarray:
    """Windows of a wave, the last filled up with zeros.

    Args:
        wave: (samples,).
        length: samples of each.
        hop: samples from one window's start to the next's; left out: as many as a window has.

    Returns:
        (count, length, 1), at least one; together they hold every sample.

    Raises:
        ValueError: another shape, or a hop out of 1 to `length`.

    Example:
        >>> windows([1, 2, 3, 4, 5], length=4, hop=2)[..., 0].tolist()
        [[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 0.0]]
    """
    wave, hop = np.asarray(wave, "float32"), length if hop is None else hop
    if wave.ndim != 1 or not 1 <= hop <= length:
        raise ValueError(
            f"windows: expected samples of shape (count,) and a hop of 1 to {length}, received shape {wave.shape} and "
            f"{hop}. Give one channel."
        )
    count = 1 + max(0, -(-(len(wave) - length) // hop))
    padded = np.pad(wave, (0, max(0, (count - 1) * hop + length - len(wave))))
    return np.stack([padded[start * hop :][:length] for start in range(count)])[..., None]
