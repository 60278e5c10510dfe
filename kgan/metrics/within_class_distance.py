"""How different samples of one class are from each other: a class may collapse where the whole does not."""

import numpy as np

from kgan.metrics.mean_pairwise_distance import mean_pairwise_distance


def within_class_distance(x: np.ndarray, labels: np.ndarray) -> float:
    """Mean over classes of the mean pairwise distance within a class; classes with one sample are left out.

    Args:
        x: (count, ...), images or features.
        labels: (count,) int.

    Returns:
        a float, at least 0.

    Raises:
        ValueError: when no class has two samples.
    """
    labels = np.asarray(labels)
    if labels.shape != (len(x),):
        raise ValueError(
            f"within_class_distance: expected {len(x)} labels; received shape {labels.shape}. One a sample."
        )
    groups = [x[labels == label] for label in np.unique(labels)]
    distances = [mean_pairwise_distance(group) for group in groups if len(group) > 1]
    if not distances:
        raise ValueError("within_class_distance: expected a class with two samples; received one of each.")
    return float(np.mean(distances))
