"""How differently two groups are treated by decisions: demographic parity and equality of odds."""

import numpy as np


def demographic_parity_gap(decision: np.ndarray, protected: np.ndarray) -> float:
    """`|P(decision = 1 | z = 1) - P(decision = 1 | z = 0)|`, 0 to 1 (Calders et al. 2009).

    Args:
        decision: (count,) bool or 0 and 1.
        protected: (count,) bool or 0 and 1, z.

    Raises:
        ValueError: no row of one group.

    Example:
        >>> demographic_parity_gap([1, 1, 0, 0], [1, 1, 1, 0])
        0.6666666666666666
    """
    first, second = _rates(decision, protected, "rows")
    return abs(first - second)


def equalized_odds_gap(decision: np.ndarray, label: np.ndarray, protected: np.ndarray) -> float:
    """The greater of the groups' differences in true and in false positive rate (Hardt et al. 2016, arXiv:1610.02413).

    Args:
        decision, protected: as for `demographic_parity_gap`.
        label: (count,) bool or 0 and 1, what would have been right.

    Raises:
        ValueError: no row of one group with one of the labels.

    Example:
        >>> equalized_odds_gap([1, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1])
        1.0
    """
    decision, label, protected = (np.asarray(values) for values in (decision, label, protected))
    gaps = []
    for value in (0, 1):
        first, second = _rates(
            decision[label == value], protected[label == value], f"rows with label {value}"
        )
        gaps.append(abs(first - second))
    return max(gaps)


def _rates(decision, protected, what):
    decision, protected = np.asarray(decision, "float64"), np.asarray(protected)
    groups = [decision[protected == value] for value in (0, 1)]
    if not all(map(len, groups)):
        raise ValueError(
            f"expected {what} of both groups, found {len(groups[0])} with the attribute 0 and {len(groups[1])} with 1. "
            "Measure on more rows."
        )
    return [float(group.mean()) for group in groups]
