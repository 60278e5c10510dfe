"""Predicted frames as files: numbered PNG frames, and a GIF or MP4 beside the truth."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from kgan.files.atomic import replacing, replacing_path
from kgan.pictures.grid import save_gif
from kgan.pictures.pixels import to_uint8

GAP = 2


def as_pictures(frames):
    """(n, height, width, 1 or 3) in [-1, 1] as uint8 (n, height, width, 3)."""
    pixels = to_uint8(np.clip(np.asarray(frames), -1, 1))
    return np.repeat(pixels, 3 // pixels.shape[-1], axis=-1)


def beside(made, truth):
    """Two clips side by side, the predicted one on the left; a clip that ends early ends in grey."""
    count, height = len(made), made.shape[1]
    rest = np.full((count - len(truth), *made.shape[1:]), 128, np.uint8)
    gap = np.full((count, height, GAP, 3), 255, np.uint8)
    return np.concatenate([made, gap, np.concatenate([truth[:count], rest])], axis=2)


def write_frames(frames, folder: Path) -> None:
    """uint8 (n, height, width, 3) as `frame_0001.png`, `frame_0002.png`, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames, 1):
        with replacing(folder / f"frame_{number:04d}.png") as stream:
            Image.fromarray(frame).save(stream, format="PNG")


def write_clip(frames, path: Path, rate: float) -> None:
    """uint8 (n, height, width, 3) as a GIF or an MP4 (H.264), by the ending of `path`.

    Args:
        rate: frames a second.
    """
    if path.suffix == ".gif":
        save_gif([Image.fromarray(frame) for frame in frames], path, round(1000 / rate))
        return
    import av

    even = frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2]  # H.264 halves its colors
    with replacing_path(path) as partial, av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(1000))
        stream.height, stream.width, stream.pix_fmt = *even.shape[1:3], "yuv420p"
        for frame in even:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24"))
            )
        container.mux(stream.encode())
