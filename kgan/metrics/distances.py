"""Euclidean distances between two sets of points, a block of rows at a time."""

from collections.abc import Iterator

import numpy as np


def squared_distances(x: np.ndarray, y: np.ndarray, block: int = 1024) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (first row, squared distances of a block of rows of `x` to all of `y`).

    `|x|^2 + |y|^2 - 2 x.y`, after moving both to a common centre, which keeps the cancellation small.
    """
    centre = y.mean(axis=0)
    x, y = x - centre, y - centre
    lengths = np.square(y).sum(axis=1)
    for start in range(0, len(x), block):
        rows = x[start : start + block]
        squared = np.square(rows).sum(axis=1)[:, None] + lengths - 2 * rows @ y.T
        yield start, np.maximum(squared, 0.0)


def nearest_radii(x: np.ndarray, neighbours: int) -> np.ndarray:
    """Squared distance of each point to its k-th nearest other point: (count,)."""
    radii = []
    for start, squared in squared_distances(x, x):
        squared[np.arange(len(squared)), start + np.arange(len(squared))] = 0.0
        radii.append(np.partition(squared, neighbours, axis=1)[:, neighbours])
    return np.concatenate(radii)


def two_sets(name: str, real: np.ndarray, fake: np.ndarray, neighbours: int) -> tuple[np.ndarray, np.ndarray]:
    """Both sets in float64, checked: of one dimension, and each larger than the neighbours asked for.

    Args:
        name: of the metric, for the message.
        real, fake: (count, dimension).
        neighbours: how many a point must have.

    Raises:
        ValueError: for what does not fit.
    """
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    matching = real.ndim == fake.ndim == 2 and real.shape[1] == fake.shape[1]
    if not matching or min(len(real), len(fake)) <= neighbours:
        raise ValueError(
            f"{name}: expected two sets of features (count above {neighbours}, dimension); "
            f"received {real.shape} and {fake.shape}. Draw more samples."
        )
    return real, fake
