"""The noises of Real-ESRGAN: of the sensor (Gaussian), of light (Poisson), in each channel or the same in all.

Real-ESRGAN (Wang et al. 2021, arXiv:2107.10833, section 3.1). Images are in [0, 1] here.
"""

import tensorflow as tf

from kgan.data.source.keys import fold

# Rec. 601, of which grey noise is made.
LUMA = (0.299, 0.587, 0.114)
LEVELS = 256.0


def gaussian(image: tf.Tensor, key: tf.Tensor, deviation: tf.Tensor, grey: tf.Tensor) -> tf.Tensor:
    """`image + deviation / 255 n`, n standard normal; grey: the same n in all channels.

    Args:
        image: float tensor (height, width, channels).
        key: int64 tensor of shape (2,).
        deviation: float scalar in grey levels.
        grey: bool scalar.

    Returns:
        Of the image's shape.
    """
    noise = tf.random.stateless_normal(tf.shape(image), fold(key, "noise"))
    noise = tf.where(grey, noise[..., :1], noise)
    return image + noise * deviation / 255.0


def poisson(image: tf.Tensor, key: tf.Tensor, strength: tf.Tensor, grey: tf.Tensor) -> tf.Tensor:
    """`image + strength (Poisson(256 image) / 256 - image)`; grey: that of the luma, added to all channels.

    Args:
        image: float tensor (height, width, channels) in [0, 1].
        key: int64 tensor of shape (2,).
        strength: float scalar.
        grey: bool scalar.

    Returns:
        Of the image's shape.
    """
    light = tf.clip_by_value(image, 0.0, 1.0)
    if image.shape[-1] == 3:
        luma = tf.reduce_sum(light * tf.constant(LUMA), -1, keepdims=True)
        light = tf.where(grey, tf.broadcast_to(luma, tf.shape(light)), light)
    counts = tf.random.stateless_poisson(tf.shape(light), fold(key, "noise"), LEVELS * light, tf.float32)
    noise = counts / LEVELS - light
    noise = tf.where(grey, noise[..., :1], noise)
    return image + strength * noise
