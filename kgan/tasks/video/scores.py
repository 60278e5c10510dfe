"""Predicted frames beside true ones, frame by frame, over all pixels and over those that move."""

import numpy as np
from skimage.metrics import structural_similarity

from kgan.metrics.sharpness_difference import slopes
from kgan.pictures.pixels import to_float, to_uint8
from kgan.tasks.video.extrapolation import last_frame, moving_regions, optical_flow

# What an error of nothing at all counts as, so that one still frame does not make a mean infinite.
MOST = 60.0
SCORES = ("PSNR", "SSIM", "sharpness")
WINDOW = 7


def frame_scores(truth, made, region=None) -> dict[str, float]:
    """PSNR, SSIM and sharpness difference of one frame, compared as the 8 bits of a file.

    Args:
        truth, made: (height, width, channels) in [-1, 1].
        region: bool (height, width), where to compare; None for everywhere.

    Returns:
        `PSNR` and `sharpness` in dB, at most 60; `SSIM` (the mean of its map over the region). Empty where the
        region is.
    """
    region = np.ones(truth.shape[:2], bool) if region is None else region
    if not region[1:, 1:].any():
        return {}
    truth, made = _as_stored(truth, made)
    error = ((truth - made) ** 2).mean(axis=-1)[region].mean()
    blur = _blur(truth, made)[region[1:, 1:]].mean()
    _, similar = structural_similarity(
        truth, made, win_size=min(WINDOW, *truth.shape[:2]), channel_axis=-1, full=True, data_range=2.0
    )
    return {
        "PSNR": _decibels(4.0, error),
        "SSIM": float(similar[region].mean()),
        "sharpness": _decibels(2.0, blur),
    }


def _decibels(most, error):
    return min(MOST, 10 * np.log10(most / error)) if error else MOST


def compare(model, clips, count) -> dict:
    """Scores of a model's frames beside the last frame copied and optical flow, frame by frame.

    Args:
        model: `VideoPredictionGAN`.
        clips: (clips, at least input_frames + count, height, width, channels) in [-1, 1].
        count: predicted frames, each drawn from those before it.

    Returns:
        Dict from a method to a dict from "all" and "moving" to a list, an item a frame, of mean scores: means over
        the clips of each clip's value.
    """
    seen = model.input_frames
    known, truth = clips[:, :seen], clips[:, seen : seen + count]
    drawn = {
        "model": model.extrapolate(known, count),
        "last frame": np.stack([last_frame(clip, count) for clip in known]),
        "optical flow": np.stack([optical_flow(clip, count) for clip in known]),
        "black": np.full_like(truth, -1.0),
    }
    before = clips[:, seen - 1 : seen + count - 1]
    regions = [
        [moving_regions(a, b) for a, b in zip(*pair, strict=True)] for pair in zip(before, truth, strict=True)
    ]
    found = {}
    for method, frames in drawn.items():
        found[method] = {"all": [], "moving": []}
        for number in range(count):
            pairs = [(truth[i, number], frames[i, number], regions[i][number]) for i in range(len(clips))]
            found[method]["all"].append(_mean([frame_scores(t, m) for t, m, _ in pairs]))
            found[method]["moving"].append(_mean([frame_scores(t, m, where) for t, m, where in pairs]))
    return found


def first_frame(model, clips) -> dict[str, float]:
    """PSNR of the first frame after those seen, mean over clips of each clip's: "model", "last frame", "black".

    Args:
        model, clips: as for `compare`.
    """
    seen = model.input_frames
    truth, last = clips[:, seen], clips[:, seen - 1]
    drawn = {"model": model.extrapolate(clips[:, :seen], 1)[:, 0], "last frame": last}
    drawn["black"] = np.full_like(last, -1.0)
    return {
        name: float(np.mean([_psnr(*pair) for pair in zip(truth, frames, strict=True)]))
        for name, frames in drawn.items()
    }


def far_ahead(model, clips, count) -> list:
    """How PSNR and sharpness fall frame by frame, each drawn from those before it, as charts.

    Args:
        model, clips, count: as for `compare`.

    Returns:
        List of `(title, series)`, a series of `(frame, mean over clips)` for the model and what learns nothing.
    """
    seen = model.input_frames
    truth = clips[:, seen : seen + count]
    drawn = {
        "model": model.extrapolate(clips[:, :seen], count),
        "last frame": np.repeat(clips[:, seen - 1 : seen], count, axis=1),
        "black": np.full_like(truth, -1.0),
    }
    scores = {"PSNR, dB": _psnr, "Sharpness difference, dB (more is nearer)": _sharpness}
    told = f"1 to {count} frames ahead, {len(clips)} clips"
    return [
        (
            f"{title}: {told}",
            {
                name: [
                    (
                        n + 1,
                        float(np.mean([score(t, m) for t, m in zip(truth[:, n], frames[:, n], strict=True)])),
                    )
                    for n in range(count)
                ]
                for name, frames in drawn.items()
            },
        )
        for title, score in scores.items()
    ]


def _psnr(truth, made):
    truth, made = _as_stored(truth, made)
    return _decibels(4.0, ((truth - made) ** 2).mean())


def _sharpness(truth, made):
    return _decibels(2.0, _blur(*_as_stored(truth, made)).mean())


def _as_stored(*frames):
    """What 8 bits leave of frames."""
    return [to_float(to_uint8(np.asarray(frame))).astype("float64") for frame in frames]


def _blur(truth, made):
    """How far slopes differ, pixel by pixel: (height - 1, width - 1)."""
    steep = [np.asarray(slopes(frame[None]))[0] for frame in (truth, made)]
    return np.abs(steep[0] - steep[1]).mean(axis=-1)


def _mean(rows):
    rows = [row for row in rows if row]
    return {name: float(np.mean([row[name] for row in rows])) if rows else float("nan") for name in SCORES}


def table(found, protocol) -> str:
    """What `compare` found as text: a block for all pixels, one for those that move."""
    lines = [protocol]
    for where, words in (("all", "all pixels"), ("moving", "moving regions")):
        lines.append(words)
        for score in SCORES:
            lines.append(f"  {score}")
            for method, values in found.items():
                numbers = "".join(f"{row[score]:>8.3g}" for row in values[where])
                lines.append(f"    {method:<14}{numbers}")
    first = [found[method]["all"][0]["PSNR"] for method in ("model", "last frame")]
    if first[0] < first[1]:
        lines.append("The model is worse than copying the last frame: train longer before you use it.")
    return "\n".join(lines)
