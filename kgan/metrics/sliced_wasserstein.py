"""Wasserstein distance of two point sets, averaged over random directions."""

import numpy as np


def sliced_wasserstein(a: np.ndarray, b: np.ndarray, projections: int = 256, seed: int = 0) -> float:
    """`mean over unit directions u of mean |sort(a.u) - sort(b.u)|`, the first-order distance on lines.

    Wasserstein Barycenter and its Application to Texture Mixing (Rabin et al. 2011); as a measure of
    generators, Karras et al. 2017 (arXiv:1710.10196), who apply it to Laplacian patches; here to whatever
    points are given.

    Args:
        a, b: (count, dimension). Of different counts, both are read at the same evenly spaced quantiles.
        projections: number of random directions.
        seed: of the directions.

    Returns:
        a float, at least 0. A shift by the vector v gives about |v| E|cos|, in one dimension exactly |v|.
    """
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(
            f"sliced_wasserstein: expected (count, dimension) twice, of one dimension; received {a.shape}, "
            f"{b.shape}."
        )
    directions = np.random.default_rng(seed).normal(size=(a.shape[1], projections))
    directions /= np.linalg.norm(directions, axis=0)
    lines = [np.sort(x @ directions, axis=0) for x in (a, b)]
    if len(a) != len(b):
        quantiles = (np.arange(min(len(a), len(b))) + 0.5) / min(len(a), len(b))
        lines = [np.quantile(line, quantiles, axis=0) for line in lines]
    return float(np.abs(lines[0] - lines[1]).mean())
