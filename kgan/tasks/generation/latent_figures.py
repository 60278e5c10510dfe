"""Figures of latent arithmetic: what people ask for by the numbers of pictures in a grid, and how it is drawn."""

import re

import numpy as np

from kgan.analysis.latent_arithmetic import along, latent_sum, turn
from kgan.errors import UserError
from kgan.files.atomic import claim
from kgan.pictures.grid import image_grid, save_png

AROUND, SPREAD = 8, 0.25  # Pictures around a sum, and how far they are from it in each number of the latent.
TURNED, STEPS = 8, 8
ASKED = "numbers of pictures in the grid of the same --seed and --label, row by row from 0"


def read_sum(text):
    """Groups to add and to take away, out of "0,5,9 - 3,4,8 + 7,2,1".

    Returns:
        (plus, minus), lists of lists of int.

    Raises:
        UserError: for anything else.

    Example:
        >>> read_sum("0,5 - 3 + 7, 2")
        ([[0, 5], [7, 2]], [[3]])
    """
    written = re.sub(r"\s+", "", text)
    if not re.fullmatch(r"\+?\d+(,\d+)*([+-]\d+(,\d+)*)*", written):
        raise UserError(
            f'expected --arithmetic like "0,5,9 - 3,4,8 + 7,2,1", {ASKED}; found {text!r}; write it so'
        )
    found = {"+": [], "-": []}
    for sign, group in re.findall(r"([+-]?)([\d,]+)", written):
        found[sign or "+"].append([int(number) for number in group.split(",")])
    return found["+"], found["-"]


def read_turn(text):
    """The two groups of "0,5,9 : 3,4,8".

    Raises:
        UserError: for anything else.

    Example:
        >>> read_turn("0,5 : 3")
        ([0, 5], [3])
    """
    written = re.sub(r"\s+", "", text)
    if not re.fullmatch(r"\d+(,\d+)*:\d+(,\d+)*", written):
        raise UserError(f'expected --turn like "0,5,9 : 3,4,8", {ASKED}; found {text!r}; write it so')
    start, end = ([int(number) for number in group.split(",")] for group in written.split(":"))
    return start, end


def draw_sum(drawing, text, count=None):
    """Writes `arithmetic.png`: a row a group with its mean last, then the result and `count` pictures around it.

    Args:
        drawing: a `Drawing`, whose folder, seed and label count.
        text: as for `read_sum`.
        count: int, pictures around the result. Default: 8.

    Returns:
        The path.
    """
    target = claim(drawing.folder / "arithmetic.png", drawing.overwrite)
    plus, minus = read_sum(text)
    latents = drawing.latents(max(map(max, plus + minus)) + 1)
    total = latent_sum([latents[group] for group in plus], [latents[group] for group in minus])
    count = AROUND if count is None else count
    noise = np.random.default_rng(drawing.seed).uniform(-SPREAD, SPREAD, (count, len(total)))
    rows, words = [], []
    for sign, group in [("+", group) for group in plus] + [("-", group) for group in minus]:
        rows.append([*latents[group], latents[group].mean(axis=0)])
        words.append([*(f"{sign} {number}" for number in group), "mean"])
    rows.append([total, *(total + noise)])
    words.append(["result", *["near it"] * count])
    save_png(_ragged(drawing, rows, words), target)
    return target


def draw_turn(drawing, text, count=None):
    """Writes `turn.png`: eight samples, a row each, moved along the way from the first group to the second.

    Args:
        drawing, text: as for `draw_sum`, `read_turn`.
        count: int, pictures in a row, at least 2. Default: 8.

    Returns:
        The path.
    """
    target = claim(drawing.folder / "turn.png", drawing.overwrite)
    start, end = read_turn(text)
    latents = drawing.latents(max(*start, *end, TURNED - 1) + 1)
    walks = along(latents[:TURNED], turn(latents[start], latents[end]), STEPS if count is None else count)
    images = drawing.drawn(walks.reshape(-1, walks.shape[-1]))
    save_png(image_grid(images, columns=walks.shape[1]), target)
    return target


def _ragged(drawing, rows, words):
    """Rows of latents of unequal lengths as one picture."""
    images = iter(drawing.drawn(np.concatenate([np.stack(row) for row in rows])))
    columns, cells, captions = max(map(len, rows)), [], []
    for row, said in zip(rows, words, strict=True):
        drawn = [next(images) for _ in row]
        empty = [np.ones_like(drawn[0])] * (columns - len(row))
        cells += [*drawn, *empty]
        captions += [*said, *[""] * len(empty)]
    return image_grid(np.stack(cells), columns, captions)
