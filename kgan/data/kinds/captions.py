"""Images with sentences that describe them."""

import dataclasses
import os
import pathlib

import numpy as np
import tensorflow as tf

from kgan.data.folders import caption_files
from kgan.data.folders.index import Index, open_index
from kgan.data.folders.layout import places
from kgan.data.folders.problems import names
from kgan.data.kinds.images import held_out
from kgan.data.kinds.kind import MATCHING, Folder, Kind
from kgan.data.source.keys import fold
from kgan.data.source.source import Part, Source
from kgan.data.views.pictures import Pictures
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.files.walk import walk
from kgan.pictures.transparency import WHITE


def captions(
    folder: str | os.PathLike,
    image_size: int | tuple[int, int] = 64,
    *,
    file: str | os.PathLike | None = None,
    channels: int = 3,
    background: tuple[int, int, int] = WHITE,
    missing: str = "error",
    cache: str | os.PathLike | None = None,
    **view,
) -> Source:
    """Images and their captions.

    Captions come from text files (`name.txt` for `name.jpg`, one caption a line; beside the image, or
    elsewhere below the folder if the name is unique), from a CSV or JSONL file with `file` and `caption`, or
    from COCO's captions JSON. An image may have several: in training each epoch draws one, in evaluation it
    is the first.

    Args:
        folder: the folder (with sub-folders) of images, or a zip file of them; its text files may be
            in it, tables are beside it.
        image_size: int, or (height, width).
        file: the CSV, JSONL or JSON file. Default: the only one in `folder` or `folder/annotations`, else the
            text files.
        channels: 1 or 3.
        background: what transparent images are laid over.
        missing: "error", or "skip" for leaving out images without captions and captions without images.
        cache: where to keep the index of the folder.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...
            Turn `mirror` off where captions speak of left and right.

    Returns:
        A `Source` of dicts with `image`, float32 (height, width, channels) in [-1, 1], and `caption`, string.

    Raises:
        UserError: no images, no captions, or some without the other; the first five are named.

    Example:
        >>> training, held_out = captions("flowers", (64, 64), file="captions.csv", mirror=False).split()
    """
    if missing not in ("error", "skip"):
        raise ValueError(f'expected missing "error" or "skip"; received {missing!r}; use one of those')
    folder = pathlib.Path(folder).expanduser()
    view = View(image_size, **view)
    index = open_index(folder, cache).need()
    table, origin = caption_files.in_zip(folder) if index.is_zip and file is None else ({}, "")
    if not table:
        table, origin = caption_files.read(folder if folder.is_dir() else folder.parent, file)
    found, lost = _match(table, index, by_stem=origin.startswith(caption_files.TEXT_FILES))
    without = [name for name, texts in zip(index.names(), found, strict=True) if not texts]
    if len(without) == len(index):
        raise UserError(
            f"expected captions for the {len(index):,} images in {folder}, found none ({origin}): write "
            'name.txt beside name.jpg, or a CSV file with the columns "file" and "caption"'
        )
    text = [_without_used(index, table, origin).describe(), f"{sum(map(len, found)):,} captions ({origin})"]
    for many, missed in (("images without captions", without), ("captions without images", lost)):
        what = many if len(missed) != 1 else many.replace("s ", " ", 1)
        if missed and missing == "error":
            raise UserError(
                f"expected captions and images to match, found {len(missed):,} {what}: {names(missed)} ({origin}); "
                'add what is missing, or leave these out with missing="skip"'
            )
        if missed:
            text.append(f"{len(missed):,} {what} left out: {names(missed)}")
    kept = np.array([bool(texts) for texts in found])
    index = index.take(kept)
    found = [[" ".join(text.split()) for text in texts] for texts in found if texts]
    pictures = Pictures(index, view, channels, background)

    def load(row, key):
        sentences = tf.strings.split(row["sentences"], "\n")
        choice = tf.zeros([], tf.int64)
        if key is not None:
            count = tf.size(sentences, tf.int64)
            choice = tf.random.stateless_uniform([], fold(key, "caption"), 0, count, tf.int64)
        return {"image": pictures.load(row, key), "caption": sentences[choice]}

    # Of an image all captions in one row, a line each, so that a split takes its own along.
    rows = {**index.rows, "sentences": np.array(["\n".join(texts).encode() for texts in found], object)}
    identity = index.identity("captions", view, channels, background, found)
    part = Part(rows, load, pictures.explain, held_out(places(index.names())))
    return Source(part, text="\n".join(text), identity=identity)


def _without_used(index: Index, table: dict, origin: str) -> Index:
    """The index without the files of captions among the files that were passed over."""
    if origin.startswith(caption_files.TEXT_FILES):
        others = [name for name in index.others if name.removesuffix(".txt") not in table]
        return dataclasses.replace(index, others=others, other_count=index.other_count - len(table))
    used = origin.partition(";")[0]
    others = [name for name in index.others if os.path.basename(name) != used]
    return dataclasses.replace(index, others=others, other_count=index.other_count - 1)


def _match(table: dict[str, list[str]], index: Index, by_stem: bool) -> tuple[list[list[str]], list[str]]:
    """The captions of each image of the index, and the names in the table that no image has.

    A name is matched in full, or, where that fails, by its last part if only one image has that.
    """
    keys = [os.path.splitext(name)[0] if by_stem else name for name in index.names()]
    exact = {key: number for number, key in enumerate(keys)}
    last: dict[str, int | None] = {}
    for number, key in enumerate(keys):
        short = key.rpartition("/")[2]
        last[short] = None if short in last else number
    broken = {os.path.splitext(name)[0] if by_stem else name for name in index.problems}
    broken |= {name.rpartition("/")[2] for name in broken}
    found: list[list[str]] = [[] for _ in keys]
    lost = []
    for name, texts in table.items():
        number = exact.get(name.removeprefix("./"))
        if number is None:
            number = last.get(name.rpartition("/")[2])
        if number is not None:
            found[number].extend(texts)
        elif not by_stem and name.rpartition("/")[2] not in broken:
            lost.append(name)  # a text file without an image is a README as likely as not
    return found, lost


def _has_captions(folder: Folder) -> bool:
    """Whether there is one table of captions, or a text file for at least half the images."""
    if not folder.root.is_dir():
        return _fit(caption_files.in_zip(folder.root)[0], folder.index)
    if len(caption_files.tables(folder.root)) == 1:
        # Any table may lie beside pictures: this one is of captions only if it names them.
        try:
            named, _ = caption_files.read(folder.root)
        except (UserError, ValueError, KeyError, TypeError):
            return False
        return _fit([os.path.splitext(name)[0] for name in named], folder.index)
    return _fit([os.path.splitext(name)[0] for name in walk(folder.root).names((".txt",))], folder.index)


def _fit(texts, index):
    """Whether there is a text file (named without its suffix) for at least half the images."""
    stems = {os.path.basename(name) for name in texts}
    named = sum(os.path.splitext(os.path.basename(name))[0] in stems for name in index.names())
    return bool(stems) and named >= MATCHING * len(index)


KIND = Kind(
    "captions",
    "images with captions",
    ("text-to-image", "image-generation"),
    recognized=_has_captions,
    opened=lambda folder, size: captions(folder.path, size, missing="skip", cache=folder.cache),
    is_pictures=True,
)
