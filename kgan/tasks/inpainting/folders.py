"""Folders of masks that are none: told in one line, naming files."""

from pathlib import Path

import numpy as np

from kgan.data.folders.listing import names_of, sizes
from kgan.data.folders.problems import names
from kgan.errors import UserError
from kgan.pictures import picture_file
from kgan.pictures.mask import described, marked

MOST_MASKS = 200  # that are looked at


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
                f"{sizes(image, rows, np.flatnonzero(other))}; resize them"
            )
    else:
        rows = source.parts[-1].rows
    if not Path(folder).is_dir():
        return
    found = {}
    chosen = np.unique(np.linspace(0, len(rows["name"]) - 1, MOST_MASKS).round().astype(int))
    for name in np.array(names_of(rows))[chosen]:
        kind = _kind_of_mask(picture_file.read(Path(folder, name)))
        found.setdefault(kind, []).append(str(name))
    for kind, files in found.items():
        if kind:
            raise UserError(
                f"expected masks in {folder}, of two colours, the lighter where a picture is missing; found "
                f"{len(files):,} that {kind}: {names(files)}; replace them"
            )


def _kind_of_mask(picture):
    try:
        hole = marked(picture)
    except ValueError:
        return "are grey, such as photographs"
    return f"hold {described(picture)}" if hole.all() or not hole.any() else ""
