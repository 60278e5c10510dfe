"""What the apps that translate images share: learning rates, sample grids, scores beside baselines."""

import keras
import numpy as np

from kgan.app.run.words import Verdict, counted
from kgan.data.source.examples import batch_of
from kgan.metrics.mean_gradient import mean_gradient
from kgan.metrics.psnr import psnr
from kgan.metrics.score_table import ScoreTable
from kgan.metrics.ssim import ssim
from kgan.pictures.pixels import to_float, to_uint8
from kgan.schedules import LinearDecay

SSIM_LEAST = 11


def adam(rate, steps):
    """Adam with beta_1 of 0.5: constant for half of the steps, then straight to zero (pix2pix, CycleGAN).

    Args:
        rate: float.
        steps: int, of the whole training.
    """
    schedule = LinearDecay(rate, steps // 2, steps) if steps > 1 else rate
    return keras.optimizers.Adam(schedule, beta_1=0.5)


def side_by_side(columns):
    """Lays images out for a sample grid, one row an example.

    Args:
        columns: dict from a caption to images `(count, height, width, 1 or 3)`.

    Returns:
        `(images, captions, columns)` as `kgan.app.run.stages.Stage.draw` gives them.
    """
    channels = max(images.shape[-1] for images in columns.values())
    stacked = [
        np.repeat(images, channels, -1) if images.shape[-1] < channels else images
        for images in map(np.asarray, columns.values())
    ]
    rows = np.stack(stacked, axis=1).reshape(-1, *stacked[0].shape[1:])
    captions = [*columns, *[""] * (len(rows) - len(columns))]
    return np.clip(rows, -1, 1), captions, len(columns)


def mean_image(source, key, most=2000):
    """The mean of up to `most` images of a source, `(height, width, channels)` in [-1, 1]."""
    total, count = 0.0, 0
    for batch in source.batches(64, training=False):
        images = batch[key].numpy()
        total, count = total + images.sum(axis=0, dtype="float64"), count + len(images)
        if count >= most:
            break
    return (total / count).astype("float32")


def translation_scores(truth, made):
    """How near one translated image is to the true one.

    Args:
        truth, made: float `(height, width, channels)` in [-1, 1], of one shape; compared as the 8 bits of a file.

    Returns:
        L1 in grey levels, PSNR, SSIM (left out where a side is below 11 pixels), and the mean gradient over the
        truth's.
    """
    truth, made = to_uint8(np.asarray(truth)), to_uint8(np.asarray(made))
    pair = [to_float(image)[None] for image in (truth, made)]
    scores = {
        "L1": float(np.abs(truth.astype("float32") - made).mean()),
        "PSNR": float(psnr(*pair)[0]),
        "SSIM": float(ssim(*pair)[0]) if min(truth.shape[:2]) >= SSIM_LEAST else float("nan"),
        "gradient": mean_gradient(made) / max(mean_gradient(truth), 1e-6),
    }
    return {name: value for name, value in scores.items() if not np.isnan(value)}


def pairs_verdict(model, split, most=64):
    """The `Verdict` on a trained translator of pairs: L1 to the partners, beside copying the source.

    Args:
        model: of `source` to `target`.
        split: `Split`.
        most: pairs to measure with.
    """
    pairs = batch_of(split.measured, most)
    sources, targets = pairs["source"], pairs["target"]
    made = model.predict({"source": sources}, batch_size=8, verbose=0)
    copied = np.repeat(sources, targets.shape[-1] // sources.shape[-1], axis=-1)
    mean = np.broadcast_to(mean_image(split.training, "target", 256), targets.shape)
    levels = {
        name: float(np.abs(to_uint8(targets).astype("float32") - to_uint8(images)).mean())
        for name, images in (("this", made), ("the source copied", copied), ("the mean target", mean))
    }
    result = levels.pop("this")
    best_first = dict(sorted(levels.items(), key=lambda item: item[1]))
    return Verdict(
        f"L1 of {counted(len(targets), 'pair')} {split.words}",
        result,
        best_first,
        " grey levels",
        more_is_better=False,
    )


def partners_verdict(model, source, partners, words, most=64):
    """The `Verdict` on a translator of unpaired pictures whose true partners are known.

    Args:
        model: with `translate`.
        source: of `a` and `b`.
        partners: images, the true partners of `a`.
        words: str, which pictures these are.
        most: pictures to measure with.
    """
    given = batch_of(source, most)["a"][: len(partners)]
    made = model.translate(given, "AtoB", batch_size=8)
    truth = to_uint8(partners[: len(given)]).astype("float32")
    levels = [float(np.abs(truth - to_uint8(images)).mean()) for images in (made, given)]
    what = f"L1 of {counted(len(given), 'picture')} to their true partners, {words}"
    return Verdict(what, levels[0], {"the source copied": levels[1]}, " grey levels", more_is_better=False)


def compared(protocol, truths, methods):
    """Scores of several methods on the same images.

    Args:
        protocol: str, which images, and how many.
        truths: iterable of `(height, width, channels)`.
        methods: dict from a name to images of the truths' shape, one a truth.

    Returns:
        A `kgan.metrics.score_table.ScoreTable`.
    """
    comparison = ScoreTable(protocol)
    for number, truth in enumerate(truths):
        for method, images in methods.items():
            comparison.add(str(number), method, translation_scores(truth, images[number]))
    return comparison


def means_only(comparison):
    """The means of a `ScoreTable` as a table, with its protocol; single images stay in the JSON file."""
    names = list(comparison.mean(comparison.methods[0]))
    width = max(map(len, comparison.methods)) + 2
    lines = [comparison.protocol, " " * width + "".join(f"{name:>10}" for name in names)]
    for method in comparison.methods:
        mean = comparison.mean(method)
        lines.append(f"{method:<{width}}" + "".join(f"{mean[name]:>10.4g}" for name in names))
    return "\n".join(lines)
