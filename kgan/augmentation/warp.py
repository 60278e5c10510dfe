"""Affine transforms of pictures without aliasing: between two resamplings with a wavelet's filter.

The geometric part of Training Generative Adversarial Networks with Limited Data (Karras et al. 2020,
arXiv:2006.06676, appendix B). Sampling is written as products with matrices and one gather, so that gradients of
gradients (R1 through an augmentation) come from any backend.
"""

import functools

import numpy as np
from keras import ops

# The low-pass filter of the sixth symlet (Daubechies 1992): orthonormal, nearly symmetric.
SYMLET = np.array(
    [
        0.015404109327027373,
        0.0034907120842174702,
        -0.11799011114819057,
        -0.048311742585633,
        0.4910559419267466,
        0.787641141030194,
        0.3379294217276218,
        -0.07263752278646252,
        -0.021060292512300564,
        0.04472490177066578,
        0.0017677118642428036,
        -0.007800708325034148,
    ]
)
# Where the filter's mass lies: sample n of the fine grid stands at (n - CENTER) / 2 of the coarse one.
CENTER = float((np.arange(len(SYMLET)) * SYMLET).sum() / SYMLET.sum())


@functools.cache
def resampling(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Two matrices, to a grid of twice the density and back; one after the other they change nothing.

    `fine[n] = sqrt(2) * sum_k h[n - 2 k] x[k]`, x mirrored at its ends, and `back[k] = sum_n h[n - 2 k] fine[n] /
    sqrt(2)`: h is orthonormal to its shifts by two.

    Args:
        size: pixels of the coarse grid.

    Returns:
        `(2 * size + 10, size)` and `(size, 2 * size + 10)`, float32.
    """
    taps = len(SYMLET)
    fine = 2 * size + taps - 2
    up, down = np.zeros((fine, size)), np.zeros((size, fine))
    period = max(2 * size - 2, 1)
    for n in range(fine):
        for k in range(-taps // 2, size + taps // 2):
            if 0 <= n - 2 * k < taps:
                at = abs(k) % period
                up[n, min(at, period - at)] += 2**0.5 * SYMLET[n - 2 * k]
                if 0 <= k < size:
                    down[k, n] += SYMLET[n - 2 * k] / 2**0.5
    return up.astype("float32"), down.astype("float32")


def warp(images, matrices, oversample: bool = True):
    """`out[p] = images[M p]`, positions in pixels from the picture's middle, mirrored at the borders.

    Args:
        images: float `(batch, height, width, channels)`, sides known and at least 2.
        matrices: float32 `(batch, 2, 3)`, rows for y and x, columns for y, x and 1.
        oversample: resample through a grid of twice the density, as the paper does; without it the bilinear
            interpolation alone is left, in a quarter of the time.

    Returns:
        images of the same shape and type.
    """
    batch = ops.shape(images)[0]
    height, width, channels = images.shape[1:]
    x = images
    if oversample:
        (up_y, down_y), (up_x, down_x) = resampling(height), resampling(width)
        x = _product(_product(x, up_y, 1), up_x, 2)
        places = [(np.arange(side) - CENTER) / 2 for side in x.shape[1:3]]
    else:
        places = [np.arange(side) for side in x.shape[1:3]]
    rows, columns = x.shape[1:3]
    middle = (height - 1) / 2, (width - 1) / 2
    grid = np.stack(np.meshgrid(places[0] - middle[0], places[1] - middle[1], indexing="ij"), -1).reshape(
        -1, 2
    )
    grid = np.concatenate([grid, np.ones((len(grid), 1))], 1).astype("float32")
    sources = ops.einsum("bij,nj->bni", matrices, ops.convert_to_tensor(grid))
    y, z = (_mirrored(sources[:, :, i] + middle[i], side) for i, side in enumerate((height, width)))
    if oversample:
        y, z = 2 * y + CENTER, 2 * z + CENTER
    x = _bilinear(x, y, z, rows, columns)
    x = ops.reshape(x, (batch, rows, columns, channels))
    return _product(_product(x, down_y, 1), down_x, 2) if oversample else x


def _product(x, matrix, axis):
    matrix = ops.cast(ops.convert_to_tensor(matrix), x.dtype)
    return ops.einsum("nh,bhwc->bnwc" if axis == 1 else "nw,bhwc->bhnc", matrix, x)


def _mirrored(position, size):
    """Folded into [0, size - 1] at the middles of the border pixels."""
    period = 2.0 * (size - 1)
    position = ops.mod(ops.abs(position), period)
    return ops.minimum(position, period - position)


def _bilinear(x, y, z, rows, columns):
    """Values at (y, z) of `(batch, rows, columns, channels)`: (batch, n, channels)."""
    batch, channels = ops.shape(x)[0], x.shape[-1]
    flat = ops.reshape(x, (batch * rows * columns, channels))
    first = ops.arange(batch, dtype="int32")[:, None] * (rows * columns)
    low_y, low_z = ops.floor(y), ops.floor(z)
    part_y, part_z = y - low_y, z - low_z
    low_y, low_z = ops.cast(low_y, "int32"), ops.cast(low_z, "int32")
    total = 0.0
    for step_y, step_z in ((0, 0), (0, 1), (1, 0), (1, 1)):
        at_y, at_z = ops.minimum(low_y + step_y, rows - 1), ops.minimum(low_z + step_z, columns - 1)
        weight = (part_y if step_y else 1 - part_y) * (part_z if step_z else 1 - part_z)
        total = (
            total
            + ops.take(flat, first + at_y * columns + at_z, axis=0) * ops.cast(weight, x.dtype)[..., None]
        )
    return total
