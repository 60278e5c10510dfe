"""Small affine disturbances, for data sets of a few hundred pictures."""

import math

import tensorflow as tf

ROTATION = math.radians(5.0)
SCALE = 0.06
SHEAR = 0.08
SHIFT = 0.05  # of the image's side


def jitter(image: tf.Tensor, seed: tf.Tensor, fill: float = -1.0) -> tf.Tensor:
    """Turn, scale, shear and shift one image a little, about its centre, with bilinear sampling.

    `source = centre + A (target - centre) - shift`, `A = rotation @ [[1, shear], [0, 1]] / scale`

    Args:
        image: (height, width, channels), float32.
        seed: two integers; the same seed gives the same disturbance.
        fill: what comes in from outside.

    Returns:
        float32 of the same shape.
    """
    height, width = image.shape[0], image.shape[1]
    draw = tf.random.stateless_uniform((5,), seed, -1.0, 1.0)
    angle, shear = draw[0] * ROTATION, draw[1] * SHEAR
    zoom = tf.exp(-draw[2] * math.log1p(SCALE))
    cosine, sine = tf.cos(angle) * zoom, tf.sin(angle) * zoom
    across = tf.stack([cosine, cosine * shear - sine])
    down = tf.stack([sine, sine * shear + cosine])
    centre = tf.constant([(width - 1) / 2, (height - 1) / 2], tf.float32)
    moved = centre + draw[3:] * SHIFT * tf.constant([width, height], tf.float32)
    offset_x = centre[0] - tf.reduce_sum(across * moved)
    offset_y = centre[1] - tf.reduce_sum(down * moved)
    transform = tf.concat([across, [offset_x], down, [offset_y], [0.0, 0.0]], axis=0)
    turned = tf.raw_ops.ImageProjectiveTransformV3(
        images=image[None],
        transforms=transform[None],
        output_shape=[height, width],
        fill_value=fill,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(turned[0], image.shape)
