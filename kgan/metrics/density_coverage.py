"""Fidelity and coverage apart, less moved by outliers than precision and recall."""

import numpy as np

from kgan.metrics.distances import nearest_radii, squared_distances, two_sets


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
    real, fake = two_sets("density_coverage", real, fake, neighbours)
    radii = nearest_radii(real, neighbours)
    inside = np.zeros(len(real), "int64")
    for start, squared in squared_distances(real, fake):
        rows = slice(start, start + len(squared))
        inside[rows] = (squared <= radii[rows, None]).sum(axis=1)
    return float(inside.sum() / (neighbours * len(fake))), float((inside > 0).mean())
