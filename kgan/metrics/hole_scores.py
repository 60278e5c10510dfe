"""A filled hole beside its original: what papers on inpainting print."""

import math

import numpy as np
from keras import ops

from kgan.metrics.ssim import WINDOW, ssim_map
from kgan.pictures.pixels import to_float


def hole_scores(original: np.ndarray, made: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """How well a hole is filled: only its pixels count.

    Args:
        original, made: uint8 (height, width, channels).
        mask: bool (height, width), true in the hole, somewhere.

    Returns:
        PSNR, SSIM and L1 in grey levels. SSIM is `kgan.metrics.ssim`'s, averaged over the windows whose middle is
        in the hole and that lie wholly inside the picture; over all in the hole, the picture mirrored at its
        edges, where there is no such.

    Raises:
        ValueError: a mask with no hole.
    """
    if not mask.any():
        raise ValueError(
            "hole_scores: expected a mask with a hole; received one without. Leave that picture out."
        )
    difference = original[mask].astype(np.float64) - made[mask]
    error = np.mean(difference**2)
    reach = WINDOW // 2
    around = ((0, 0), (reach, reach), (reach, reach), (0, 0))
    pair = (np.pad(to_float(image)[None], around, mode="symmetric") for image in (original, made))
    similarity = ops.convert_to_numpy(ssim_map(*map(ops.convert_to_tensor, pair)))[0]
    inner = np.zeros_like(mask)
    inner[reach:-reach, reach:-reach] = mask[reach:-reach, reach:-reach]
    return {
        "PSNR": 10 * math.log10(255**2 / error) if error else math.inf,
        "SSIM": float(similarity[inner if inner.any() else mask].mean()),
        "L1": float(np.abs(difference).mean()),
    }
