"""Fidelity and coverage apart: how many fakes are plausible, and how much of the real can be had."""

import numpy as np

from kgan.metrics.distances import nearest_radii, squared_distances, two_sets


def precision_recall(real: np.ndarray, fake: np.ndarray, neighbours: int = 3) -> tuple[float, float]:
    """How many fakes lie within the real manifold, and how many real ones within that of the fakes.

    Improved Precision and Recall Metric (Kynkaanniemi et al. 2019, arXiv:1904.06991), equations 1 and 2: a
    set's manifold is the union of balls around its members, each reaching to the member's k-th nearest
    neighbour in it.

    Args:
        real, fake: features (count, dimension), more than `neighbours` of each.
        neighbours: k; the paper has 3.

    Returns:
        (precision, recall), each in [0, 1].

    Example:
        >>> precision_recall(features, features)
        (1.0, 1.0)
    """
    real, fake = two_sets("precision_recall", real, fake, neighbours)
    return _inside(fake, real, neighbours), _inside(real, fake, neighbours)


def _inside(points: np.ndarray, members: np.ndarray, neighbours: int) -> float:
    radii = nearest_radii(members, neighbours)
    within = [(squared <= radii).any(axis=1) for _, squared in squared_distances(points, members)]
    return float(np.concatenate(within).mean())
