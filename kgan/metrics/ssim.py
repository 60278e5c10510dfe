"""Structural similarity, in RGB or on luma, with the border cropped."""

from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.metrics.paired_images import PairedImageMetric, prepare

WINDOW = 11
_DEVIATION = 1.5


def ssim(
    target: Any,
    prediction: Any,
    color: str = "rgb",
    border: int = 0,
    value_range: tuple[float, float] = (-1.0, 1.0),
) -> Any:
    """Mean structural similarity of each image.

    Image Quality Assessment: From Error Visibility to Structural Similarity (Wang et al. 2004), equation 13, with
    its Gaussian window of 11 pixels and deviation 1.5, where the window lies wholly inside the image:

        (2 mx my + c1) (2 sxy + c2) / ((mx^2 + my^2 + c1) (sx^2 + sy^2 + c2))

    on values from 0 to L, c1 = (0.01 L)^2 and c2 = (0.03 L)^2, and the mean over the channels. Black is 0 whatever
    the images' range: the luminance term is a ratio, and has no meaning for values around 0.

    Args:
        target, prediction: (batch, height, width, 1 or 3) in [-1, 1], at least 11 pixels a side after
            cropping.
        color, border, value_range: as for `psnr`.

    Returns:
        (batch,) float32, at most 1.

    Raises:
        ValueError: for shapes that differ, or are too small.

    Example:
        >>> ssim(images, images)
        [1.0, ...]
    """
    pair = prepare("ssim", target, prediction, color, border, value_range, least=WINDOW)
    return ops.mean(ssim_map(*pair), axis=(1, 2, 3))


def ssim_map(target: Any, prediction: Any) -> Any:
    """Structural similarity where each window stands.

    Args:
        target, prediction: (batch, height, width, channels) float32 in [-1, 1].

    Returns:
        (batch, height - 10, width - 10, channels).
    """
    # One filtering of five maps rather than five filterings. Variances do not change with black's value, and lose
    # fewer digits around 0; the means move to values from 0 to 2.
    maps = ops.concatenate(
        [target, prediction, target * target, prediction * prediction, target * prediction], axis=-1
    )
    maps = ops.split(_blur(maps), 5, axis=-1)
    mean_x, mean_y = maps[0], maps[1]
    variance_x = maps[2] - mean_x * mean_x
    variance_y = maps[3] - mean_y * mean_y
    covariance = maps[4] - mean_x * mean_y
    mean_x, mean_y = mean_x + 1.0, mean_y + 1.0
    c1, c2 = (0.01 * 2.0) ** 2, (0.03 * 2.0) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return luminance * structure


@keras.saving.register_keras_serializable("kgan.metrics")
class SSIM(PairedImageMetric):
    """Mean of `ssim` over images.

    Example:
        >>> metric = SSIM(color="y", border=4)
        >>> metric.update_state(target, prediction)
    """

    def __init__(
        self,
        color: str = "rgb",
        border: int = 0,
        value_range: tuple[float, float] = (-1.0, 1.0),
        name: str = "ssim",
        **kwargs,
    ):
        super().__init__(ssim, color, border, value_range, name=name, **kwargs)


def _blur(maps):
    offsets = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-0.5 * (offsets / _DEVIATION) ** 2)
    weights = (weights / weights.sum()).astype("float32")
    channels = maps.shape[-1]
    for shape in ((WINDOW, 1, 1, 1), (1, WINDOW, 1, 1)):
        kernel = ops.tile(ops.reshape(ops.convert_to_tensor(weights), shape), (1, 1, channels, 1))
        maps = ops.depthwise_conv(maps, kernel, strides=1, padding="valid", data_format="channels_last")
    return maps
