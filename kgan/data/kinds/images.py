"""Images out of a folder or a zip, with their sub-folders as labels if asked for."""

import os

import numpy as np

from kgan.data.folders.index import open_index
from kgan.data.folders.layout import places
from kgan.data.folders.problems import names
from kgan.data.kinds.kind import Kind
from kgan.data.source.source import Part, Source
from kgan.data.views.pictures import Pictures
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.transparency import WHITE


def images(
    path: str | os.PathLike | None = None,
    image_size: tuple[int, int] = (64, 64),
    labels: bool = False,
    channels: int = 3,
    *,
    background: tuple[int, int, int] = WHITE,
    cache: str | os.PathLike | None = None,
    least: tuple[int, int] | None = None,
    **view,
) -> Source:
    """Opens the images in a folder and below it, or in a zip.

    Args:
        path: the folder or zip; "tfds:NAME" for a TensorFlow dataset; None for the bundled glyphs.
        image_size: (height, width), or one int for both.
        labels: bool, whether the sub-folders are classes; `label_names` are their names, sorted.
        channels: 1, 3, or 4 (with transparency).
        background: (red, green, blue), 0 to 255, what transparent images are laid over.
        cache: folder to keep the index in, or None.
        least: (height, width) or None; smaller files are left out and named. TensorFlow datasets do not tell.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...

    Returns:
        A `Source` of `image`, float32 (*image_size, channels) in [-1, 1], and with labels `label`, int32.
        Folders named train and val or test are its split.

    Raises:
        UserError: if there is nothing to read, or labels are asked for and not all images are in sub-folders.

    Example:
        >>> flowers = images("flowers", (64, 96), labels=True)
        >>> training, held_out = flowers.split(0.1)
    """
    if path is None:
        from kgan.data.samples.glyphs import glyphs

        return glyphs(image_size, channels)
    if str(path).startswith("tfds:"):
        from kgan.data.datasets.tfds import tfds

        return tfds(path, image_size, labels, channels, captions=False, background=background, **view)
    view = View(image_size, **view)
    index = open_index(path, cache).need()
    index = index if least is None else index.at_least(least)
    found = places(index.names())
    pictures = Pictures(index, view, channels, background)
    rows, classes = dict(index.rows), None
    if labels:
        classes, rows["label"] = _classes(index, found)

    def load(row, key):
        example = {"image": pictures.load(row, key)}
        return {**example, "label": row["label"]} if labels else example

    part = Part(rows, load, pictures.explain, held_out(found))
    identity = index.identity("images", view, classes, channels, tuple(background))
    return Source(part, label_names=classes, text=_describe(index, rows, classes), identity=identity)


def held_out(found: list) -> np.ndarray | None:
    """Returns which places lie in a val or test folder, or None if there is no such folder."""
    apart = np.array([place.split == "held out" for place in found])
    return apart if apart.any() else None


def _classes(index, found):
    """Returns the names of the classes and each file's number among them."""
    loose = [name for name, place in zip(index.names(), found, strict=True) if not place.folders]
    classes = sorted({place.folders[0] for place in found if place.folders})
    if len(classes) < 2 and len(loose) in (0, len(found)):
        raise UserError(
            f"expected at least two classes, sub-folders of {index.root}; found {'one' if classes else 'none'}, as in "
            f"{names(index.names()[:1])}; make a folder for each class, or ask for no labels."
        )
    if loose:
        raise UserError(
            f"expected each image of {index.root} in the folder of its class; found {len(loose):,} in none: "
            f"{names(loose)}; make a folder for each class, or ask for no labels."
        )
    number = {name: position for position, name in enumerate(classes)}
    return classes, np.array([number[place.folders[0]] for place in found], np.int32)


def _describe(index, rows, classes):
    if classes is None:
        return index.describe()
    counts = np.bincount(rows["label"], minlength=len(classes))
    fewest, most = counts.argmin(), counts.argmax()
    return (
        f"{index.describe()}\n{len(classes)} classes, from {counts[fewest]:,} images ({classes[fewest]}) "
        f"to {counts[most]:,} ({classes[most]})"
    )


def _has_classes(folder):
    found = places(folder.index.names())
    return all(place.folders for place in found) and len({place.folders[0] for place in found}) > 1


LABELED = Kind(
    "labels",
    "images with labels, their sub-folders",
    ("image-generation", "image-generation --labels"),
    recognized=_has_classes,
    opened=lambda folder, size: images(folder.path, size, labels=True, cache=folder.cache),
    is_pictures=True,
    may_be_two_folders=True,
)
KIND = Kind(
    "images",
    "images",
    ("image-generation",),
    recognized=lambda folder: True,
    opened=lambda folder, size: images(folder.path, size, cache=folder.cache),
    is_pictures=True,
)
