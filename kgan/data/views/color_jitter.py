"""Colour jitter: brightness, contrast, saturation and hue, one draw for all images that belong together."""

import math

import tensorflow as tf

from kgan.data.source.keys import fold

# Y, I, Q of the NTSC colour space: turning the I-Q plane changes the hue and leaves the brightness.
TO_YIQ = [[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]]


def jitter(images: tf.Tensor, key: tf.Tensor, strength: float = 0.3) -> tf.Tensor:
    """Changes colours at random, the same for all pixels of all images given.

    With s the strength and u a fresh uniform draw from [-1, 1] for each line:

        x = x + 0.5 s u                                 (brightness)
        x = mean(x) + (1 + s u) (x - mean(x))           (contrast)
        x = grey(x) + (1 + s u) (x - grey(x))           (saturation; colour images)
        x = x with its hue turned by s u * 36 degrees   (colour images)

    Args:
        images: float32 tensor (..., height, width, channels) in [-1, 1]; channels 1, 3, or 4 with an alpha
            channel that stays as it is. The frames of a clip go in together.
        key: int64 tensor of shape (2,); the same key changes other images in the same way.
        strength: float in [0, 1].

    Returns:
        A tensor of the same shape, clipped to [-1, 1].
    """
    if images.shape[-1] == 4:
        colours = jitter(images[..., :3], key, strength)
        return tf.concat([colours, images[..., 3:]], -1)
    draws = strength * tf.random.stateless_uniform([4], fold(key, "jitter"), -1.0, 1.0)
    images = images + 0.5 * draws[0]
    mean = tf.reduce_mean(images)
    images = mean + (1 + draws[1]) * (images - mean)
    if images.shape[-1] == 3:
        images = tf.tensordot(images, _colour_matrix(1 + draws[2], draws[3] * math.pi / 5), [[-1], [1]])
    return tf.clip_by_value(images, -1.0, 1.0)


def _colour_matrix(saturation, angle):
    """The 3x3 matrix that scales and turns the colour plane of YIQ, in RGB."""
    forward = tf.constant(TO_YIQ)
    cosine, sine, zero = saturation * tf.cos(angle), saturation * tf.sin(angle), tf.zeros([])
    turn = tf.stack([tf.ones([]), zero, zero, zero, cosine, -sine, zero, sine, cosine])
    return tf.linalg.inv(forward) @ tf.reshape(turn, [3, 3]) @ forward
