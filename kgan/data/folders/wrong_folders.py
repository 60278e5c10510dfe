"""Folders that are not what they are given as: pairs, two kinds of pictures, masks. Told in one line, naming files."""

import os
from pathlib import Path

import numpy as np

from kgan.data.folders.index import open_index
from kgan.data.folders.problems import names
from kgan.data.kinds.pairs import PROPORTIONS, two_sides
from kgan.errors import UserError
from kgan.pictures.headers import read_header
from kgan.pictures.picture_file import is_picture
from kgan.pictures.picture_file import read as read_picture
from kgan.tasks.inpainting.predict_holes import like_a_photograph

# Width over height of pictures that hold two square ones, or nearly.
SIDE_BY_SIDE = 1.8
MOST_MASKS = 200


def refuse_small(source, size) -> None:
    """Raises `UserError` for pictures that would have to be enlarged to be learned from."""
    rows = source.parts[0].rows
    if "height" not in rows:
        return
    small = np.flatnonzero((rows["height"] < size[0]) | (rows["width"] < size[1]))
    if len(small):
        raise UserError(
            f"expected pictures of at least {size[1]}x{size[0]} pixels; found {len(small):,} smaller: "
            f"{_listed(rows, small)}; move them away, or lower --image-size"
        )


def refuse_empty(folder) -> None:
    """Raises `UserError` for a folder of folders of which only one has pictures, where two sets are expected."""
    folder = Path(folder)
    if not folder.is_dir() or _pictures(folder, deep=False):
        return
    folders = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
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
                f"{_listed(rows, narrow)}; for single pictures use --task colorize or edges, or for two kinds "
                "of them `kgan cyclegan`"
            )
        return
    alone = _without_partner(folder, [*_names(rows["source"]), *_names(rows["target"])])
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
            f"{_sizes(rows['source'], rows['target'], odd)}; crop them alike"
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
        f"{_listed(index.rows, [0])}; for pairs side by side there is `kgan pix2pix`; for two sets make "
        "folders A and B"
    )


def refuse_odd_masks(source, folder) -> None:
    """Makes sure that a folder of masks holds masks, of the sizes of their pictures.

    Args:
        source: `kgan.data.masked(pictures, size, folder)`, not split.
        folder: path of the masks; of a zip only sizes are looked at.

    Raises:
        UserError: for masks of another size than the picture of the same name, without a hole, all hole, or
            with the greys of a photograph.
    """
    rows = source.parts[0].rows
    if "mask" in rows:
        image, rows = rows["image"], rows["mask"]
        other = (image["width"] != rows["width"]) | (image["height"] != rows["height"])
        if other.any():
            raise UserError(
                f"expected masks of their pictures' sizes; found {other.sum():,} pairs that differ: "
                f"{_sizes(image, rows, np.flatnonzero(other))}; resize them"
            )
    else:
        rows = source.parts[-1].rows
    if not Path(folder).is_dir():
        return
    found = {"all black": [], "all white": [], "grey, such as photographs": []}
    chosen = np.unique(np.linspace(0, len(rows["name"]) - 1, MOST_MASKS).round().astype(int))
    for name in np.array(_names(rows))[chosen]:
        light = read_picture(Path(folder, name)).floats(1)
        kind = _kind_of_mask(light)
        if kind:
            found[kind].append(str(name))
    for kind, files in found.items():
        if files:
            raise UserError(
                f"expected masks in {folder}, white where a picture is missing; found {len(files):,} that are "
                f"{kind}: {names(files)}; replace them"
            )


def _kind_of_mask(light):
    if (light < 0).all():
        return "all black"
    if (light >= 0).all():
        return "all white"
    return "grey, such as photographs" if like_a_photograph(light) else None


def _without_partner(folder, matched):
    """Pictures in a folder that are in no pair, but for those whose partner cannot be read (which is said)."""
    if not Path(folder).is_dir():
        return []
    matched = set(matched)
    left = [path for path in _pictures(folder) if path.relative_to(folder).as_posix() not in matched]
    damaged = {path for path in left if _damaged(path)}
    stems = {path.stem for path in damaged}
    return sorted(path.relative_to(folder).as_posix() for path in left if path.stem not in stems)


def _pictures(folder, deep=True):
    found, seen = [], set()
    for below, folders, files in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(below))  # links may lead in circles
        folders[:] = [
            name
            for name in folders
            if deep and not name.startswith(".") and os.path.realpath(Path(below, name)) not in seen
        ]
        found += [Path(below, name) for name in files if is_picture(name) and not name.startswith(".")]
    return found


def _damaged(path):
    with open(path, "rb") as file:
        return bool(read_header(file, path.stat().st_size, path.name).problem)


def _names(rows):
    return [os.fsdecode(name) for name in rows["name"].tolist()]


def _listed(rows, chosen):
    told = [
        f"{os.fsdecode(rows['name'][i])} ({rows['width'][i]}x{rows['height'][i]})" for i in list(chosen)[:5]
    ]
    return names(told, len(chosen))


def _sizes(first, second, chosen):
    told = [
        f"{os.fsdecode(first['name'][i])} ({first['width'][i]}x{first['height'][i]} and "
        f"{second['width'][i]}x{second['height'][i]})"
        for i in chosen[:5]
    ]
    return names(told, len(chosen))
