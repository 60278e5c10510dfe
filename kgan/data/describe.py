"""What kgan makes of a folder: its kind, counts, sizes, problems, and a picture of what the model would see."""

import os
import pathlib
import shlex
import tempfile

import numpy as np

from kgan.data.clips.video import video
from kgan.data.contact_sheet import contact_sheet
from kgan.data.folders import caption_files
from kgan.data.folders.index import open_index
from kgan.data.folders.layout import places
from kgan.data.kinds.captions import captions
from kgan.data.kinds.images import images
from kgan.data.kinds.label_maps import label_maps
from kgan.data.kinds.pairs import pairs
from kgan.data.kinds.quality_pairs import has_qualities, qualities, quality_pairs
from kgan.data.kinds.unpaired import unpaired
from kgan.errors import UserError
from kgan.files.walk import walk

MATCHING = 0.5  # of the smaller side's files: from here on two folders hold pairs
SIDE_BY_SIDE = 0.9  # of the pictures are exactly twice as wide as high: pairs side by side
VIDEOS = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg")

LARGE = 64  # pixels a side: what super-resolution and inpainting crop by themselves

# kind -> (what to call it, what trains on it)
KINDS = {
    "images": ("images", ("image-generation",)),
    "labels": ("images with labels, their sub-folders", ("image-generation", "image-generation --labels")),
    "pairs": ("pairs of images", ("pix2pix",)),
    "unpaired": ("two sets of unpaired images", ("cyclegan",)),
    "label maps": ("images with label maps", ("pix2pix",)),
    "qualities": ("pairs of two qualities", ("super-resolution",)),
    "captions": ("images with captions", ("text-to-image", "image-generation")),
    "video": ("videos", ()),
}
# What any photographs can be learned from, whatever else they are.
OF_PHOTOGRAPHS = ("super-resolution", "inpainting", "pix2pix --task colorize")


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
        kind = "tfds" if str(folder).startswith("tfds:") else kind_of(folder, cache)
        source = _open(kind, folder, image_size, cache)
        lines = [f"{folder}: {KINDS[kind][0]}" if kind in KINDS else str(folder), source.summary()]
        two_folders = _is_two_folders(kind, folder, cache)
        if contact_sheet_path is not None:
            lines.append(f"what a model would see: {contact_sheet(source, contact_sheet_path)}")
    for key, spec in source.element_spec.items():
        shape = " x ".join(map(str, spec.shape)) or "one"
        lines.append(f"each example's {key}: {shape} {spec.dtype.name}")
    if source.report():
        lines += ["could not be decoded:", *source.report()[:5]]
        lines += [f"and {len(source.report()) - 5:,} more"] if len(source.report()) > 5 else []
    for number, command in enumerate(_commands(kind, source, two_folders)):
        app, _, flags = command.partition(" ")
        words = f"kgan {app} train --data {shlex.quote(str(folder))} {flags}".rstrip()
        lines.append(f"{'or' if number else 'to train on it'}: {words}")
    return "\n".join(lines)


def _commands(kind, source, two_folders):
    """The apps that can train on a folder, each with the flags that it needs, the most fitting first."""
    if kind not in KINDS:
        return ()
    found = list(KINDS[kind][1])
    if kind == "qualities":
        low, high = (source.element_spec[side].shape[0] for side in ("source", "target"))
        return [f"{app} --scale {high // low}" for app in found]
    if two_folders:
        # Their names do not tell what two folders are.
        found += [app for app in ("image-generation --labels", "pix2pix", "cyclegan") if app not in found]
    rows = source.parts[0].rows
    single = kind in ("images", "labels", "captions") and "height" in rows
    if single and np.median(np.minimum(rows["height"], rows["width"])) >= LARGE:
        found += OF_PHOTOGRAPHS
    return found


def kind_of(folder: str | os.PathLike, cache: str | os.PathLike | None = None) -> str:
    """Guesses the kind of a folder from its files' names and sizes.

    Args:
        folder: a folder or zip.
        cache: folder to keep the index in, or None.

    Returns:
        One of the keys of `KINDS`.

    Raises:
        UserError: if there are neither images nor videos.
    """
    root = pathlib.Path(folder).expanduser()
    if root.is_file() and root.suffix.lower() in VIDEOS:
        return "video"
    index = open_index(folder, cache)
    if not len(index) and root.is_dir() and walk(root).names(VIDEOS):
        return "video"
    index.need()
    if _has_captions(root, index) if root.is_dir() else _fit(caption_files.in_zip(root)[0], index):
        return "captions"
    if has_qualities(index.names()) and qualities(folder, cache):
        return "qualities"
    named = places(index.names(), sides=True, any_two=False)
    found = named if _has_sides(named) else places(index.names(), sides=True)
    if _has_sides(found) and (found is named or _match(found)):
        return ("label maps" if _has_maps(index, found) else "pairs") if _match(found) else "unpaired"
    if np.mean(index.rows["width"] == 2 * index.rows["height"]) >= SIDE_BY_SIDE:
        return "pairs"
    return "labels" if _has_classes(index) else "images"


def _has_sides(found):
    return {"a", "b"} <= {place.side for place in found}


def _match(found):
    """Whether at least half the files of the smaller side have a partner."""
    keys = [{place.key for place in found if place.side == side} for side in "ab"]
    return len(keys[0] & keys[1]) >= MATCHING * min(map(len, keys))


def _has_maps(index, found):
    """Whether the first side is all indexed or grey pictures, and the second is not."""
    grey = np.array([kind.endswith((" P", " L", " 1")) for kind in index.kinds])[index.rows["kind"]]
    first = np.array([place.side == "a" for place in found])
    return bool(grey[first].all() and not grey[~first].any())


def _has_classes(index):
    found = places(index.names())
    return all(place.folders for place in found) and len({place.folders[0] for place in found}) > 1


def _has_captions(root, index):
    """Whether there is one table of captions, or a text file for at least half the images."""
    if len(caption_files.tables(root)) == 1:
        # Any table may lie beside pictures: this one is of captions only if it names them.
        try:
            named, _ = caption_files.read(root)
        except (UserError, ValueError, KeyError, TypeError):
            return False
        return _fit([os.path.splitext(name)[0] for name in named], index)
    return _fit([os.path.splitext(name)[0] for name in walk(root).names((".txt",))], index)


def _fit(texts, index):
    """Whether there is a text file (named without its suffix) for at least half the images."""
    stems = {os.path.basename(name) for name in texts}
    named = sum(os.path.splitext(os.path.basename(name))[0] in stems for name in index.names())
    return bool(stems) and named >= MATCHING * len(index)


def _is_two_folders(kind, folder, cache):
    """Whether the folder is two folders of images whose names do not tell what they are."""
    if kind not in ("labels", "pairs", "label maps"):
        return False
    names = open_index(folder, cache).names()
    return not _has_sides(places(names, sides=True, any_two=False)) and _has_sides(places(names, sides=True))


def _open(kind, folder, image_size, cache):
    match kind:
        case "pairs":
            return pairs(folder, image_size, cache=cache)
        case "unpaired":
            return unpaired(folder, image_size, cache=cache)
        case "label maps":
            return label_maps(folder, image_size, cache=cache)
        case "qualities":
            scale = qualities(folder, cache).scale
            size = tuple(max(scale, side // scale * scale) for side in image_size)
            return quality_pairs(folder, size, cache=cache)
        case "captions":
            return captions(folder, image_size, missing="skip", cache=cache)
        case "video":
            return video(folder, image_size, length=8)
    return images(folder, image_size, labels=kind == "labels", cache=cache)
