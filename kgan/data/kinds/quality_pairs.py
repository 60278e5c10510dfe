"""Pairs of one picture in two qualities, `source` (low) and `target` (high): what super-resolution learns from."""

import os
from typing import NamedTuple

import numpy as np

from kgan.data.folders.index import open_index
from kgan.data.folders.layout import quality_of, quality_places
from kgan.data.folders.listing import sizes
from kgan.data.kinds.images import held_out
from kgan.data.kinds.kind import Folder, Kind
from kgan.data.kinds.pairs import Side, matched
from kgan.data.source.source import Part, Source
from kgan.data.views.pictures import Pictures
from kgan.data.views.view import View, Window
from kgan.errors import UserError
from kgan.pictures.transparency import WHITE

SCALES = (1, 2, 3, 4, 8)


class Qualities(NamedTuple):
    """The low and the high side of a folder, row by row a pair, what had no partner, and the scale between them."""

    low: Side
    high: Side
    text: str
    scale: int


def quality_pairs(
    path: str | os.PathLike,
    image_size: tuple[int, int] = (96, 96),
    scale: int | None = None,
    channels: int = 3,
    *,
    background: tuple[int, int, int] = WHITE,
    cache: str | os.PathLike | None = None,
    mirror: bool = True,
    rotate: bool = True,
    random_crop: bool = True,
) -> Source:
    """Opens pairs of low and high quality, each `scale` times as large as its partner: 1 for restoration.

    Understood are folders `hq` and `lq` (or hr and lr, high and low, gt and degraded, sharp and blurred, clean and
    noisy; names such as DIV2K_train_HR and DIV2K_train_LR_bicubic/X4 too), whose files match by name (0801x4.png is
    the small one of 0801.png). A training window, mirroring and turning are drawn once for a pair. Pairs smaller than
    the crop are left out and named.

    Args:
        path: the folder or zip.
        image_size: (height, width) of the large crops, or one int for both; multiples of the scale.
        scale: 1, 2, 3, 4 or 8; None to take that of the files.
        channels: 1 or 3.
        background: (red, green, blue), 0 to 255, what transparent images are laid over.
        cache: folder to keep the index in, or None.
        mirror: see `kgan.data.views.view.View`; so are `rotate` and `random_crop`.
        rotate: see `mirror`.
        random_crop: see `mirror`.

    Returns:
        A `Source` of `source`, float32 (height / scale, width / scale, channels), and `target`, float32
        (*image_size, channels), in [-1, 1].

    Raises:
        UserError: if the folder holds no two qualities, their sizes do not fit, or fit another scale.

    Example:
        >>> quality_pairs("photographs", (96, 96), scale=4).split(0.1)
    """
    found = qualities(path, cache)
    if found is None:
        raise UserError(
            f"expected folders of two qualities in {path}, such as hq and lq; found none; rename them."
        )
    if scale not in (None, found.scale):
        raise UserError(
            f"expected pairs at scale {scale} in {path}; found scale {found.scale}, such as "
            f"{sizes(found.low.index.rows, found.high.index.rows, [0])}; ask for scale {found.scale}."
        )
    scale = found.scale
    view = View(image_size, "crop", None, random_crop, mirror, rotate)
    if any(side % scale for side in view.image_size):
        raise UserError(
            f"expected an image size in multiples of the scale {scale}; found {view.image_size}; change it."
        )
    small = tuple(side // scale for side in view.image_size)
    low_view = View(small, "crop", None, random_crop, mirror, rotate)
    kept = found.low.index.at_least(small)
    chosen = np.isin(found.low.index.rows["name"], kept.rows["name"])
    low, high = (side.take(np.flatnonzero(chosen)) for side in (found.low, found.high))
    sources = Pictures(kept, low_view, channels, background)
    targets = Pictures(high.index, view, channels, background)

    def load(row, key):
        one, other = ({**row[side], "again": row["again"]} for side in ("source", "target"))
        window = low_view.window(one["height"], one["width"], key, cuts_only=True)
        large = Window(*(scale * edge for edge in window[:4]), window.mirrored, window.turns)
        return {
            "source": sources.load_windows(one, [window], None, cuts_only=True)[0],
            "target": targets.load_windows(other, [large], None, cuts_only=True)[0],
        }

    def explain(row):
        return sources.decoder.problem(row["source"]) or targets.explain(row["target"])

    rows = {"source": low.index.rows, "target": high.index.rows}
    text = (
        f"{found.text}, {'of one size' if scale == 1 else f'one {scale} times as large'}\n{kept.describe()}"
    )
    settings = ("quality pairs", view, scale, channels, tuple(background))
    identity = low.index.identity(high.index.identity(*settings))
    return Source(Part(rows, load, explain, held_out(low.places)), text=text, identity=identity)


def qualities(path: str | os.PathLike, cache: str | os.PathLike | None = None) -> Qualities | None:
    """Finds the pictures of low and of high quality.

    Args:
        path: a folder or zip.
        cache: folder to keep the index in, or None.

    Returns:
        `Qualities`, or None where the names of the folders tell of none.

    Raises:
        UserError: if nothing matches, or the sizes of the partners fit no one scale.
    """
    index = open_index(path, cache)
    names = index.names()
    found = quality_places(names)
    chosen = {side: np.flatnonzero([place.side == side for place in found]) for side in ("low", "high")}
    if not all(map(len, chosen.values())):
        return None
    whole = Side(index, found)
    low, high, text = matched(whole.take(chosen["low"]), whole.take(chosen["high"]))
    shapes = [np.stack([side.index.rows[edge] for edge in ("height", "width")]) for side in (low, high)]
    scales = np.rint(shapes[1] / shapes[0]).astype(int)
    common = int(np.median(scales))
    # Large pictures may have rows and columns too few to make another small pixel.
    fits = (shapes[1] // common == shapes[0]).all(0) if common else np.zeros(len(low.places), bool)
    if not fits.all() or common not in SCALES:
        odd = np.flatnonzero(~fits) if common in SCALES else np.arange(len(fits))
        raise UserError(
            f"expected each picture of high quality in {path} to be 1, 2, 3, 4 or 8 times as large as its partner, all "
            f"alike; found {len(odd):,} that are not: {sizes(low.index.rows, high.index.rows, odd)}; resize or remove "
            "them."
        )
    return Qualities(low, high, text, common)


def _has_qualities(folder: Folder) -> bool:
    """Whether folders are named after two qualities, and their files match."""
    named = {quality_of(part) for name in folder.index.names() for part in os.path.dirname(name).split("/")}
    return {"low", "high"} <= named and qualities(folder.path, folder.cache) is not None


def _opened(folder, image_size):
    scale = qualities(folder.path, folder.cache).scale
    size = tuple(max(scale, side // scale * scale) for side in image_size)
    return quality_pairs(folder.path, size, cache=folder.cache)


def _scale(source):
    low, high = (source.element_spec[side].shape[0] for side in ("source", "target"))
    return f"--scale {high // low}"


KIND = Kind(
    "qualities",
    "pairs of two qualities",
    ("super-resolution",),
    recognized=_has_qualities,
    opened=_opened,
    flags=_scale,
)
