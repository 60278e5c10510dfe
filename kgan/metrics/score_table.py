"""Restored pictures beside their originals: what papers on super-resolution and inpainting report."""

import dataclasses
import math

import numpy as np

from kgan.metrics.psnr import psnr
from kgan.metrics.ssim import ssim
from kgan.pictures.pixels import to_float


def mean_gradient(image) -> float:
    """Mean of `sqrt(dx^2 + dy^2)` over pixels and channels, in grey levels: how much detail there is.

    Args:
        image: uint8 (height, width, channels).
    """
    image = image.astype(np.float32)
    across, down = np.diff(image, axis=1)[:-1], np.diff(image, axis=0)[:, :-1]
    return float(np.sqrt(across**2 + down**2).mean())


def enlargement_scores(original, made, border: int) -> dict[str, float]:
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


def hole_scores(original, made, mask) -> dict[str, float]:
    """How well a hole is filled: only its pixels count.

    Args:
        original, made: uint8 (height, width, channels).
        mask: bool (height, width), true in the hole, somewhere.

    Returns:
        PSNR, SSIM (the mean of its map over the hole) and L1, in grey levels.
    """
    from skimage.metrics import structural_similarity

    difference = original[mask].astype(np.float64) - made[mask]
    error = np.mean(difference**2)
    window = min(11, (min(mask.shape) - 1) // 2 * 2 + 1)
    _, similarity = structural_similarity(
        original, made, win_size=window, channel_axis=-1, full=True, data_range=255
    )
    return {
        "PSNR": 10 * math.log10(255**2 / error) if error else math.inf,
        "SSIM": float(similarity[mask].mean()),
        "L1": float(np.abs(difference).mean()),
    }


@dataclasses.dataclass
class Comparison:
    """Scores of several methods on several pictures, picture by picture and in the mean.

    Args:
        protocol: what they were measured on, in words.

    Example:
        >>> comparison.add("cat.png", "bicubic", {"PSNR Y": 27.1})
        >>> print(comparison)
    """

    protocol: str
    rows: list = dataclasses.field(default_factory=list)

    def add(self, picture: str, method: str, scores: dict) -> None:
        """Takes in the scores of one method on one picture."""
        self.rows.append((picture, method, dict(scores)))

    @property
    def methods(self) -> list[str]:
        """In the order in which they came."""
        return list(dict.fromkeys(method for _, method, _ in self.rows))

    def mean(self, method: str) -> dict[str, float]:
        """The mean of each of a method's scores over the pictures."""
        scores = [scores for _, name, scores in self.rows if name == method]
        return {name: float(np.mean([one[name] for one in scores])) for name in scores[0]}

    def as_dict(self) -> dict:
        """Plain values for a JSON file."""
        pictures = [{"picture": p, "method": m, **scores} for p, m, scores in self.rows]
        return {
            "protocol": self.protocol,
            "mean": {method: self.mean(method) for method in self.methods},
            "pictures": pictures,
        }

    def means(self) -> str:
        """The protocol and the means alone, as a table."""
        return self._table(())

    def __str__(self) -> str:
        return self._table(self.pictures)

    @property
    def pictures(self) -> list[str]:
        """In the order in which they came."""
        return list(dict.fromkeys(picture for picture, _, _ in self.rows))

    def _table(self, pictures):
        names = list(self.rows[0][2])
        width = max(12, *(len(method) + 4 for method in self.methods))
        lines = [self.protocol, " " * width + "".join(f"{name:>11}" for name in names)]
        for picture in pictures:
            lines.append(picture)
            lines += [_row(m, scores, names, width) for p, m, scores in self.rows if p == picture]
        lines.append(f"mean of {len(self.pictures)}")
        lines += [_row(method, self.mean(method), names, width) for method in self.methods]
        return "\n".join(lines)


def _row(method, scores, names, width):
    return f"  {method:<{width - 2}}" + "".join(f"{scores[name]:>11.4g}" for name in names)
