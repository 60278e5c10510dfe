"""Frechet (inception) distance between two sets of features."""

import numpy as np


def frechet_distance(
    mean_a: np.ndarray, covariance_a: np.ndarray, mean_b: np.ndarray, covariance_b: np.ndarray
) -> float:
    """Squared Frechet distance of two Gaussians.

    GANs Trained by a Two Time-Scale Update Rule (Heusel et al. 2017, arXiv:1706.08500), equation 6:

        |mean_a - mean_b|^2 + trace(A + B - 2 (A^1/2 B A^1/2)^1/2)

    The last trace is the sum of the singular values of A^1/2 B^1/2, so nothing is ever inverted, no imaginary
    part has to be thrown away, and covariances without full rank (fewer samples than features) are fine.

    Args:
        mean_a, mean_b: (dimension,).
        covariance_a, covariance_b: (dimension, dimension), symmetric.

    Returns:
        a float, at least 0.

    Raises:
        ValueError: for shapes that do not fit together.

    Example:
        >>> frechet_distance(np.zeros(2), np.eye(2), np.ones(2), 4 * np.eye(2))
        4.0
    """
    mean_a, mean_b = np.atleast_1d(mean_a).astype("float64"), np.atleast_1d(mean_b).astype("float64")
    covariance_a, covariance_b = (np.atleast_2d(x).astype("float64") for x in (covariance_a, covariance_b))
    size = len(mean_a)
    if mean_b.shape != (size,) or covariance_a.shape != (size, size) or covariance_b.shape != (size, size):
        raise ValueError(
            "frechet_distance: expected means (d,) and covariances (d, d) of one d; received "
            f"{mean_a.shape}, {covariance_a.shape}, {mean_b.shape}, {covariance_b.shape}. "
            "Use one feature network for both."
        )
    cross = np.linalg.svd(_root(covariance_a) @ _root(covariance_b), compute_uv=False).sum()
    distance = np.sum((mean_a - mean_b) ** 2) + np.trace(covariance_a) + np.trace(covariance_b) - 2 * cross
    return max(float(distance), 0.0)


def frechet_inception_distance(features_a: np.ndarray, features_b: np.ndarray) -> float:
    """`frechet_distance` of the Gaussians with the sample means and covariances of two sets.

    Args:
        features_a, features_b: (count, dimension), count at least 2. The estimate is biased upwards by
            roughly 1 / count: compare only numbers from equally many samples.

    Returns:
        a float, at least 0.

    Example:
        >>> frechet_inception_distance(features, features)
        0.0
    """
    moments = []
    for features in (features_a, features_b):
        accumulator = FrechetDistance()
        accumulator.update(features)
        moments.append(accumulator)
    return moments[0].distance(moments[1])


class FrechetDistance:
    """Mean and covariance of features that come in batches, in float64, without keeping them.

    Batches are merged by the update of Chan, Golub and LeVeque (1979), which does not cancel as sums of
    squares do.

    Example:
        >>> real, fake = FrechetDistance(), FrechetDistance()
        >>> for batch in batches: real.update(features(batch))
        >>> real.distance(fake)
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.count, self.mean, self.scatter = 0, 0.0, 0.0

    def update(self, features: np.ndarray) -> None:
        """Take in (batch, dimension) features."""
        features = np.asarray(features, "float64")
        if features.ndim != 2 or not np.isfinite(features).all():
            raise ValueError(
                f"frechet_distance: expected finite features (count, dimension); received {features.shape}, "
                f"{np.isfinite(features).mean():.0%} of them finite. Check the images they come from."
            )
        count, mean = len(features), features.mean(axis=0)
        centred = features - mean
        total = self.count + count
        shift = mean - self.mean
        self.scatter = (
            self.scatter + centred.T @ centred + np.outer(shift, shift) * self.count * count / total
        )
        self.mean = self.mean + shift * count / total
        self.count = total

    @property
    def covariance(self) -> np.ndarray:
        """(dimension, dimension), divided by count - 1."""
        if self.count < 2:
            raise ValueError(
                f"frechet_distance: expected at least 2 samples; received {self.count}. Draw more samples."
            )
        return self.scatter / (self.count - 1)

    def distance(self, other: "FrechetDistance") -> float:
        """Squared Frechet distance to another accumulator."""
        return frechet_distance(self.mean, self.covariance, other.mean, other.covariance)


def _root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
