"""Fidelity and coverage apart: precision and recall, density and coverage."""

import numpy as np

from kgan.metrics.distances import nearest_radii, squared_distances


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
    real, fake = _checked(real, fake, neighbours)
    return _inside(fake, real, neighbours), _inside(real, fake, neighbours)


def density_coverage(real: np.ndarray, fake: np.ndarray, neighbours: int = 5) -> tuple[float, float]:
    """How densely fakes lie around real ones, and how many real ones have a fake nearby.

    Reliable Fidelity and Diversity Metrics (Naeem et al. 2020, arXiv:2002.09797), equations 3 and 4; less
    sensitive to outliers than precision and recall, which count a fake in one outlier's large ball as good.

    Args:
        real, fake: features (count, dimension), more than `neighbours` of the real ones.
        neighbours: k; the paper has 5.

    Returns:
        (density, coverage): density is at least 0 and 1 in expectation for equal distributions, coverage in
        [0, 1].
    """
    real, fake = _checked(real, fake, neighbours)
    radii = nearest_radii(real, neighbours)
    inside = np.zeros(len(real), "int64")
    for start, squared in squared_distances(real, fake):
        rows = slice(start, start + len(squared))
        inside[rows] = (squared <= radii[rows, None]).sum(axis=1)
    return float(inside.sum() / (neighbours * len(fake))), float((inside > 0).mean())


def _inside(points: np.ndarray, members: np.ndarray, neighbours: int) -> float:
    radii = nearest_radii(members, neighbours)
    within = [(squared <= radii).any(axis=1) for _, squared in squared_distances(points, members)]
    return float(np.concatenate(within).mean())


def _checked(real: np.ndarray, fake: np.ndarray, neighbours: int) -> tuple[np.ndarray, np.ndarray]:
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    matching = real.ndim == fake.ndim == 2 and real.shape[1] == fake.shape[1]
    if not matching or min(len(real), len(fake)) <= neighbours:
        raise ValueError(
            f"precision_recall: expected two sets of features (count above {neighbours}, dimension); "
            f"received {real.shape} and {fake.shape}. Draw more samples."
        )
    return real, fake
