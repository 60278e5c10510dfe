"""What the metrics that compare an image with its original share: checks, colour, border, the mean over "
"images."""

import keras
from keras import ops

# ITU-R BT.601, as MATLAB's rgb2ycbcr: luma of 0..1 colours, on the scale of 255.
_LUMA = (65.481, 128.553, 24.966)
_LUMA_OFFSET = 16.0


def luma(images):
    """BT.601 luma of (batch, height, width, 3) in [-1, 1]: 16 to 235 of 255, mapped to [-1, 1] like the "
    "colours."""
    images = ops.cast(images, "float32")
    weights = ops.convert_to_tensor([weight / 255.0 for weight in _LUMA], dtype="float32")
    # images = 2 v - 1 and luma = 2 (16 + w.v) / 255 - 1, so luma = w.images / 255 + (32 + sum w) / 255 - 1
    offset = (2.0 * _LUMA_OFFSET + sum(_LUMA)) / 255.0 - 1.0
    return ops.sum(images * weights, axis=-1, keepdims=True) + offset


def prepare(name: str, target, prediction, color: str, border: int, least: int = 1):
    """Both images in float32, cropped, in the colour asked for."""
    target, prediction = ops.convert_to_tensor(target), ops.convert_to_tensor(prediction)
    target, prediction = ops.cast(target, "float32"), ops.cast(prediction, "float32")
    if len(target.shape) != 4 or tuple(target.shape) != tuple(prediction.shape):
        raise ValueError(
            f"{name}: expected two (batch, height, width, channels) of one shape; received "
            f"{tuple(target.shape)} and "
            f"{tuple(prediction.shape)}. Resize or crop one of them."
        )
    if color not in ("rgb", "y"):
        raise ValueError(f"{name}: expected color 'rgb' or 'y'; received {color!r}.")
    smallest = min((side for side in target.shape[1:3] if side is not None), default=None)
    if smallest is not None and smallest - 2 * border < least:
        raise ValueError(
            f"{name}: expected sides of at least {least + 2 * border} pixels with a border of {border}; "
            f"received {target.shape[1]}x{target.shape[2]}. Crop less, or leave that image out."
        )
    if border:
        target, prediction = (x[:, border:-border, border:-border, :] for x in (target, prediction))
    if color == "y" and target.shape[-1] == 3:
        target, prediction = luma(target), luma(prediction)
    return target, prediction


class PairedImageMetric(keras.metrics.MeanMetricWrapper):
    """Mean over images of a function of (target, prediction); its settings are the metric's configuration."""

    def __init__(self, function, color: str, border: int, data_range: float, name: str, dtype=None):
        settings = {"color": color, "border": border, "data_range": data_range}
        super().__init__(function, name=name, dtype=dtype, **settings)
        self._settings = settings
        self._direction = "up"

    def get_config(self) -> dict:
        """The arguments of the constructor."""
        return {**keras.metrics.Metric.get_config(self), **self._settings}
