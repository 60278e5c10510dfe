"""What the metrics that compare an image with its original share: checks, colour, border, mean over images."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

# ITU-R BT.601, as MATLAB's rgb2ycbcr: luma of 0..1 colours, on the scale of 255.
_LUMA = (65.481, 128.553, 24.966)
_LUMA_OFFSET = 16.0


def luma(images: Any) -> Any:
    """BT.601 luma of colours: 16 to 235 of 255, mapped to [-1, 1] as the colours are.

    Args:
        images: (batch, height, width, 3) in [-1, 1].

    Returns:
        (batch, height, width, 1) float32.

    Example:
        >>> luma(np.ones((1, 1, 1, 3)))  # 235 of 255
        [[[[0.843]]]]
    """
    images = ops.cast(images, "float32")
    weights = ops.convert_to_tensor([weight / 255.0 for weight in _LUMA], dtype="float32")
    # images = 2 v - 1 and luma = 2 (16 + w.v) / 255 - 1, so luma = w.images / 255 + (32 + sum w) / 255 - 1
    offset = (2.0 * _LUMA_OFFSET + sum(_LUMA)) / 255.0 - 1.0
    return ops.sum(images * weights, axis=-1, keepdims=True) + offset


def prepare(
    name: str,
    target: Any,
    prediction: Any,
    color: str,
    border: int,
    value_range: tuple[float, float] = (-1.0, 1.0),
    least: int = 1,
) -> tuple:
    """Both images in float32 and [-1, 1], cropped, in the colour asked for.

    Args:
        name: of the metric, for messages.
        target, prediction: (batch, height, width, channels).
        color: "rgb" or "y".
        border: pixels to leave out on each side.
        value_range: the least and the greatest value that the images may have.
        least: pixels a side that must be left.

    Returns:
        (target, prediction).

    Raises:
        ValueError: for what does not fit.
    """
    target, prediction = ops.convert_to_tensor(target), ops.convert_to_tensor(prediction)
    target, prediction = ops.cast(target, "float32"), ops.cast(prediction, "float32")
    if len(target.shape) != 4 or tuple(target.shape) != tuple(prediction.shape):
        raise ValueError(
            f"{name}: expected two (batch, height, width, channels) of one shape; received "
            f"{tuple(target.shape)} and {tuple(prediction.shape)}. Resize or crop one of them."
        )
    if color not in ("rgb", "y"):
        raise ValueError(f"{name}: expected color 'rgb' or 'y'; received {color!r}.")
    low, high = map(float, value_range)
    if not low < high:
        raise ValueError(
            f"{name}: expected value_range as (least, greatest); received {value_range}. Swap them."
        )
    if border != int(border) or border < 0:
        raise ValueError(
            f"{name}: expected a border of 0 pixels or more; received {border}. Crop 0 for none."
        )
    if color == "y" and target.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name}: expected 3 channels (or 1, luma already) for color 'y'; received {target.shape[-1]}. "
            "Use color 'rgb'."
        )
    smallest = min((side for side in target.shape[1:3] if side is not None), default=None)
    if smallest is not None and smallest - 2 * border < least:
        raise ValueError(
            f"{name}: expected sides of at least {least + 2 * border} pixels with a border of {border}; "
            f"received {target.shape[1]}x{target.shape[2]}. Crop less, or leave that image out."
        )
    if border:
        target, prediction = (x[:, border:-border, border:-border, :] for x in (target, prediction))
    if (low, high) != (-1.0, 1.0):
        target, prediction = (2.0 * (x - low) / (high - low) - 1.0 for x in (target, prediction))
    if color == "y" and target.shape[-1] == 3:
        target, prediction = luma(target), luma(prediction)
    return target, prediction


class PairedImageMetric(keras.metrics.MeanMetricWrapper):
    """Mean over images of a function of (target, prediction); its settings are the metric's configuration."""

    def __init__(
        self,
        function: Callable,
        color: str,
        border: int,
        value_range: tuple[float, float],
        name: str,
        dtype: Any = None,
    ):
        settings = {"color": color, "border": border, "value_range": tuple(value_range)}
        super().__init__(function, name=name, dtype=dtype, **settings)
        self._settings = settings
        self._direction = "up"

    def get_config(self) -> dict:
        """The arguments of the constructor."""
        return {**keras.metrics.Metric.get_config(self), **self._settings}
