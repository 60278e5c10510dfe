"""Blind degradation in one pass: blur, shrink, noise, JPEG."""

import tensorflow as tf

from kgan.data.source.keys import fold
from kgan.data.views.degradation.resize import smaller
from kgan.pictures.pixels import to_float, to_uint8

# Deviation of the blur in pixels of the large picture, of the noise in grey levels of the small one, and JPEG's
# quality.
BLUR, NOISE, QUALITY = (0.2, 3.0), (0.0, 15.0), (40, 95)
BLUR_RADIUS = 9


def blind(image: tf.Tensor, scale: int, key: tf.Tensor) -> tf.Tensor:
    """Blur, shrink, noise, JPEG, each as strong as the key says (in the manner of arXiv:2103.14006, without its
    shuffled order).

    Args:
        image, scale: as for `bicubic`.
        key: int64 tensor of shape (2,).

    Returns:
        As `bicubic`.
    """

    def draw(use, low, high):
        return tf.random.stateless_uniform([], fold(key, use), float(low), float(high))

    image = _blurred(image, draw("blur", *BLUR), draw("blur across", *BLUR))
    small = smaller(image, scale)
    noise = tf.random.stateless_normal(tf.shape(small), fold(key, "noise"))
    small += noise * draw("noise level", *NOISE) / 127.5
    quality = tf.random.stateless_uniform([], fold(key, "quality"), *QUALITY, tf.int32)
    coded = tf.image.adjust_jpeg_quality(to_uint8(small), quality)
    return to_float(tf.ensure_shape(coded, small.shape))


def _blurred(image, down, across):
    """A Gaussian blur with two deviations, mirrored at the border."""
    offsets = tf.range(-BLUR_RADIUS, BLUR_RADIUS + 1, dtype=tf.float32)
    channels = image.shape[-1]
    radii = [min(BLUR_RADIUS, side - 1) for side in image.shape[:2]]
    image = image[None]
    for axis, deviation in ((1, down), (2, across)):
        radius = radii[axis - 1]
        paddings = [[0, 0]] * 4
        paddings[axis] = [radius, radius]
        weights = tf.exp(-0.5 * tf.square(offsets / deviation))
        weights = weights[BLUR_RADIUS - radius : BLUR_RADIUS + radius + 1]
        shape = [1, 1, 1, 1]
        shape[axis - 1] = 2 * radius + 1
        kernel = tf.tile(tf.reshape(weights / tf.reduce_sum(weights), shape), [1, 1, channels, 1])
        image = tf.pad(image, paddings, "REFLECT")
        image = tf.nn.depthwise_conv2d(image, kernel, [1, 1, 1, 1], "VALID")
    return image[0]
