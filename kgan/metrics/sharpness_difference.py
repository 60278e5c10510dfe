"""How much sharper or blurrier a predicted frame is than the true one."""

from typing import Any

import keras
from keras import ops

from kgan.metrics.paired_images import PairedImageMetric, prepare


def slopes(images: Any) -> Any:
    """`abs(x[i, j] - x[i - 1, j]) + abs(x[i, j] - x[i, j - 1])`: (batch, height - 1, width - 1, channels)."""
    down = ops.absolute(images[:, 1:, 1:] - images[:, :-1, 1:])
    across = ops.absolute(images[:, 1:, 1:] - images[:, 1:, :-1])
    return down + across


def sharpness_difference(
    target: Any,
    prediction: Any,
    color: str = "rgb",
    border: int = 0,
    value_range: tuple[float, float] = (-1.0, 1.0),
) -> Any:
    """`10 log10((greatest - least) / mean(abs(slopes(target) - slopes(prediction))))` of each image.

    More is better. (Mathieu et al. 2016, arXiv:1511.05440, section 4.2, on frames scaled to a range of 1.)

    Args:
        target, prediction: (batch, height, width, 1 or 3) in [-1, 1].
        color: "rgb" (all channels), or "y" (BT.601 luma).
        border: pixels to leave out on each side.
        value_range: the least and the greatest value that the images may have; (0, 255) for 8 bits.

    Returns:
        (batch,) float32, in dB; infinite for equal slopes.

    Raises:
        ValueError: for shapes that differ, or a border that leaves no slope.

    Example:
        >>> sharpness_difference(np.zeros((1, 8, 8, 1)), np.full((1, 8, 8, 1), 0.2))
        [inf]
    """
    target, prediction = prepare(
        "sharpness_difference", target, prediction, color, border, value_range, least=2
    )
    error = ops.mean(ops.absolute(slopes(target) - slopes(prediction)), axis=(1, 2, 3))
    return 10.0 * ops.log10(2.0 / error)


@keras.saving.register_keras_serializable("kgan.metrics")
class SharpnessDifference(PairedImageMetric):
    """Mean of `sharpness_difference` over images."""

    def __init__(
        self,
        color: str = "rgb",
        border: int = 0,
        value_range: tuple[float, float] = (-1.0, 1.0),
        name: str = "sharpness_difference",
        **kwargs,
    ):
        super().__init__(sharpness_difference, color, border, value_range, name=name, **kwargs)
