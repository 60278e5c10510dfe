"""What a sample should be like, beside fooling the discriminator: a generator's other terms. No adversarial losses."""

from kgan.objectives.contrastive import patch_nce
from kgan.objectives.features import direction, feature_matching, mean_feature_matching
from kgan.objectives.perceptual import Perceptual
from kgan.objectives.pixels import (
    charbonnier,
    cycle,
    gradient_difference,
    identity,
    l1,
    l2,
    total_variation,
)

__all__ = [
    "Perceptual",
    "charbonnier",
    "cycle",
    "direction",
    "feature_matching",
    "gradient_difference",
    "identity",
    "l1",
    "l2",
    "mean_feature_matching",
    "patch_nce",
    "total_variation",
]
