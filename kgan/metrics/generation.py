"""All distances between generated and real images at once, with the protocol they were measured by."""

from typing import Any

import numpy as np

from kgan.metrics import feature_extractor
from kgan.metrics.density_coverage import density_coverage
from kgan.metrics.frechet_distance import frechet_inception_distance
from kgan.metrics.kernel_distance import kernel_inception_distance, subsets_drawn
from kgan.metrics.precision_recall import precision_recall
from kgan.metrics.protocol import Protocol, Scores


def generation(
    real: np.ndarray,
    fake: np.ndarray,
    reference_split: str,
    features: Any = "auto",
    neighbours: int = 3,
    subsets: int = 100,
    subset_size: int = 1000,
    seed: int = 0,
) -> Scores:
    """FID, KID, precision, recall, density and coverage of `fake` against `real`.

    Args:
        real, fake: images (count, height, width, 1 or 3) in [-1, 1], more than five of each.
        reference_split: in words, which images `real` is.
        features: what `kgan.metrics.feature_extractor.get` takes.
        neighbours: of precision and recall; density and coverage have their paper's 5.
        subsets, subset_size, seed: of the kernel distance.

    Returns:
        `Scores` with "fid", "kid", "kid_deviation", "precision", "recall", "density", "coverage".

    Example:
        >>> print(generation(held_out, samples, "held out (10 %), seed 0"))
    """
    extractor = feature_extractor.get(features)
    real_features, fake_features = extractor(real), extractor(fake)
    kid, deviation = kernel_inception_distance(real_features, fake_features, subsets, subset_size, seed)
    precision, recall = precision_recall(real_features, fake_features, neighbours)
    density, coverage = density_coverage(real_features, fake_features)
    drawn, size = subsets_drawn(len(real), len(fake), subsets, subset_size)
    protocol = Protocol(
        samples=len(fake),
        reference=len(real),
        reference_split=reference_split,
        features=f"{extractor.name}, {real_features.shape[1]} dimensions",
        resizer=extractor.resizer,
        notice=extractor.notice,
        details=(
            ("KID subsets", f"{drawn} of {size}"),
            ("neighbours", f"{neighbours} (precision, recall), 5 (density, coverage)"),
        ),
    )
    values = {
        "fid": frechet_inception_distance(real_features, fake_features),
        "kid": kid,
        "kid_deviation": deviation,
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }
    return Scores(values, protocol)
