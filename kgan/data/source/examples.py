"""A few examples of a source, from all over it: for sample grids and for measuring."""

import numpy as np

from kgan.data.source.source import Source


def spread(source: Source, count: int) -> Source:
    """A source of up to `count` examples of another, evenly spread, so that few pictures' crops do not fill it.

    Args:
        source: of any kind; each of its parts is spread on its own.
        count: int.
    """
    return source.take(
        *[
            np.unique(np.linspace(0, len(part) - 1, min(count, len(part))).round().astype(int))
            for part in source.parts
        ]
    )


def batch_of(source: Source, count: int) -> dict:
    """The examples of `spread`, nothing random, as a dict of arrays."""
    batch = next(iter(spread(source, count).batches(count, training=False)))
    return {key: value.numpy() for key, value in batch.items()}
