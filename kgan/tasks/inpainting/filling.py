"""Networks that fill holes: in sample grids, on crops around holes, and measured beside fillings that learn nothing."""

import numpy as np
from skimage.restoration import inpaint_biharmonic

from kgan.app.run.words import Verdict, counted
from kgan.data.source.examples import spread
from kgan.metrics.hole_scores import hole_scores
from kgan.metrics.score_table import ScoreTable
from kgan.pictures.pixels import to_uint8


def drawn(model, shown):
    """Images, captions and columns of the sample grids: broken, filled and true, side by side."""
    made = model.predict_on_batch(shown)
    broken = np.where(shown["mask"] > 0, 1.0, shown["image"])
    rows = [one for three in zip(broken, made, shown["image"], strict=True) for one in three]
    names = ["hole", "filled", "original"] * 2
    return np.stack(rows), [*names[: len(rows)], *[""] * (len(rows) - 6)], 6


def crop_filler(model):
    """What `fill_by_crops` wants of a context encoder: a function, its size, and that of what it paints."""
    size = model.generator.inputs[0].shape[1:3]
    painted = model.generator.outputs[0].shape[1:3]

    def fill(image, mask):
        if painted != size:
            # It has only ever seen its whole centre missing.
            mask = np.zeros_like(mask)
            top, left = ((side - inner) // 2 for side, inner in zip(size, painted, strict=True))
            mask[:, top : top + painted[0], left : left + painted[1]] = 1
        return model.predict_on_batch({"image": image, "mask": mask})

    # Of a network for holes anywhere, what surrounds a hole shall be as much as the hole.
    return fill, size, painted if painted != size else tuple(side // 2 for side in size)


def verdict(model, split, most=32):
    """The `Verdict` on a trained model: PSNR in the holes of held-out images, beside fillings that learn nothing.

    Args:
        model: an inpainting scheme.
        split: `Split`.
        most: images to measure with.
    """
    comparison = compared(model, split.measured, most, "", split.words)
    if comparison is None or not comparison.rows:
        return None
    scores = {method: comparison.mean(method)["PSNR"] for method in comparison.methods}
    result = scores.pop("this model")
    order = sorted(scores, key=lambda method: -scores[method])
    what = f"PSNR in the holes of {counted(min(most, len(split.measured)), 'image')} {split.words}"
    return Verdict(what, result, {method: scores[method] for method in order}, " dB")


def compared(model, source, count, mask, split):
    """A `ScoreTable` of the model with two fillings that learn nothing.

    Args:
        model: an inpainting scheme.
        source: of `image` and `mask`.
        count: at most so many images, evenly spread over the source.
        mask, split: in words.
    """
    some = spread(source, count)
    groups = some.parts[0].groups
    pictures = len(some) if groups is None else len(np.unique(groups))
    comparison = None
    for batch in some.batches(8, training=False):
        images, masks = batch["image"].numpy(), batch["mask"].numpy()
        made = to_uint8(model.predict_on_batch({"image": images, "mask": masks}))
        if comparison is None:
            height, width = images.shape[1:3]
            comparison = ScoreTable(
                f"hole: {mask}; {len(some)} images of {width}x{height} from {pictures} pictures, {split}; "
                "PSNR, SSIM and L1 (in grey levels) on the hole only"
            )
        for original, filled, hole in zip(to_uint8(images), made, masks[..., 0] > 0, strict=True):
            if not hole.any() or hole.all():
                continue
            name = f"image {len(comparison.rows) // 3}"
            mean = original.copy()
            mean[hole] = np.rint(original[~hole].mean(0))
            smooth = original.copy()
            smooth[hole] = to_uint8(
                2 * inpaint_biharmonic(np.where(hole[..., None], 0, original), hole, channel_axis=-1)[hole]
                - 1
            )
            for method, image in (("mean", mean), ("biharmonic", smooth), ("this model", filled)):
                comparison.add(name, method, hole_scores(original, image, hole))
    return comparison
