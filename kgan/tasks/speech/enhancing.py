"""A recording of any length through a model of one window."""

import keras
import numpy as np

from kgan.data.sounds.windows import EMPHASIS, pre_emphasize, undo_emphasis, windows


def enhance(
    model: keras.Model, wave: np.ndarray, emphasis: float = EMPHASIS, batch_size: int = 16
) -> np.ndarray:
    """A recording, window by window without overlap, as the paper of SEGAN does it.

    Args:
        model: `SEGAN`, trained on waves with this emphasis.
        wave: (samples,) in [-1, 1], of the rate that the model was trained at.
        emphasis: of high tones before the model, undone after it; 0 for none.
        batch_size: windows at a time.

    Returns:
        (samples,) float32.

    Raises:
        ValueError: no samples, several channels, or numbers out of [-1, 1].
    """
    wave = np.asarray(wave)
    loudest = np.max(np.abs(wave)) if wave.size else 0.0
    if wave.ndim != 1 or not wave.size or not loudest <= 1:
        raise ValueError(
            f"enhance: expected samples of shape (count,) in [-1, 1], received shape {wave.shape} and numbers up to "
            f"{loudest:.4g}. Read them with read_sound."
        )
    seen = windows(pre_emphasize(wave, emphasis), model.length)
    made = model.predict({"source": seen}, batch_size=batch_size, verbose=0)
    return undo_emphasis(made.reshape(-1)[: len(wave)], emphasis)
