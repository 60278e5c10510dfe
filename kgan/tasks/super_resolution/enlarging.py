"""Networks that enlarge: as they serve, beside bicubic in sample grids, and measured on whole pictures."""

import os
from pathlib import Path

import keras
import numpy as np

from kgan.app.predicting.predict_files import plan
from kgan.app.run.loading import load_model
from kgan.app.run.words import Verdict, counted
from kgan.data.samples import photograph_files
from kgan.data.source.examples import batch_of
from kgan.data.views.degradation import degraded, enlarged
from kgan.errors import UserError
from kgan.metrics.enlargement_scores import enlargement_scores
from kgan.metrics.psnr import psnr
from kgan.metrics.score_table import ScoreTable
from kgan.pictures import picture_file
from kgan.pictures.picture import as_integers
from kgan.pictures.pixels import to_float, to_uint8
from kgan.schemes import SuperResolution
from kgan.schemes.super_resolution.esrgan import interpolate_networks
from kgan.tiles.runner import ImageNetwork


def served(model):
    """The generator as it serves: with its moving average, if there is one."""
    for variable, average in model.averaged:
        variable.assign(average)
    return model.generator


def chosen(verb, model):
    """The generator that a verb asks for: the last one, or one between it and the pixel stage's."""
    last = served(model)
    if verb.interpolate is None:
        return last
    pixel = verb.folder.stages / "pixel.keras"
    if verb.model or not pixel.is_file():
        raise UserError(
            f"expected --interpolate with a --run that has both stages; found no {pixel}; drop it or train so"
        )
    return interpolate_networks(served(load_model(pixel)), last, verb.interpolate)


def image_network(generator):
    """The `ImageNetwork` of a generator, run with its own graph for each size and no XLA."""
    model = SuperResolution(generator)
    model.compile(jit_compile=False)
    return ImageNetwork(
        lambda images: model.predict_on_batch({"source": images["image"]}), generator, scale_of(generator)
    )


def scale_of(generator):
    """How many times larger a generator makes images."""
    image = keras.KerasTensor((1, 32, 32, generator.inputs[0].shape[-1]))
    return generator.compute_output_spec(image).shape[1] // 32


def drawn(model, shown):
    """Images, captions and columns of the sample grids: bicubic, made and true, side by side."""
    scale = shown["target"].shape[1] // shown["source"].shape[1]
    made = model.predict_on_batch({"source": shown["source"]})
    rows = []
    for small, large, truth in zip(shown["source"], made, shown["target"], strict=True):
        rows += [to_float(enlarged(to_uint8(small), scale)), np.clip(large, -1, 1), truth]
    return np.stack(rows), ["bicubic", "made", "original"] + [""] * (len(rows) - 3), 3


def verdict(model, split, most=64):
    """The `Verdict` on a trained model: PSNR on luma of held-out crops, beside bicubic enlargement.

    Args:
        model: of `source` to `target`.
        split: `Split`.
        most: crops to measure with.
    """
    shown = batch_of(split.measured, most)
    scale = shown["target"].shape[1] // shown["source"].shape[1]
    bicubic = np.stack([to_float(enlarged(to_uint8(small), scale)) for small in shown["source"]])
    made = {"this": model.predict({"source": shown["source"]}, batch_size=8, verbose=0), "bicubic": bicubic}
    scores = {
        name: float(np.mean(psnr(shown["target"], np.clip(images, -1, 1), color="y", border=scale)))
        for name, images in made.items()
    }
    what = f"PSNR on luma of {counted(len(shown['target']), 'crop')} {split.words}"
    return Verdict(what, scores["this"], {"bicubic": scores["bicubic"]}, " dB")


def pictures_below(folder):
    """The pictures in a folder and below it, in colour: (name, uint8 pixels) of each."""
    jobs = plan([folder], "unused-output", overwrite=True)
    return [(job.name, in_colour(picture_file.read(job.source))) for job in jobs]


def whole_pictures(folder, source):
    """The pictures that a source crops from, whole: (name, uint8 pixels) of each.

    Args:
        folder: path of what the source reads, or `tfds:NAME`; None for the bundled photographs.
        source: of `target`; of pairs of two qualities each also has the pixels of its partner of low quality.
    """
    (part,) = source.parts
    if "target" in part.rows and Path(folder).is_dir():
        sides = [map(os.fsdecode, part.rows[side]["name"]) for side in ("target", "source")]
        return [
            (name, *(in_colour(picture_file.read(Path(folder, one))) for one in (name, partner)))
            for name, partner in zip(*sides, strict=True)
        ]
    if not folder:
        scenes = {**photograph_files.PHOTOGRAPHS, **photograph_files.SCIENCE}
        found = [list(scenes.items())[group] for group in np.unique(part.groups)]
        return [(name, photograph_files.read(files[0])) for name, files in found]
    if Path(folder).is_dir():
        names = [os.fsdecode(name) for name in part.rows["name"]]
        return [(name, in_colour(picture_file.read(Path(folder, name)))) for name in names]
    images = [image for batch in source.batches(16, training=False) for image in batch["target"].numpy()]
    return [(f"item {number}", to_uint8(image)) for number, image in enumerate(images)]


def in_colour(picture):
    """The pixels of a `Picture` as uint8 RGB."""
    return as_integers(picture.floats(3), False)


def compared(pictures, methods, scale, degradation, split, distance):
    """A `ScoreTable` of bicubic and of each method on pictures that are made smaller first.

    Args:
        pictures: list of (name, uint8 (height, width, 3)), or with the picture of low quality after it.
        methods: dict of name to `Runner`.
        scale: int.
        degradation: "bicubic" or "blind".
        split: which pictures, in words.
        distance: `PerceptualDistance`.
    """
    least = 11 + 2 * scale
    small = [name for name, pixels, *_ in pictures if min(pixels.shape[:2]) // scale * scale < least]
    if small:
        raise UserError(
            f"expected pictures of at least {least + scale} pixels a side at scale {scale}; found "
            f"{len(small)} smaller: {', '.join(small[:3])}; leave them out"
        )
    how = "own pairs" if any(len(picture) > 2 for picture in pictures) else f"{degradation} degradation"
    text = (
        f"x{scale}, {how}, {scale} pixels of border left out; {len(pictures)} pictures, {split}; "
        f"perceptual distance by {distance.name}" + (f"\nNote: {distance.notice}" if distance.notice else "")
    )
    comparison = ScoreTable(text)
    for number, (name, pixels, *partner) in enumerate(pictures):
        original = pixels[: pixels.shape[0] // scale * scale, : pixels.shape[1] // scale * scale]
        given = partner[0] if partner else degraded(pixels, scale, degradation, seed=number)
        made = {"bicubic": enlarged(given, scale)}
        made |= {method: to_uint8(run({"image": to_float(given)})) for method, run in methods.items()}
        for method, image in made.items():
            scores = enlargement_scores(original, image, scale)
            scores["perceptual"] = float(distance.update(to_float(original)[None], to_float(image)[None])[0])
            comparison.add(f"{name} {original.shape[1]}x{original.shape[0]}", method, scores)
    return comparison
