"""Do pictures find their own captions again? Recall at k, and R-precision."""

import numpy as np


def normalized(x: np.ndarray) -> np.ndarray:
    """Vectors of length one."""
    x = np.asarray(x, "float64")
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def recall_at(queries: np.ndarray, candidates: np.ndarray, right: np.ndarray, k: int = 1) -> float:
    """The share of queries with a right candidate among the k nearest by inner product.

    Args:
        queries: (count, size).
        candidates: (others, size).
        right: (count, others) bool, which candidates are right.
        k: how many to look at.

    Example:
        >>> recall_at(np.eye(2), np.eye(2), np.eye(2, dtype=bool))
        1.0
    """
    scores = np.asarray(queries, "float64") @ np.asarray(candidates, "float64").T
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float(np.take_along_axis(np.asarray(right, bool), nearest, axis=1).any(axis=1).mean())


def r_precision(
    pictures: np.ndarray, texts: np.ndarray, captions: list[str], candidates: int = 100, seed: int = 0
) -> float:
    """How often a generated picture lies nearest to its own caption among others drawn at random.

    By cosine, the picture's own caption against `candidates - 1` that differ in text (Xu et al. 2018,
    arXiv:1711.10485, section 4: 100 candidates, R = 1). Chance is 1 / candidates.

    Args:
        pictures: (count, size), embeddings of pictures.
        texts: (count, size), embeddings of the captions they were drawn for.
        captions: those captions; equal ones are never each other's wrong candidate.
        candidates: of each picture, at least 2; fewer where there are not as many different captions.
        seed: of the choice.

    Raises:
        ValueError: fewer than two different captions.
    """
    pictures, texts = normalized(pictures), normalized(texts)
    kinds, number = np.unique(np.asarray(captions), return_inverse=True)
    if len(kinds) < 2 or candidates < 2:
        raise ValueError(
            f"r_precision: expected at least two different captions and two candidates, received {len(kinds)} and "
            f"{candidates}. Draw pictures of more captions."
        )
    first = np.array([np.flatnonzero(number == kind)[0] for kind in range(len(kinds))])
    random, found = np.random.default_rng(seed), 0
    for picture, text, own in zip(pictures, texts, number, strict=True):
        others = np.delete(np.arange(len(kinds)), own)
        chosen = random.choice(others, min(candidates - 1, len(others)), replace=False)
        found += picture @ text > (texts[first[chosen]] @ picture).max()
    return found / len(pictures)
