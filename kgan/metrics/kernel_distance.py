"""Kernel (inception) distance: maximum mean discrepancy with a cubic kernel."""

import numpy as np


def kernel_distance(features_a: np.ndarray, features_b: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy under `(x.y / dimension + 1)^3`.

    Demystifying MMD GANs (Binkowski et al. 2018, arXiv:1801.01401), section 4:

        mean_{i != j} k(a_i, a_j) + mean_{i != j} k(b_i, b_j) - 2 mean k(a_i, b_j)

    Args:
        features_a, features_b: (count, dimension), count at least 2.

    Returns:
        a float; around 0, and possibly below it, for equal distributions.

    Example:
        >>> kernel_distance(features, features + 1.0) > 0
        True
    """
    a, b = _checked(features_a), _checked(features_b)
    within = 0.0
    for x in (a, b):
        kernel = _kernel(x, x)
        within += (kernel.sum() - np.trace(kernel)) / (len(x) * (len(x) - 1))
    return float(within - 2 * _kernel(a, b).mean())


def kernel_inception_distance(
    features_a: np.ndarray, features_b: np.ndarray, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Mean and standard deviation of `kernel_distance` over random subsets, the protocol of the paper.

    Args:
        features_a, features_b: (count, dimension).
        subsets: number of subsets.
        subset_size: samples of each, drawn without replacement; at most the smaller count is used.
        seed: of the drawing.

    Returns:
        (mean, standard deviation).
    """
    a, b = _checked(features_a), _checked(features_b)
    count, size = subsets_drawn(len(a), len(b), subsets, subset_size)
    random = np.random.default_rng(seed)
    values = [
        kernel_distance(a[random.choice(len(a), size, False)], b[random.choice(len(b), size, False)])
        for _ in range(count)
    ]
    return float(np.mean(values)), float(np.std(values))


def subsets_drawn(count_a: int, count_b: int, subsets: int = 100, subset_size: int = 1000) -> tuple[int, int]:
    """How many subsets of what size `kernel_inception_distance` computes.

    Args:
        count_a, count_b: samples of each kind.
        subsets, subset_size: as asked for.

    Returns:
        (number, size): one where a subset is all there is of both, since another would be the same.

    Example:
        >>> subsets_drawn(620, 620)
        (1, 620)
    """
    size = min(subset_size, count_a, count_b)
    return (subsets if size < max(count_a, count_b) else 1), size


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _checked(features: np.ndarray) -> np.ndarray:
    features = np.asarray(features, "float64")
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(
            "kernel_distance: expected features (count of at least 2, dimension); received "
            f"{features.shape}. Draw more samples."
        )
    return features
