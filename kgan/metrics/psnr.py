"""Peak signal-to-noise ratio, in RGB or on luma, with the border cropped."""

from typing import Any

import keras
from keras import ops

from kgan.metrics.paired_images import PairedImageMetric, prepare


def psnr(
    target: Any,
    prediction: Any,
    color: str = "rgb",
    border: int = 0,
    value_range: tuple[float, float] = (-1.0, 1.0),
) -> Any:
    """`10 log10((greatest - least)^2 / mean((target - prediction)^2))` of each image.

    Args:
        target, prediction: (batch, height, width, 1 or 3) in [-1, 1].
        color: "rgb" (all channels), or "y" (BT.601 luma, 16 to 235, as super-resolution papers report it).
        border: pixels to leave out on each side; papers crop the scale.
        value_range: the least and the greatest value that the images may have; (0, 255) for 8 bits.

    Returns:
        (batch,) float32, in dB; infinite for equal images.

    Raises:
        ValueError: for shapes that differ, or a border that leaves nothing.

    Example:
        >>> psnr(np.zeros((1, 8, 8, 3)), np.full((1, 8, 8, 3), 0.2))
        [20.0]
    """
    target, prediction = prepare("psnr", target, prediction, color, border, value_range)
    error = ops.mean(ops.square(target - prediction), axis=(1, 2, 3))
    return 10.0 * ops.log10(4.0 / error)


@keras.saving.register_keras_serializable("kgan.metrics")
class PSNR(PairedImageMetric):
    """Mean of `psnr` over images.

    Example:
        >>> metric = PSNR(color="y", border=4)
        >>> metric.update_state(target, prediction)
    """

    def __init__(
        self,
        color: str = "rgb",
        border: int = 0,
        value_range: tuple[float, float] = (-1.0, 1.0),
        name: str = "psnr",
        **kwargs,
    ):
        super().__init__(psnr, color, border, value_range, name=name, **kwargs)
