"""Segmental signal-to-noise ratio: the mean over short frames of a recording, in dB."""

import numpy as np

LEAST, MOST = -10.0, 35.0
FRAME, HOP = 0.03, 0.0075  # seconds


def segmental_snr(target: np.ndarray, prediction: np.ndarray, rate: int = 16000) -> float:
    """`mean over frames of clip(10 log10(sum(x**2) / sum((x - y)**2)), -10, 35)`.

    Frames of 30 ms, a quarter of that apart, under a Hann window, and the limits, are those of Hansen and Pellom 1998
    (An effective quality evaluation protocol for speech enhancement algorithms), which SEGAN reports.

    Args:
        target: the clean wave, (samples,).
        prediction: what is compared with it, as long.
        rate: samples a second.

    Returns:
        dB, more is better.

    Raises:
        ValueError: shapes that differ, or a wave shorter than a frame.

    Example:
        >>> segmental_snr(np.ones(1600), np.full(1600, 0.9))
        20.0
    """
    target, error = framed("segmental_snr", target, prediction, rate, round(FRAME * rate), round(HOP * rate))
    error = np.sum(np.square(target - error), axis=1)
    ratio = np.sum(np.square(target), axis=1) / np.maximum(error, 1e-20)
    return round(float(np.mean(np.clip(10 * np.log10(np.maximum(ratio, 1e-20)), LEAST, MOST))), 6)


def framed(
    name: str, target: np.ndarray, prediction: np.ndarray, rate: int, length: int, hop: int
) -> tuple[np.ndarray, np.ndarray]:
    """Two waves in frames under a Hann window, (frames, length) float64 each.

    Args:
        name: of the metric, for messages.
        target, prediction: (samples,).
        rate: samples a second, for messages.
        length, hop: samples of a frame, and from one's start to the next's.
    """
    target, prediction = np.asarray(target, "float64"), np.asarray(prediction, "float64")
    if target.ndim != 1 or target.shape != prediction.shape or len(target) < length:
        raise ValueError(
            f"{name}: expected two waves of one shape (samples,), at least {length} of them at {rate} a second, "
            f"received {target.shape} and {prediction.shape}. Cut both to one length."
        )
    window = np.hanning(length + 2)[1:-1]
    return tuple(
        np.lib.stride_tricks.sliding_window_view(wave, length)[::hop] * window
        for wave in (target, prediction)
    )
