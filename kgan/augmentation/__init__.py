"""What a discriminator sees of a picture, so that little data lasts longer. No networks; everything differentiable."""

from kgan.augmentation.adaptive import AdaptiveAugment
from kgan.augmentation.lookup import NAMES, get

__all__ = ["NAMES", "AdaptiveAugment", "get"]
