"""How different samples are from each other: small beside the data's own means collapse."""

import numpy as np

from kgan.metrics.distances import squared_distances


def mean_pairwise_distance(x: np.ndarray) -> float:
    """Mean Euclidean distance over all pairs of different samples.

    Args:
        x: (count, ...), images or features; count at least 2.

    Returns:
        a float, at least 0.

    Example:
        >>> mean_pairwise_distance(np.array([[0.0], [1.0], [3.0]]))
        2.0
    """
    x = np.asarray(x, "float64").reshape(len(x), -1)
    if len(x) < 2:
        raise ValueError(f"mean_pairwise_distance: expected at least 2 samples; received {len(x)}.")
    total = 0.0
    for start, squared in squared_distances(x, x):
        squared[np.arange(len(squared)), start + np.arange(len(squared))] = 0.0
        total += np.sqrt(squared).sum()
    return float(total / (len(x) * (len(x) - 1)))
