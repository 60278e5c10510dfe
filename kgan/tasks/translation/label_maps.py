"""Pictures of label maps: the scheme, how maps are shown and read, and what a result is held against."""

import colorsys
import os
from pathlib import Path

import numpy as np

from kgan.errors import UserError


def build(train, labels, steps):
    """Returns the compiled `SPADE`.

    Args:
        train: the `Train` command of `apps/pix2pix.py`.
        labels: list of str, the names of the classes.
        steps: int, of the whole training.
    """
    from kgan.networks import multiscale_patchgan, spade
    from kgan.schemes import SPADE
    from kgan.tasks.translation.translation import adam

    generator = spade.generator(
        train.size,
        train.channels,
        len(labels),
        train.width,
        hidden=2 * train.width,
        normalization=train.normalization,
    )
    discriminator = multiscale_patchgan.discriminator(
        train.channels, len(labels), patch=train.patch, width=train.width, spectral_normalization=True
    )
    model = SPADE(generator, discriminator)
    rate = train.given["learning_rate"]
    sides = () if rate is None else ("generator", "discriminator")  # else the paper's two
    optimizers = {f"{side}_optimizer": adam(rate, steps) for side in sides}
    model.compile(
        **optimizers,
        loss_weights={"generator/adversarial": train.adversarial_weight},
        ema_decay=train.decay(train.ema_half_life, steps),
        seed=train.seed,
        jit_compile=train.jit_compile,
    )
    return model


def colored(classes, count: int) -> np.ndarray:
    """Maps as pictures, a hue a class: integers (..., height, width, 1) to float32 (..., height, width, 3)."""
    colors = [colorsys.hsv_to_rgb(index / count, 0.75, 0.6 + 0.4 * (index % 2)) for index in range(count)]
    return (2 * np.array(colors, "float32") - 1)[np.asarray(classes)[..., 0]]


def read(path: str | os.PathLike, values: list[int]) -> np.ndarray:
    """A file's classes, int32 (height, width, 1).

    Args:
        path: an indexed or grey picture of 8 bits.
        values: what stands in it for class 0, 1, ...

    Raises:
        UserError: another picture, or a value that no class has.
    """
    from kgan.data.kinds.label_maps import LARGEST, map_pixels

    try:
        pixels = map_pixels(Path(path).read_bytes())
    except ValueError as error:
        raise UserError(
            f"expected a label map, an indexed or grey picture, in {path}; found that it {error}; convert it"
        ) from None
    table = np.full(LARGEST, -1, np.int32)
    table[values] = np.arange(len(values))
    classes = table[pixels]
    unknown = np.unique(pixels[classes < 0])
    if len(unknown):
        raise UserError(
            f"expected label maps of the values {', '.join(map(str, values))}; found {unknown[0]} in {path}; use the "
            "values that the model was trained on"
        )
    return classes


def values_of(labels: list[str]) -> list[int]:
    """What stands in maps for each class: its name, where all names are numbers, else its number."""
    return (
        [int(name) for name in labels] if all(name.isdigit() for name in labels) else list(range(len(labels)))
    )


def verdict(model, split, most=64):
    """The `Verdict` on a trained model of label maps: L1 to the true pictures, beside the mean color of each class."""
    from kgan.app.run.words import Verdict, counted
    from kgan.data.source.examples import batch_of
    from kgan.pictures.pixels import to_uint8

    pairs = batch_of(split.measured, most)
    seen = batch_of(split.training, 4 * most)
    made = model.predict({"source": pairs["source"]}, batch_size=8, verbose=0)
    truth = to_uint8(pairs["target"]).astype("float32")
    levels = [
        float(np.abs(truth - to_uint8(images)).mean()) for images in (made, painted(pairs["source"], seen))
    ]
    what = f"L1 of {counted(len(truth), 'picture')} {split.words}"
    return Verdict(
        what, levels[0], {"each class in its mean color": levels[1]}, " grey levels", more_is_better=False
    )


def painted(classes, seen: dict) -> np.ndarray:
    """Each class in the mean color that it has in `seen`, a batch of `source` and `target`; unseen ones grey."""
    known, target = seen["source"][..., 0], np.asarray(seen["target"])
    count = max(int(known.max()), int(np.max(classes))) + 1
    colors = np.zeros((count, target.shape[-1]), "float32")
    for index in np.unique(known):
        colors[index] = target[known == index].mean(axis=0)
    return colors[np.asarray(classes)[..., 0]]
