"""Pairs of aligned images, `source` and `target`: side by side in one file, or two files of one name."""

import dataclasses
import os

import numpy as np

from kgan.data.folders.index import Index, open_index
from kgan.data.folders.layout import places
from kgan.data.folders.problems import names
from kgan.data.kinds.images import held_out
from kgan.data.kinds.kind import Folder, Kind
from kgan.data.source.source import Part, Source
from kgan.data.views.pictures import Pictures
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.transparency import WHITE

DIRECTIONS = ("AtoB", "BtoA")
SIDE_BY_SIDE = 0.9  # of the pictures are exactly twice as wide as high: pairs side by side
PROPORTIONS = 0.02  # halves that differ by more than this show different things


def pairs(
    path: str | os.PathLike | None = None,
    image_size: tuple[int, int] = (256, 256),
    direction: str = "AtoB",
    channels: int = 3,
    *,
    background: tuple[int, int, int] = WHITE,
    cache: str | os.PathLike | None = None,
    **view,
) -> Source:
    """Opens aligned pairs of images.

    Understood are pictures that hold A on their left and B on their right half (of an odd width the column in the
    middle is left out); folders A and B (source and
    target, input and output, any two folders), whose files match by name without extension; either of them
    below train, val and test, or as trainA, trainB, testA, testB. A training window, mirroring and jitter are
    drawn once for a pair. Halves of different size are windowed in proportion.

    Args:
        path: the folder or zip; or two of them, (A, B); None for the bundled glyphs in two typefaces.
        image_size: (height, width), or one int for both.
        direction: "AtoB" makes A the source and B the target; "BtoA" the reverse.
        channels: 1, 3 or 4, or (source's, target's).
        background: (red, green, blue), 0 to 255, what transparent images are laid over.
        cache: folder to keep the index in, or None.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...

    Returns:
        A `Source` of `source` and `target`, float32 (*image_size, channels) in [-1, 1].

    Raises:
        UserError: if there is nothing to read, or nothing matches.

    Example:
        >>> facades = pairs("facades", (256, 256), "BtoA", fit="stretch", load_size=(286, 286))
    """
    check_direction(direction)
    if path is None:
        from kgan.data.samples.glyph_pairs import glyph_pairs

        return glyph_pairs(image_size, channels=channels)
    view = View(image_size, **view)
    channels = (channels, channels) if isinstance(channels, int) else tuple(channels)
    identity = ("pairs", view, direction, channels, tuple(background))
    sides = two_sides(path, cache)
    if sides is None:
        index = open_index(path, cache).need()
        return _side_by_side(index, view, direction, channels, background, identity)
    first, second, text = matched(*sides)
    if direction == "BtoA":
        first, second = second, first
    return _two_files(first, second, text, view, channels, background, identity)


def check_direction(direction: str) -> None:
    """Raises UserError unless the direction is one of the two."""
    if direction not in DIRECTIONS:
        raise UserError(f"expected the direction AtoB or BtoA; found {direction!r}; choose one.")


@dataclasses.dataclass(frozen=True)
class Side:
    """One side of two: its index, and the place of each of its files."""

    index: Index
    places: list

    def take(self, chosen: np.ndarray) -> "Side":
        """Returns the side with the chosen rows only (an int array)."""
        return Side(self.index.take(chosen), [self.places[i] for i in chosen])


def two_sides(path: str | os.PathLike, cache: str | os.PathLike | None = None) -> tuple[Side, Side] | None:
    """Finds the two sides that folders make.

    Args:
        path: a folder or zip, or a pair of them.
        cache: folder to keep the index in, or None.

    Returns:
        Two `Side`s, A and B, or None where the names of the folders tell of none.

    Raises:
        UserError: if a side has no readable image.
    """
    if isinstance(path, list | tuple):
        if len(path) != 2:
            raise UserError(f"expected one folder, or two, A and B; found {len(path)}; give one or two.")
        indices = [open_index(one, cache).need() for one in path]
        return tuple(Side(index, places(index.names())) for index in indices)
    index = open_index(path, cache).need()
    found = places(index.names(), sides=True)
    chosen = [np.flatnonzero([place.side == side for place in found]) for side in "ab"]
    if not any(map(len, chosen)):
        return None
    for side, rows in zip("AB", chosen, strict=True):
        if not len(rows):
            raise UserError(
                f"expected images for both sides in {path}; found none for {side}; "
                "name its folders A and B, or trainA, trainB, testA, testB."
            )
    return tuple(Side(index, found).take(rows) for rows in chosen)


def matched(first: Side, second: Side) -> tuple[Side, Side, str]:
    """Brings two sides into the same order by the names of their files.

    Returns:
        The two sides, row by row a pair, and a text on what had no partner.

    Raises:
        UserError: if nothing matches.
    """
    numbers = [_first_of_each(side) for side in (first, second)]
    shared = sorted(numbers[0].keys() & numbers[1].keys())
    alone = [
        name
        for side, number in zip((first, second), numbers, strict=True)
        for name, place in zip(side.index.names(), side.places, strict=True)
        if place.key not in numbers[0] or place.key not in numbers[1]
    ]
    if not shared:
        raise UserError(
            f"expected files of the same name in {first.index.root} and {second.index.root} "
            f"(A and B); found no two that match, such as {names(alone)}; give both halves of a pair one name."
        )
    rows = [np.array([number[key] for key in shared]) for number in numbers]
    lines = [f"{len(shared):,} pairs of files"]
    lines += [f"{len(alone):,} files without a partner: {names(alone)}"] if alone else []
    return first.take(rows[0]), second.take(rows[1]), "\n".join(lines)


def _first_of_each(side):
    numbers = {}
    for number, place in enumerate(side.places):
        numbers.setdefault(place.key, number)
    return numbers


def _two_files(first, second, text, view, channels, background, identity):
    source = Pictures(first.index, view, channels[0], background)
    target = Pictures(second.index, view, channels[1], background)

    def load(row, key):
        one, other = ({**row[side], "again": row["again"]} for side in ("source", "target"))
        window = view.window(one["height"], one["width"], key)
        partner = window.on(one["height"], one["width"], other["height"], other["width"])
        return {
            "source": source.load_windows(one, [window], key)[0],
            "target": target.load_windows(other, [partner], key)[0],
        }

    def explain(row):
        return source.decoder.problem(row["source"]) or target.explain(row["target"])

    rows = {"source": first.index.rows, "target": second.index.rows}
    text = "\n".join([text, *_odd_proportions(first.index, second.index), first.index.describe()])
    identity = first.index.identity(second.index.identity(*identity))
    return Source(Part(rows, load, explain, held_out(first.places)), text=text, identity=identity)


def _odd_proportions(first, second):
    ratios = [index.rows["width"] / index.rows["height"] for index in (first, second)]
    odd = np.flatnonzero(np.abs(np.log(ratios[0] / ratios[1])) > PROPORTIONS)
    if not len(odd):
        return []
    named = names([os.fsdecode(first.rows["name"][i]) for i in odd[:5]], len(odd))
    return [f"{len(odd):,} pairs whose halves differ in their proportions: {named}"]


def _side_by_side(index, view, direction, channels, background, identity):
    found = places(index.names())
    wide = np.flatnonzero(index.rows["width"] >= 2)
    odd = [os.fsdecode(index.rows["name"][i]) for i in wide if index.rows["width"][i] % 2]
    index, found = index.take(wide).need(), [found[i] for i in wide]
    halves = [Pictures(index, view, channels[side], background) for side in (0, 1)]

    def load(row, key):
        half = row["width"] // 2
        window = view.window(row["height"], half, key)
        # Of an odd width the column in the middle belongs to neither.
        windows = [window, window._replace(left=window.left + row["width"] - half)]
        windows = windows if direction == "AtoB" else windows[::-1]
        if channels[0] == channels[1]:
            source, target = halves[0].load_windows(row, windows, key)
        else:
            source, target = (
                pictures.load_windows(row, [place], key)[0]
                for pictures, place in zip(halves, windows, strict=True)
            )
        return {"source": source, "target": target}

    sides = "left (A) to right (B)" if direction == "AtoB" else "right (B) to left (A)"
    text = f"pairs side by side in one picture, from {sides}\n{index.describe()}"
    if odd:
        text += f"\n{len(odd):,} of odd width, whose middle column is left out: {names(odd)}"
    part = Part(index.rows, load, halves[0].explain, held_out(found))
    return Source(part, text=text, identity=index.identity(*identity))


def _has_pairs(folder: Folder) -> bool:
    if folder.sides is not None:
        return folder.is_paired
    rows = folder.index.rows
    return bool(np.mean(rows["width"] == 2 * rows["height"]) >= SIDE_BY_SIDE)


KIND = Kind(
    "pairs",
    "pairs of images",
    ("pix2pix",),
    recognized=_has_pairs,
    opened=lambda folder, size: pairs(folder.path, size, cache=folder.cache),
    may_be_two_folders=True,
)
