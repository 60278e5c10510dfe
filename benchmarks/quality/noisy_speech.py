"""Recorded speech with added noise, and the Wiener filter that takes it off again: shared by the scripts here."""

from pathlib import Path

import numpy as np
from scipy import signal

from kgan.data.sounds.sound_files import RATE, read_sound

LEAD = RATE // 4  # samples of silence before a clip, which Wiener's filter learns the noise from
SHORTEST = RATE // 2
KINDS = ("white", "pink", "babble")


def clips(folder: str | Path, most: int | None = None) -> list[np.ndarray]:
    """Recordings below a folder, in an order of seed 0, each (samples,) with its loudest at 0.5; tones left out.

    Args:
        folder: of `*.g722` or `*.wav` files of 16 kHz.
        most: how many; left out: all.
    """
    files = sorted(path for path in Path(folder).rglob("*") if path.suffix in (".g722", ".wav"))
    files = [
        path for path in files if "silence" not in str(path) and not {"tone", "beep"} & set(_words(path))
    ]
    found = []
    for index in np.random.default_rng(0).permutation(len(files)):
        wave = read_sound(files[index])
        if len(wave) >= SHORTEST and np.max(np.abs(wave)) > 0.02:
            found.append(0.5 * wave / np.max(np.abs(wave)))
        if len(found) == most:
            break
    return found


def _words(path):
    return path.stem.replace("-", "_").split("_")


def noise(kind: str, count: int, random: np.random.Generator, voices: list) -> np.ndarray:
    """Noise of unit power, (count,): white, pink (1 / f), or six other voices at once."""
    if kind == "babble":
        total = np.zeros(count)
        for _ in range(6):
            wave = np.concatenate([voices[index] for index in random.integers(len(voices), size=8)])
            total += np.resize(np.roll(wave, random.integers(len(wave))), count)
    else:
        spectrum = np.fft.rfft(random.normal(size=count))
        if kind == "pink":
            spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
        total = np.fft.irfft(spectrum, count)
    return total / np.sqrt(np.mean(np.square(total)))


def mixed(
    clean: np.ndarray, kind: str, decibels: float, random: np.random.Generator, voices: list
) -> tuple[np.ndarray, np.ndarray]:
    """(noisy, clean), both with a quarter of a second before the speech, at this ratio of speech to noise."""
    clean = np.concatenate([np.zeros(LEAD), clean])
    power = np.mean(np.square(clean[LEAD:]))
    noisy = clean + noise(kind, len(clean), random, voices) * np.sqrt(power / 10 ** (decibels / 10))
    scale = 1 / max(1.0, np.max(np.abs(noisy)))
    return (scale * noisy).astype("float32"), (scale * clean).astype("float32")


def wiener(noisy: np.ndarray, alpha: float = 0.98, least: float = 10**-2.5) -> np.ndarray:
    """Wiener's filter with an a priori ratio that is followed from frame to frame (Scalart and Filho 1996).

    The noise's power N is that of the lead-in. With the gain `xi / (1 + xi)` and
    `xi = alpha |S'|**2 / N + (1 - alpha) max(|Y|**2 / N - 1, 0)`, S' the frame before as it came out.
    """
    _, _, spectra = signal.stft(noisy, RATE, nperseg=512, noverlap=384)
    of_noise = np.mean(np.square(np.abs(spectra[:, : LEAD // 128 - 2])), axis=1) + 1e-12
    cleaned, before = np.empty_like(spectra), np.zeros(len(of_noise))
    for index, frame in enumerate(spectra.T):
        posterior = np.square(np.abs(frame)) / of_noise
        prior = np.maximum(alpha * before + (1 - alpha) * np.maximum(posterior - 1, 0), least)
        cleaned[:, index] = prior / (1 + prior) * frame
        before = np.square(np.abs(cleaned[:, index])) / of_noise
    return signal.istft(cleaned, RATE, nperseg=512, noverlap=384)[1][: len(noisy)].astype("float32")
