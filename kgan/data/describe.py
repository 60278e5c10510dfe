"""What kgan makes of a folder: its kind, counts, sizes, problems, and a picture of what the model would see."""

import os
import shlex
import tempfile

import numpy as np

from kgan.data.clips import video
from kgan.data.contact_sheet import contact_sheet
from kgan.data.kinds import captions, images, label_maps, pairs, quality_pairs, unpaired
from kgan.data.kinds.kind import Folder, Kind

LARGE = 64  # pixels a side: what super-resolution and inpainting crop by themselves

# In the order in which a folder is asked whether it is of that kind.
KINDS = (
    video.KIND,
    captions.KIND,
    quality_pairs.KIND,
    label_maps.KIND,
    pairs.KIND,
    unpaired.KIND,
    images.LABELED,
    images.KIND,
)
# What any photographs can be learned from, whatever else they are.
OF_PHOTOGRAPHS = ("super-resolution", "inpainting", "pix2pix --task colorize")
# Two folders whose names do not tell what they are may be any of these.
OF_TWO_FOLDERS = ("image-generation --labels", "pix2pix", "cyclegan")


def describe(
    folder: str | os.PathLike,
    contact_sheet_path: str | os.PathLike | None = None,
    image_size: tuple[int, int] = (128, 128),
) -> str:
    """Says what kgan makes of a folder.

    Args:
        folder: a folder or zip, or "tfds:NAME".
        contact_sheet_path: the PNG to write with what the model would see, or None for none.
        image_size: (height, width) of the images in it.

    Returns:
        A text of several lines.

    Raises:
        UserError: if there is nothing to read.

    Example:
        >>> print(describe("facades", "facades.png"))
    """
    with tempfile.TemporaryDirectory() as cache:
        if str(folder).startswith("tfds:"):
            found, commands = str(folder), []
            source = images.images(folder, image_size, cache=cache)
        else:
            looked_at = Folder(folder, cache)
            kind = _kind(looked_at)
            found = f"{folder}: {kind.words}"
            source = kind.opened(looked_at, image_size)
            commands = _commands(kind, source, looked_at)
        lines = [found, source.summary()]
        if contact_sheet_path is not None:
            lines.append(f"what a model would see: {contact_sheet(source, contact_sheet_path)}")
    for key, spec in source.element_spec.items():
        shape = " x ".join(map(str, spec.shape)) or "one"
        lines.append(f"each example's {key}: {shape} {spec.dtype.name}")
    if source.report():
        lines += ["could not be decoded:", *source.report()[:5]]
        lines += [f"and {len(source.report()) - 5:,} more"] if len(source.report()) > 5 else []
    for number, command in enumerate(commands):
        app, _, flags = command.partition(" ")
        words = f"kgan {app} train --data {shlex.quote(str(folder))} {flags}".rstrip()
        lines.append(f"{'or' if number else 'to train on it'}: {words}")
    return "\n".join(lines)


def _commands(kind: Kind, source, folder: Folder) -> list[str]:
    """The apps that can train on a folder, each with the flags that it needs, the most fitting first."""
    found = [f"{app} {kind.flags(source)}".rstrip() for app in kind.apps]
    if kind.may_be_two_folders and folder.is_any_two:
        found += [app for app in OF_TWO_FOLDERS if app not in found]
    if kind.is_pictures and _are_large(source.parts[0].rows):
        found += OF_PHOTOGRAPHS
    return found


def _are_large(rows):
    return "height" in rows and np.median(np.minimum(rows["height"], rows["width"])) >= LARGE


def kind_of(folder: str | os.PathLike, cache: str | os.PathLike | None = None) -> str:
    """Guesses the kind of a folder from its files' names and sizes.

    Args:
        folder: a folder or zip, or one file of video.
        cache: folder to keep the index in, or None.

    Returns:
        The name of one of `KINDS`.

    Raises:
        UserError: if there are neither images nor videos.
    """
    return _kind(Folder(folder, cache)).name


def _kind(folder):
    first, *others = KINDS
    if first.recognized(folder):
        return first
    folder.index.need()
    return next(kind for kind in others if kind.recognized(folder))
