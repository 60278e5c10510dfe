"""The blurs of Real-ESRGAN: Gaussian, generalized Gaussian, plateau, and the sinc that rings.

Real-ESRGAN (Wang et al. 2021, arXiv:2107.10833, sections 3.1 and 3.3; parameters in 4.1). A kernel is a (21, 21)
tensor that adds up to 1; a smaller one lies in its centre, so that one convolution serves all.
"""

import math

import tensorflow as tf

from kgan.data.source.keys import fold

SIDE = 21
SHAPES = ("gaussian", "generalized", "plateau")
# Isotropic and anisotropic, of each shape.
CHANCES = ((0.45, 0.25), (0.12, 0.03), (0.12, 0.03))
SINC_CHANCE = 0.1
POWERS = {"generalized": (0.5, 4.0), "plateau": (1.0, 2.0)}


def grid(size: int) -> tf.Tensor:
    """`(x, y)` of each place of a kernel, the centre at 0, and which places are within `size`."""
    line = tf.range(SIDE, dtype=tf.float32) - SIDE // 2
    x, y = tf.meshgrid(line, line)
    reach = tf.cast(size // 2, tf.float32)
    return x, y, tf.cast((tf.abs(x) <= reach) & (tf.abs(y) <= reach), tf.float32)


def bell(
    size: int,
    across: tf.Tensor,
    along: tf.Tensor,
    rotation: tf.Tensor,
    shape: str = "gaussian",
    power: tf.Tensor = 1.0,
) -> tf.Tensor:
    """A kernel with one hill.

    With `q = c' S^-1 c`, c the place and S the covariance with deviations `across` and `along`, turned by `rotation`:
    `exp(-q / 2)`, generalized `exp(-q**power / 2)`, plateau `1 / (1 + q**power)`; normalized over the kernel.

    Args:
        size: int scalar, odd, up to 21.
        across, along: float scalars, deviations in pixels; equal ones are isotropic.
        rotation: float scalar in radians.
        shape: "gaussian", "generalized" or "plateau".
        power: float scalar; of a Gaussian it is 1.

    Returns:
        float32 tensor (21, 21).
    """
    x, y, inside = grid(size)
    turned_x = tf.cos(rotation) * x + tf.sin(rotation) * y
    turned_y = tf.cos(rotation) * y - tf.sin(rotation) * x
    form = tf.square(turned_x / across) + tf.square(turned_y / along)
    if shape == "gaussian":
        hill = tf.exp(-0.5 * form)
    elif shape == "generalized":
        hill = tf.exp(-0.5 * form**power)
    else:
        hill = 1 / (1 + form**power)
    hill *= inside
    return hill / tf.reduce_sum(hill)


def sinc(size: int, cutoff: tf.Tensor) -> tf.Tensor:
    """The low pass that cuts off at a frequency and so rings: `cutoff J1(cutoff r) / (2 pi r)`, normalized.

    Args:
        size: int scalar, odd, up to 21.
        cutoff: float scalar in radians a pixel, up to pi.

    Returns:
        float32 tensor (21, 21).
    """
    x, y, inside = grid(size)
    radius = tf.sqrt(tf.square(x) + tf.square(y))
    away = tf.where(radius > 0, radius, 1.0)
    ripple = cutoff * tf.math.special.bessel_j1(cutoff * away) / (2 * math.pi * away)
    # J1(t) / t is 1/2 at 0.
    ripple = tf.where(radius > 0, ripple, cutoff**2 / (4 * math.pi)) * inside
    return ripple / tf.reduce_sum(ripple)


def pulse() -> tf.Tensor:
    """The kernel that leaves an image as it is."""
    return tf.scatter_nd([[SIDE // 2, SIDE // 2]], [1.0], [SIDE, SIDE])


def draw_size(key: tf.Tensor) -> tf.Tensor:
    """An odd size from 7 to 21, all as likely."""
    return 7 + 2 * tf.random.stateless_uniform([], fold(key, "size"), 0, 8, tf.int32)


def draw_sinc(key: tf.Tensor, small_from: float = math.pi / 3, large_from: float = math.pi / 5) -> tf.Tensor:
    """A sinc that cuts off between `small_from` (below 13 pixels) or `large_from` (from 13 on) and pi."""
    size = draw_size(key)
    lowest = tf.where(size < 13, small_from, large_from)
    return sinc(size, lowest + _uniform(key, "cutoff") * (math.pi - lowest))


def draw(key: tf.Tensor, deviations: tuple) -> tf.Tensor:
    """One of all the blurs, as likely as in the paper.

    Args:
        key: int64 tensor of shape (2,).
        deviations: (least, most), in pixels.

    Returns:
        float32 tensor (21, 21).
    """
    least, most = deviations
    size = draw_size(key)
    across = least + (most - least) * _uniform(key, "across")
    along = least + (most - least) * _uniform(key, "along")
    rotation = (2 * _uniform(key, "rotation") - 1) * math.pi
    choice, kinds, reached = _uniform(key, "shape"), [], 0.0
    for shape, chances in zip(SHAPES, CHANCES, strict=True):
        low, high = POWERS.get(shape, (1.0, 1.0))
        power = low + (high - low) * _uniform(key, f"power of {shape}")
        for chance, other in zip(chances, (across, along), strict=True):
            reached += chance
            kinds.append((reached, lambda o=other, s=shape, p=power: bell(size, across, o, rotation, s, p)))
    kernel = kinds[-1][1]
    for reached, made in reversed(kinds[:-1]):
        kernel = _either(choice < reached, made, kernel)
    return _either(_uniform(key, "sinc") < SINC_CHANCE, lambda: draw_sinc(key), kernel)()


def blurred(image: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """An image convolved with a kernel, mirrored at the border.

    Args:
        image: float tensor (height, width, channels), sides of at least 11.
        kernel: tensor (21, 21).

    Returns:
        Of the image's shape.
    """
    reach = SIDE // 2
    image = tf.pad(image, [[reach, reach], [reach, reach], [0, 0]], "REFLECT")
    kernel = tf.tile(kernel[:, :, None, None], [1, 1, image.shape[-1], 1])
    return tf.nn.depthwise_conv2d(image[None], kernel, [1, 1, 1, 1], "VALID")[0]


def _uniform(key, use):
    return tf.random.stateless_uniform([], fold(key, use))


def _either(condition, one, other):
    return lambda: tf.cond(condition, one, other)
