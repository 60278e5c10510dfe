"""Pictures that move in straight lines and bounce off the frame's edges."""

import math

import tensorflow as tf


def bounce(start: tf.Tensor, velocity: tf.Tensor, room: tf.Tensor, length: int) -> tf.Tensor:
    """Where something is that moves evenly inside [0, room] and is reflected at both ends.

    `room - |mod(start + velocity t, 2 room) - room|`

    Args:
        start: any shape, at t = 0.
        velocity: same shape, a frame.
        room: the upper end, above 0; broadcasts with `start`.
        length: number of frames.

    Returns:
        shape (length, *start.shape).
    """
    times = tf.reshape(tf.range(length, dtype=tf.float32), [length] + [1] * len(start.shape))
    return room - tf.abs(tf.math.floormod(start + velocity * times, 2.0 * room) - room)


def clip(
    sprites: tf.Tensor, seed: tf.Tensor, length: int, size: tuple[int, int], speed: tuple[float, float]
) -> tf.Tensor:
    """A clip of sprites that cross each other, brighter over darker, on black.

    Args:
        sprites: (count, side, side), float32 in [0, 1].
        seed: two integers: the same seed gives the same places and velocities.
        length: number of frames.
        size: (height, width) of a frame, at least the sprites' side.
        speed: the least and the most pixels a frame.

    Returns:
        float32 of shape (length, height, width, 1) in [0, 1]; positions are not rounded to pixels.
    """
    count, side = sprites.shape[0], sprites.shape[1]
    height, width = size
    room = tf.constant([max(height - side, 1e-3), max(width - side, 1e-3)], tf.float32)
    draw = tf.random.stateless_uniform((count, 4), seed)
    angle = draw[:, 2] * (2.0 * math.pi)
    pace = speed[0] + draw[:, 3] * (speed[1] - speed[0])
    velocity = tf.stack([pace * tf.sin(angle), pace * tf.cos(angle)], axis=1)
    places = tf.reshape(bounce(draw[:, :2] * room, velocity, room, length), [length * count, 2])
    zero, one = tf.zeros_like(places[:, 0]), tf.ones_like(places[:, 0])
    shifts = tf.stack([one, zero, -places[:, 1], zero, one, -places[:, 0], zero, zero], axis=1)
    layers = tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.tile(sprites, [length, 1, 1])[..., None],
        transforms=shifts,
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    frames = tf.reduce_max(tf.reshape(layers, [length, count, height, width, 1]), axis=1)
    return tf.ensure_shape(frames, [length, height, width, 1])
