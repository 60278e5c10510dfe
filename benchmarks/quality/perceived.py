"""How near enlarged photographs come to the originals as networks see them: three measures of each method.

`ship_super_resolution.py --beside` uses it. The networks are those of `kgan features list` that packages hold; LPIPS's
heads on another VGG16, and Inception-v3 up to mixed5, which no super-resolution network here was trained by.
"""

import numpy as np

# Inception-v3 takes pictures of this side.
SIDE = 299


def crops(pixels):
    """Two crops of a picture, left and right of its middle."""
    height, width = pixels.shape[:2]
    top = (height - SIDE) // 2
    lefts = sorted({max(0, width // 2 - SIDE), min(width - SIDE, width // 2)})
    return np.stack([pixels[top : top + SIDE, left : left + SIDE] for left in lefts])


class Perceived:
    """PSNR on luma of whole pictures; LPIPS and Inception distances of two crops of each.

    Args:
        psnr: callable from two uint8 pictures to decibels.
    """

    def __init__(self, psnr):
        from kgan.metrics.perceptual_distance import PerceptualDistance
        from kgan.networks.features import cache

        self.psnr = psnr
        self.distances = {
            "LPIPS heads on VGG16-HED": PerceptualDistance("lpips-vgg16-hed"),
            "Inception-v3 mixed5": PerceptualDistance(cache.load("inception-v3-mixed5")),
        }

    def __call__(self, original, made):
        """Named numbers of one picture."""
        from kgan.pictures.pixels import to_float

        pair = [to_float(crops(pixels)) for pixels in (original, made)]
        found = {"luma PSNR, dB": self.psnr(original, made)}
        return found | {name: float(np.mean(one.update(*pair))) for name, one in self.distances.items()}
