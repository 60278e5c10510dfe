"""Sample grids of clips: a row what was seen and what followed, below it what a model drew."""

import numpy as np


def clips_in_rows(model, clips, count):
    """Lays clips out in time, two rows a clip.

    Args:
        model: `VideoPredictionGAN`.
        clips: (clips, input_frames + count, height, width, channels) in [-1, 1].
        count: frames to draw.

    Returns:
        `(images, captions, columns)` as `kgan.pictures.grid.image_grid` takes them.
    """
    seen = model.input_frames
    made = model.extrapolate(clips[:, :seen], count)
    rows, captions = [], []
    for clip, drawn in zip(clips, made, strict=True):
        rows += [*clip[: seen + count], *np.full_like(clip[:seen], 1.0), *drawn]
        first = not captions
        captions += ["seen"] * seen + ["truth"] * count if first else [""] * (seen + count)
        captions += [""] * seen + (["drawn"] * count if first else [""] * count)
    return np.clip(np.stack(rows), -1, 1), captions, seen + count
