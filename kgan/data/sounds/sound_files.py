"""Recordings as arrays and back: any file that PyAV decodes, WAV out."""

import os

import numpy as np

from kgan.errors import UserError
from kgan.files.atomic import replacing_path

RATE = 16000  # samples a second; what speech needs


def read_sound(path: str | os.PathLike, rate: int = RATE, resample: bool = False) -> np.ndarray:
    """A recording's samples.

    Args:
        path: of a WAV, FLAC, MP3, Ogg, G.722 or other file; of several channels the mean is taken.
        rate: samples a second that are wanted.
        resample: whether a file of another rate is brought to this one, and not refused.

    Returns:
        (samples,) float32 in [-1, 1].

    Raises:
        UserError: no sound, or of another rate.

    Example:
        `read_sound("speech.wav")` of a second is an array of 16,000 samples.
    """
    import av

    # G.722 has no header that says what it is.
    options = {"format": "g722"} if str(path).lower().endswith(".g722") else {}
    resampler, found = av.AudioResampler("fltp", rate=rate), []
    try:
        with av.open(str(path), **options) as container:
            stream = container.streams.audio[0]
            if stream.rate != rate and not resample:
                raise UserError(
                    f"{path}: expected {rate} samples a second, found {stream.rate}. Read it with resample=True, or "
                    f"convert it: ffmpeg -i IN -ar {rate} OUT.wav."
                )
            for frame in container.decode(stream):
                found += [part.to_ndarray().mean(axis=0) for part in resampler.resample(frame)]
            found += [part.to_ndarray().mean(axis=0) for part in resampler.resample(None)]
    except (av.FFmpegError, IndexError) as error:
        raise UserError(
            f"{path}: expected a recording, found none that can be read ({error}). Give a WAV file."
        ) from error
    if not found:
        raise UserError(f"{path}: expected a recording, found one without samples. Give another.")
    return np.concatenate(found).astype("float32")


def write_sound(path: str | os.PathLike, wave: np.ndarray, rate: int = RATE) -> None:
    """A WAV file of 16 bits and one channel.

    Args:
        path: of the file, ending in .wav; appears whole or not at all.
        wave: (samples,) in [-1, 1]; what is louder is clipped.
        rate: samples a second.

    Raises:
        UserError: another shape, numbers that are not finite, or another kind of file.
    """
    import av

    wave = np.asarray(wave)
    if wave.ndim != 1 or not wave.size or not np.isfinite(wave).all():
        raise UserError(
            f"{path}: expected finite samples of shape (count,), received shape {wave.shape}. Write one channel."
        )
    if not str(path).lower().endswith(".wav"):
        raise UserError(f"{path}: expected a name that ends in .wav. Name it so.")
    samples = np.clip(np.round(wave * 32768.0), -32768, 32767).astype("int16")
    with replacing_path(path) as temporary, av.open(str(temporary), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
