"""Walks through latent space: what lies between two samples."""

import numpy as np


def spherical(start, end, weight):
    """Interpolates along the great circle, so that each point is as likely as a sample (White 2016).

    `sin((1 - t) a) / sin(a) * z0 + sin(t a) / sin(a) * z1`, `a` the angle between `z0` and `z1`
    (arXiv:1609.04468).

    Args:
        start, end: arrays `(latent_size,)`.
        weight: float or array `(count,)`, 0 for `start`, 1 for `end`.

    Returns:
        An array `(latent_size,)` or `(count, latent_size)`.

    Example:
        >>> spherical(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 0.5).round(4)
        array([0.7071, 0.7071])
    """
    weight = np.asarray(weight, np.float64)[..., None]
    cosine = np.dot(start, end) / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return (1 - weight) * start + weight * end
    return (np.sin((1 - weight) * angle) * start + np.sin(weight * angle) * end) / np.sin(angle)


def path(stops, count, closed=False):
    """Walks from stop to stop at an even pace.

    Args:
        stops: array `(stops, latent_size)`, at least two.
        count: int, points in all, the first at the first stop.
        closed: bool, whether to walk on to the first stop again, the last point being one short of it.

    Returns:
        A float32 array `(count, latent_size)`.
    """
    stops = np.concatenate([stops, stops[:1]]) if closed else np.asarray(stops)
    legs = len(stops) - 1
    places = np.linspace(0, legs, count, endpoint=not closed)
    leg = np.minimum(places.astype(int), legs - 1)
    points = [spherical(stops[k], stops[k + 1], place - k) for k, place in zip(leg, places, strict=True)]
    return np.stack(points).astype(np.float32)
