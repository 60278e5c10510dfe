"""Structural similarity, in RGB or on luma, with the border cropped."""

import keras
import numpy as np
from keras import ops

from kgan.metrics.paired_images import PairedImageMetric, prepare

_WINDOW = 11
_DEVIATION = 1.5


def ssim(target, prediction, color: str = "rgb", border: int = 0, data_range: float = 2.0):
    """Mean structural similarity of each image.

    Image Quality Assessment: From Error Visibility to Structural Similarity (Wang et al. 2004), equation 13,
    with its Gaussian window of 11 pixels and deviation 1.5, where the window lies wholly inside the image:

        (2 mx my + c1) (2 sxy + c2) / ((mx^2 + my^2 + c1) (sx^2 + sy^2 + c2))

    with c1 = (0.01 data_range)^2 and c2 = (0.03 data_range)^2, and the mean over the channels.

    Args:
        target, prediction: (batch, height, width, 1 or 3) in [-1, 1], at least 11 pixels a side after
            cropping.
        color, border, data_range: as for `psnr`.

    Returns:
        (batch,) float32, at most 1.

    Raises:
        ValueError: for shapes that differ, or are too small.

    Example:
        >>> ssim(images, images)
        [1.0, ...]
    """
    target, prediction = prepare("ssim", target, prediction, color, border, least=_WINDOW)
    # One filtering of five maps rather than five filterings.
    maps = ops.concatenate(
        [target, prediction, target * target, prediction * prediction, target * prediction], axis=-1
    )
    maps = ops.split(_blur(maps), 5, axis=-1)
    mean_x, mean_y = maps[0], maps[1]
    variance_x = maps[2] - mean_x * mean_x
    variance_y = maps[3] - mean_y * mean_y
    covariance = maps[4] - mean_x * mean_y
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return ops.mean(luminance * structure, axis=(1, 2, 3))


@keras.saving.register_keras_serializable("kgan.metrics")
class SSIM(PairedImageMetric):
    """Mean of `ssim` over images.

    Example:
        >>> metric = SSIM(color="y", border=4)
        >>> metric.update_state(target, prediction)
    """

    def __init__(
        self, color: str = "rgb", border: int = 0, data_range: float = 2.0, name: str = "ssim", **kwargs
    ):
        super().__init__(ssim, color, border, data_range, name=name, **kwargs)


def _blur(maps):
    offsets = np.arange(_WINDOW) - _WINDOW // 2
    weights = np.exp(-0.5 * (offsets / _DEVIATION) ** 2)
    weights = (weights / weights.sum()).astype("float32")
    channels = maps.shape[-1]
    for shape in ((_WINDOW, 1, 1, 1), (1, _WINDOW, 1, 1)):
        kernel = ops.tile(ops.reshape(ops.convert_to_tensor(weights), shape), (1, 1, channels, 1))
        maps = ops.depthwise_conv(maps, kernel, strides=1, padding="valid", data_format="channels_last")
    return maps
