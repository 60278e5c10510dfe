"""Sample grids by label: a column for each class, its name above."""

import math

import numpy as np

WIDEST = 21
MOST_LABELS = 124


class LabelGrid:
    """Where the samples of each label go in a grid; many labels are set in several blocks of rows.

    Args:
        names: list of str, the label names.
        rows: int, samples of each label. Default: 8 for few labels, 4 for many.

    Attributes:
        labels: int array, the label of each cell, -1 for an empty one.
        captions: list of str.
        columns: int.

    Example:
        >>> grid = LabelGrid(["a", "b"], rows=1)
        >>> grid.labels, grid.captions, grid.columns
        (array([0, 1]), ['a', 'b'], 2)
    """

    def __init__(self, names, rows=None):
        names = list(names)[:MOST_LABELS]
        blocks = math.ceil(len(names) / WIDEST)
        self.columns = math.ceil(len(names) / blocks)
        rows = rows or (8 if blocks == 1 and len(names) <= 16 else 4)
        padded = np.full(blocks * self.columns, -1)
        padded[: len(names)] = np.arange(len(names))
        self.labels = padded.reshape(blocks, 1, self.columns).repeat(rows, axis=1).reshape(-1)
        first = np.arange(len(self.labels)) // self.columns % rows == 0
        self.captions = [
            names[label] if top and label >= 0 else "" for label, top in zip(self.labels, first, strict=True)
        ]

    def fill(self, sample):
        """Draws the samples.

        Args:
            sample: callable from a label array to as many images, float in [-1, 1].

        Returns:
            `(images, captions, columns)`, as `kgan.pictures.grid.image_grid` takes them.
        """
        images = np.asarray(sample(np.maximum(self.labels, 0)))
        images = np.where((self.labels >= 0)[:, None, None, None], images, np.float32(1))
        return images, self.captions, self.columns
