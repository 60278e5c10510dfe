"""Sums and differences of latents: what several samples have in common, and the way from one kind to another."""

from collections.abc import Sequence

import numpy as np

LEAST = 1


def mean_latent(latents: np.ndarray) -> np.ndarray:
    """What several samples have in common: their mean latent.

    Single samples made unstable sums, means of three stable ones (Radford, Metz and Chintala 2015, arXiv:1511.06434,
    section 6.3.2): what a picture has for itself averages out.

    Args:
        latents: `(count, latent_size)`, at least one.

    Returns:
        float32 `(latent_size,)`.

    Raises:
        ValueError: another shape, or none.
    """
    latents = np.asarray(latents, "float64")
    if latents.ndim != 2 or len(latents) < LEAST:
        raise ValueError(
            f"mean_latent: expected latents (count, latent_size), at least one, received shape {latents.shape}. Take "
            "three or more samples of a kind."
        )
    return latents.mean(axis=0).astype("float32")


def latent_sum(plus: Sequence[np.ndarray], minus: Sequence[np.ndarray] = ()) -> np.ndarray:
    """`sum of the means of plus - sum of the means of minus`: "smiling woman - woman + man".

    Args:
        plus, minus: groups of latents, each `(count, latent_size)`; groups of three by the paper.

    Returns:
        float32 `(latent_size,)`.

    Example:
        >>> latent_sum([[[1.0, 0.0], [3.0, 0.0]], [[0.0, 5.0]]], [[[1.0, 1.0]]])
        array([1., 4.], dtype=float32)
    """
    if not len(plus):
        raise ValueError("latent_sum: expected at least one group to add, received none. Add one.")
    total = sum(mean_latent(group) for group in plus) - sum(mean_latent(group) for group in minus)
    return np.asarray(total, "float32")


def turn(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The direction from one kind of sample to another: `mean of end - mean of start`.

    Args:
        start, end: latents of two groups, `(count, latent_size)`: faces that look left, faces that look right.

    Returns:
        float32 `(latent_size,)`, which added to a sample of the first kind makes it one of the second.

    Example:
        >>> turn([[0.0, 1.0]], [[2.0, 1.0], [4.0, 1.0]])
        array([3., 0.], dtype=float32)
    """
    return mean_latent(end) - mean_latent(start)


def along(latents: np.ndarray, direction: np.ndarray, count: int = 8, reach: float = 1.0) -> np.ndarray:
    """Walks each latent along a direction, from `-reach` to `reach` times of it, through where it stands.

    Args:
        latents: `(samples, latent_size)`.
        direction: `(latent_size,)`, as `turn` gives it.
        count: points of each walk, at least 2.
        reach: how far; 1 goes as far on both sides as the two kinds lie apart.

    Returns:
        float32 `(samples, count, latent_size)`.

    Raises:
        ValueError: fewer points, or a direction of another size.
    """
    latents, direction = np.asarray(latents, "float32"), np.asarray(direction, "float32")
    if count < 2 or direction.shape != latents.shape[-1:]:
        raise ValueError(
            f"along: expected at least 2 points and a direction of latents' size {latents.shape[-1]}, received "
            f"{count} and {direction.shape}. Give it what `turn` returns for the same network."
        )
    weights = np.linspace(-reach, reach, count, dtype="float32")
    return latents[:, None] + weights[None, :, None] * direction
