"""Pictures and label maps with numbers that say how each picture looks: computed, or listed in a CSV file."""

import csv
import os
import pathlib

import numpy as np
import tensorflow as tf

from kgan.data.source.python_call import python_call
from kgan.data.source.source import Source
from kgan.errors import UserError
from kgan.pictures.look import ATTRIBUTES, attributes_of

FILE = "file"


def scene_attributes(source: Source, table: str | os.PathLike | None = None) -> Source:
    """Adds `attributes` to each example of `label_maps` or `computed_labels`, for `SceneHallucination`.

    Args:
        source: of one part, whose examples have a `target`, float32 (height, width, 3) in [-1, 1].
        table: CSV file with a header: `file`, the name of each picture, alone or with its folders, and a column
            of numbers an attribute, which are given as deviations from the column's mean. Left out: brightness, warmth,
            haze and greenness of each picture (`kgan.pictures.look.attributes_of`), as they are.

    Returns:
        A `Source` of the same with `attributes`, float32 (numbers,).

    Raises:
        UserError: a table without such columns, or without a picture of the source.

    Example:
        `scene_attributes(label_maps("scenes"), "scenes/attributes.csv")`
    """
    (part,) = source.parts
    if table is None:
        names, listed = ATTRIBUTES, None
    else:
        names, listed = _read(pathlib.Path(table))
        known = [_plain(name) for name in part.rows["target"]["name"]]
        missing = sorted(name for name in known if _row_of(name, listed) is None)
        if missing:
            raise UserError(
                f"{table}: expected a row for each picture, found none for {missing[0]} and {len(missing) - 1} more. "
                "Add them, or take the pictures away."
            )

    def load(row, key):
        example = part.load(row, key)
        if listed is None:
            found = python_call(_computed, [example["target"]], tf.float32)
        else:
            found = python_call(lambda name: _row_of(name, listed), [row["target"]["name"]], tf.float32)
        return {**example, "attributes": tf.ensure_shape(found, (len(names),))}

    text = f"attributes {'computed' if table is None else f'of {table}'}: {', '.join(names)}"
    numbers = "" if listed is None else str(sorted((name, row.tolist()) for name, row in listed.items()))
    made = source.with_loader(load, text, f"attributes {names} {numbers}")
    made.label_names = source.label_names
    return made


def _plain(name):
    return os.fsdecode(name).replace(os.sep, "/")


def _computed(image):
    image = image / 127.5 - 1 if image.dtype == np.uint8 else image  # as models will see it
    return attributes_of(image[None])[0]


def _row_of(name, listed):
    """What a table says of a picture, by its name with folders or alone; None for nothing."""
    name = _plain(name) if isinstance(name, bytes) else name
    return listed.get(name, listed.get(name.rpartition("/")[2]))


def _read(path):
    """The names of the columns, and the deviations of each file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: expected a CSV file of attributes, found none to read ({error}).") from None
    names = [name for name in (rows[0] if rows else ()) if name not in (FILE, None)]
    if not names or FILE not in rows[0]:
        found = sorted(map(str, rows[0])) if rows else "none"
        raise UserError(f"{path}: expected columns 'file' and one an attribute, found {found}.")
    numbers = np.empty((len(rows), len(names)), "float64")
    for line, row in enumerate(rows):
        try:
            numbers[line] = [float(row[name]) for name in names]
        except (TypeError, ValueError):
            numbers[line] = np.nan
        if not np.isfinite(numbers[line]).all():
            raise UserError(
                f"{path}, line {line + 2}: expected {len(names)} numbers, found others. Fill them in."
            )
    spread = numbers.std(axis=0)
    deviations = (numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return tuple(names), dict(zip((row[FILE] for row in rows), deviations.astype("float32"), strict=True))
