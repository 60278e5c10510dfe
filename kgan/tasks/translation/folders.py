"""Folders that hold no pairs, or no two sets, where those are expected: told in one line, naming files."""

from pathlib import Path

import numpy as np

from kgan.data.folders.index import open_index
from kgan.data.folders.listing import listed, names_of, sizes
from kgan.data.folders.problems import names
from kgan.data.kinds.pairs import PROPORTIONS, two_sides
from kgan.errors import UserError
from kgan.files.walk import is_hidden, walk
from kgan.pictures.headers import is_picture_name, read_header

# Width over height of pictures that hold two square ones, or nearly.
SIDE_BY_SIDE = 1.8


def refuse_empty(folder) -> None:
    """Raises `UserError` for a folder of folders of which only one has pictures, where two sets are expected."""
    folder = Path(folder)
    if not folder.is_dir() or _pictures(folder, deep=False):
        return
    folders = sorted(path for path in folder.iterdir() if path.is_dir() and not is_hidden(path.name))
    empty = [path.name for path in folders if not _pictures(path)]
    if empty and len(folders) - len(empty) == 1:
        raise UserError(
            f"expected images for both sides in {folder}; found none in {names(empty)}; put some there"
        )


def refuse_odd_pairs(source, folder) -> None:
    """Makes sure that the pairs of a folder are pairs.

    Args:
        source: `kgan.data.pairs(folder, ...)`, not split.
        folder: path; of a zip only sizes are looked at.

    Raises:
        UserError: for pictures too narrow to hold A beside B, files without a partner, and pairs whose halves
            differ in their proportions.
    """
    rows = source.parts[0].rows
    if "source" not in rows:
        narrow = np.flatnonzero(rows["width"] <= rows["height"])
        if len(narrow):
            raise UserError(
                f"expected pictures that hold A beside B, wider than high; found {len(narrow):,} that are not: "
                f"{listed(rows, narrow)}; for single pictures use --task colorize or edges, or for two kinds "
                "of them `kgan cyclegan`"
            )
        return
    alone = _without_partner(folder, [*names_of(rows["source"]), *names_of(rows["target"])])
    if alone:
        raise UserError(
            f"expected a partner of the same name for each file in {folder}; found none for {names(alone)}; add "
            "it, or move the file away"
        )
    ratios = [rows[side]["width"] / rows[side]["height"] for side in ("source", "target")]
    odd = np.flatnonzero(np.abs(np.log(ratios[0] / ratios[1])) > PROPORTIONS)
    if len(odd):
        raise UserError(
            f"expected both halves of a pair in one size; found {len(odd):,} pairs that differ: "
            f"{sizes(rows['source'], rows['target'], odd)}; crop them alike"
        )


def for_cyclegan(error, folder) -> UserError:
    """What a folder that holds no pairs is told, if pairs were expected: `error`, and where it would do."""
    try:
        sides = two_sides(folder)
    except UserError:
        return error
    if sides is None:
        return error
    return UserError(f"{str(error).rstrip('.')}; for two sets without pairs there is `kgan cyclegan`")


def for_pix2pix(error, folder) -> UserError:
    """What a folder of pairs side by side is told, if two sets were expected."""
    try:
        index = open_index(folder)
    except UserError:
        return error
    ratios = index.rows["width"] / np.maximum(index.rows["height"], 1)
    if not len(index) or two_sides(folder) is not None or np.median(ratios) < SIDE_BY_SIDE:
        return error
    return UserError(
        f"expected two sets of images in {folder}; found one, of pictures some twice as wide as high, such as "
        f"{listed(index.rows, [0])}; for pairs side by side there is `kgan pix2pix`; for two sets make "
        "folders A and B"
    )


def _without_partner(folder, matched):
    """Pictures in a folder that are in no pair, but for those whose partner cannot be read (which is said)."""
    if not Path(folder).is_dir():
        return []
    matched = set(matched)
    left = [name for name in _pictures(folder) if name not in matched]
    stems = {Path(name).stem for name in left if _damaged(Path(folder, name))}
    return sorted(name for name in left if Path(name).stem not in stems)


def _pictures(folder, deep=True):
    return [name for name in walk(folder, deep).names() if is_picture_name(name)]


def _damaged(path):
    with open(path, "rb") as file:
        return bool(read_header(file, path.stat().st_size, path.name).problem)
