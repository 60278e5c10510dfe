"""Rows of an index in words: names with sizes, the first five of them."""

import os

import numpy as np

from kgan.data.folders.problems import names


def names_of(rows: dict) -> list[str]:
    """The names of the rows of an index, relative to its root."""
    return [os.fsdecode(name) for name in rows["name"].tolist()]


def listed(rows: dict, chosen: np.ndarray) -> str:
    """Names the chosen rows (int array) with their sizes: "a.png (30x20), b.png (40x20) and 7 more"."""
    told = [
        f"{os.fsdecode(rows['name'][i])} ({rows['width'][i]}x{rows['height'][i]})" for i in list(chosen)[:5]
    ]
    return names(told, len(chosen))


def sizes(first: np.ndarray, second: np.ndarray, chosen: np.ndarray) -> str:
    """Names the chosen rows of the first of two indices with both sizes: "a.png (30x20 and 40x20)"."""
    told = [
        f"{os.fsdecode(first['name'][i])} ({first['width'][i]}x{first['height'][i]} and "
        f"{second['width'][i]}x{second['height'][i]})"
        for i in chosen[:5]
    ]
    return names(told, len(chosen))
