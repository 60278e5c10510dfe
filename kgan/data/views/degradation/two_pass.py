"""Real-ESRGAN's degradation: everything that happens to a picture on its way to a screen, twice.

Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data (Wang et al. 2021, arXiv:2107.10833,
sections 3 and 4.1): blur, resize, noise, JPEG; again, weaker; then a last sinc, before or after the last JPEG.
"""

import dataclasses
import math

import tensorflow as tf

from kgan.data.source.keys import fold
from kgan.data.views.degradation import blur_kernels, noise
from kgan.pictures.pixels import to_float, to_uint8

# A kernel reaches 10 pixels, of what the first resize makes 0.15 as large.
LEAST_SIDE = 80
METHODS = ("area", "bilinear", "bicubic")
GREY_CHANCE, GAUSSIAN_CHANCE, LAST_SINC_CHANCE = 0.4, 0.5, 0.8
QUALITY = (30, 95)


@dataclasses.dataclass(frozen=True)
class Pass:
    """How strong one pass is.

    Args:
        blur_chance: of there being a blur.
        deviations: (least, most) of the blur, in pixels.
        larger, smaller: chances of a resize up and down; else none.
        sizes: (least, most) factor of the resize.
        gaussian: (least, most) deviation of Gaussian noise in grey levels.
        poisson: (least, most) strength of Poisson noise.
    """

    blur_chance: float
    deviations: tuple[float, float]
    larger: float
    smaller: float
    sizes: tuple[float, float]
    gaussian: tuple[float, float]
    poisson: tuple[float, float]


FIRST = Pass(1.0, (0.2, 3.0), 0.2, 0.7, (0.15, 1.5), (1.0, 30.0), (0.05, 3.0))
SECOND = Pass(0.8, (0.2, 1.5), 0.3, 0.4, (0.3, 1.2), (1.0, 25.0), (0.05, 2.5))


def real(image: tf.Tensor, scale: int, key: tf.Tensor) -> tf.Tensor:
    """Makes a picture small in the manner of old cameras, messengers and web sites.

    Args:
        image: tensor (height, width, channels) in [-1, 1], static sides: multiples of the scale, at least 80 and
            11 times the scale.
        scale: integer.
        key: int64 tensor of shape (2,).

    Returns:
        float32 tensor (height / scale, width / scale, channels), one of the 256 grey levels each.

    Differs from the authors' code: Poisson noise counts in 256 levels, not in as many as a crop has values.
    """
    height, width, channels = image.shape
    small = (height // scale, width // scale)
    x = (tf.cast(image, tf.float32) + 1) / 2
    x = one_pass(x, FIRST, (height, width), fold(key, "first"))
    x = jpeg(x, fold(key, "first"))
    x = one_pass(x, SECOND, small, fold(key, "second"))
    key = fold(key, "last")

    def resized_and_rung(x):
        x = resize(x, small, fold(key, "resize"))
        kernel = tf.cond(
            _uniform(key, "sinc") < LAST_SINC_CHANCE,
            lambda: blur_kernels.draw_sinc(key, large_from=math.pi / 3),
            blur_kernels.pulse,
        )
        return blur_kernels.blurred(x, kernel)

    x = tf.cond(
        _uniform(key, "order") < 0.5,
        lambda: jpeg(resized_and_rung(x), key),
        lambda: resized_and_rung(jpeg(x, key)),
    )
    return to_float(to_uint8(2 * tf.ensure_shape(x, (*small, channels)) - 1))


def one_pass(x: tf.Tensor, strength: Pass, base: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """Blur, resize, noise.

    Args:
        x: float tensor (height, width, channels) in [0, 1].
        strength: `Pass`.
        base: (height, width) that the factor of the resize is of.
        key: int64 tensor of shape (2,).

    Returns:
        float tensor (any height, any width, channels).
    """
    channels = x.shape[-1]
    kernel = blur_kernels.draw(fold(key, "blur"), strength.deviations)
    x = tf.cond(
        _uniform(key, "is blurred") < strength.blur_chance, lambda: blur_kernels.blurred(x, kernel), lambda: x
    )
    direction = _uniform(key, "direction")
    least, most = strength.sizes
    up, down = 1 + (most - 1) * _uniform(key, "up"), least + (1 - least) * _uniform(key, "down")
    factor = tf.where(
        direction < strength.larger, up, tf.where(direction < strength.larger + strength.smaller, down, 1.0)
    )
    size = tf.cast(tf.cast(base, tf.float32) * factor, tf.int32)
    x = resize(tf.ensure_shape(x, (None, None, channels)), size, fold(key, "resize"))
    return tf.clip_by_value(noisy(x, strength, fold(key, "noise")), 0.0, 1.0)


def resize(x: tf.Tensor, size: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """Resizes by area, bilinearly or bicubically, as the key says; without antialiasing, which is what goes wrong."""
    choice = tf.random.stateless_uniform([], fold(key, "method"), 0, len(METHODS), tf.int32)
    made = [lambda method=method: tf.image.resize(x, size, method) for method in METHODS]
    return tf.ensure_shape(tf.switch_case(choice, made), (None, None, x.shape[-1]))


def noisy(x: tf.Tensor, strength: Pass, key: tf.Tensor) -> tf.Tensor:
    """Adds Gaussian or Poisson noise, colored or grey, as the key says."""
    grey = _uniform(key, "grey") < GREY_CHANCE
    level = _uniform(key, "level")

    def between(limits):
        return limits[0] + (limits[1] - limits[0]) * level

    return tf.cond(
        _uniform(key, "kind") < GAUSSIAN_CHANCE,
        lambda: noise.gaussian(x, key, between(strength.gaussian), grey),
        lambda: noise.poisson(x, key, between(strength.poisson), grey),
    )


def jpeg(x: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """What JPEG leaves of an image in [0, 1], its quality by the key."""
    quality = tf.random.stateless_uniform([], fold(key, "quality"), QUALITY[0], QUALITY[1] + 1, tf.int32)
    coded = tf.image.adjust_jpeg_quality(to_uint8(2 * x - 1), quality)
    return tf.ensure_shape(tf.cast(coded, tf.float32) / 255.0, (None, None, x.shape[-1]))


def _uniform(key, use):
    return tf.random.stateless_uniform([], fold(key, use))
