"""An enlarged picture beside its original: what papers on super-resolution print."""

import numpy as np

from kgan.metrics.mean_gradient import mean_gradient
from kgan.metrics.psnr import psnr
from kgan.metrics.ssim import ssim
from kgan.pictures.pixels import to_float


def enlargement_scores(original: np.ndarray, made: np.ndarray, border: int) -> dict[str, float]:
    """What super-resolution papers print for one picture.

    Args:
        original, made: uint8 (height, width, 3 or 1), of one size.
        border: pixels left out on each side; papers leave out the scale.

    Returns:
        PSNR and SSIM, on luma (BT.601, 16 to 235) and in RGB, and the mean gradient over the original's.

    Example:
        >>> enlargement_scores(original, degradation.enlarged(small, 4), border=4)
    """
    pair = [to_float(image)[None] for image in (original, made)]
    inner = [
        image[border : image.shape[0] - border, border : image.shape[1] - border]
        for image in (original, made)
    ]
    return {
        "PSNR Y": float(psnr(*pair, "y", border)[0]),
        "SSIM Y": float(ssim(*pair, "y", border)[0]),
        "PSNR RGB": float(psnr(*pair, "rgb", border)[0]),
        "SSIM RGB": float(ssim(*pair, "rgb", border)[0]),
        "gradient": mean_gradient(inner[1]) / max(mean_gradient(inner[0]), 1e-6),
    }
