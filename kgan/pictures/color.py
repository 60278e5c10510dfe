"""Colour as lightness and two opponent colours: CIE L*a*b*, from and to sRGB.

Written with `keras.ops`, differentiable, float32; white is D65, as in the sRGB standard (IEC 61966-2-1).
"""

from typing import Any

from keras import ops

# Linear RGB to XYZ over white, so that grey has three equal values.
_TO_XYZ = (
    (0.4124564 / 0.95047, 0.2126729, 0.0193339 / 1.08883),
    (0.3575761 / 0.95047, 0.7151522, 0.1191920 / 1.08883),
    (0.1804375 / 0.95047, 0.0721750, 0.9503041 / 1.08883),
)
_TO_RGB = (
    (3.2404542 * 0.95047, -0.9692660 * 0.95047, 0.0556434 * 0.95047),
    (-1.5371385, 1.8760108, -0.2040259),
    (-0.4985314 * 1.08883, 0.0415560 * 1.08883, 1.0572252 * 1.08883),
)
_KNEE = 6.0 / 29.0


def lab_from_rgb(images: Any) -> Any:
    """L*, a* and b* of sRGB colours.

    Args:
        images: `(..., 3)` in [-1, 1].

    Returns:
        float32 `(..., 3)`: lightness in [0, 100], and a* (green to red) and b* (blue to yellow), about [-110, 110].
    """
    xyz = ops.matmul(_linear(ops.cast(images, "float32")), ops.convert_to_tensor(_TO_XYZ, "float32"))
    f = ops.where(xyz > _KNEE**3, ops.power(ops.maximum(xyz, 1e-4), 1 / 3), xyz / (3 * _KNEE**2) + 4.0 / 29.0)
    x, y, z = (f[..., channel] for channel in range(3))
    return ops.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def rgb_from_lab(lab: Any) -> Any:
    """sRGB colours of L*, a* and b*; what lies outside sRGB is clipped.

    Args:
        lab: `(..., 3)`, as `lab_from_rgb` returns.

    Returns:
        float32 `(..., 3)` in [-1, 1].
    """
    lab = ops.cast(lab, "float32")
    y = (lab[..., 0] + 16) / 116
    f = ops.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = ops.where(f > _KNEE, f * f * f, 3 * _KNEE**2 * (f - 4.0 / 29.0))
    linear = ops.matmul(xyz, ops.convert_to_tensor(_TO_RGB, "float32"))
    linear = ops.clip(linear, 0.0, 1.0)
    coded = ops.where(
        linear > 0.0031308, 1.055 * ops.power(ops.maximum(linear, 1e-4), 1 / 2.4) - 0.055, 12.92 * linear
    )
    return 2 * coded - 1


def grey_from_rgb(images: Any) -> Any:
    """The grey of the same lightness.

    Args:
        images: `(..., 3)` in [-1, 1].

    Returns:
        float32 `(..., 1)` in [-1, 1].
    """
    lightness = lab_from_rgb(images)[..., :1]
    return rgb_from_lab(lightness * ops.convert_to_tensor([1.0, 0.0, 0.0], lightness.dtype))[..., :1]


def _linear(images):
    """Light in [0, 1] that coded values in [-1, 1] stand for."""
    coded = (images + 1) / 2
    return ops.where(
        coded > 0.04045, ops.power((ops.maximum(coded, 0.04) + 0.055) / 1.055, 2.4), coded / 12.92
    )
