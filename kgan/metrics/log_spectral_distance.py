"""Log-spectral distance: how far the spectra of two recordings are apart, in dB."""

import numpy as np

from kgan.metrics.segmental_snr import framed

FLOOR = 1e-6  # 60 dB below the strongest tone of the target


def log_spectral_distance(target: np.ndarray, prediction: np.ndarray, rate: int = 16000) -> float:
    """`mean over frames of sqrt(mean over frequencies of (10 log10(P / Q))**2)` (Gray and Markel 1976).

    P and Q are the powers in frames of 32 ms, half of that apart, under a Hann window; what is 60 dB and more below the
    target's strongest counts as 60 dB.

    Args:
        target: the clean wave, (samples,).
        prediction: what is compared with it, as long.
        rate: samples a second.

    Returns:
        dB, less is better.

    Raises:
        ValueError: shapes that differ, a wave shorter than a frame, or a silent target.

    Example:
        >>> wave = np.random.default_rng(0).normal(size=16000)
        >>> round(log_spectral_distance(wave, 2 * wave), 2)
        6.02
    """
    length = round(0.032 * rate)
    frames = framed("log_spectral_distance", target, prediction, rate, length, length // 2)
    powers = [np.square(np.abs(np.fft.rfft(one, axis=1))) for one in frames]
    floor = FLOOR * np.max(powers[0])
    if floor == 0:
        raise ValueError(
            "log_spectral_distance: expected a target that sounds, received zeros. Leave it out."
        )
    levels = [10 * np.log10(np.maximum(power, floor)) for power in powers]
    return float(np.mean(np.sqrt(np.mean(np.square(levels[0] - levels[1]), axis=1))))
