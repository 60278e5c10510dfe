"""How far one picture's pixels are from another's, and how rough they are: terms of a generator's loss.

Pure functions of tensors, `(batch, height, width, channels)` unless they say otherwise, with maths in float32 and
a scalar out: the mean over everything, so that weights do not depend on size. `target` comes first, as in Keras.
"""

from keras import ops


def difference(target, prediction):
    """`target - prediction` in float32, of one shape: they are not broadcast.

    Raises:
        ValueError: for two shapes.
    """
    if len(target.shape) != len(prediction.shape) or any(
        None not in (t, p) and t != p for t, p in zip(target.shape, prediction.shape, strict=True)
    ):
        raise ValueError(
            f"Expected target and prediction of one shape, received {tuple(target.shape)} and "
            f"{tuple(prediction.shape)}; they are not broadcast."
        )
    return ops.cast(target, "float32") - ops.cast(prediction, "float32")


def _mean(values, mask=None):
    """Mean of `values`; with a mask, the mean over what it keeps of each sample, then over samples."""
    if mask is None:
        return ops.mean(values)
    mask = ops.broadcast_to(ops.cast(mask, "float32"), ops.shape(values))
    axes = tuple(range(1, len(values.shape)))
    kept = ops.maximum(ops.sum(mask, axis=axes), 1.0)
    return ops.mean(ops.sum(values * mask, axis=axes) / kept)


def l1(target, prediction, mask=None):
    """`mean(abs(target - prediction))`.

    Args:
        target, prediction: float tensors of one shape, `(batch, ...)`.
        mask: 1 where it counts, 0 elsewhere, of a shape that broadcasts to theirs. The mean is then over the kept
            values of each sample (none kept: 0), and over samples, so that small holes weigh as much as large ones.

    Returns:
        a float32 scalar.

    Raises:
        ValueError: for two shapes.

    Example:
        >>> float(l1(ops.zeros((1, 2)), ops.array([[1.0, 3.0]])))
        2.0
    """
    return _mean(ops.absolute(difference(target, prediction)), mask)


def l2(target, prediction, mask=None):
    """`mean((target - prediction)**2)`.

    Args:
        target, prediction, mask: as for `l1`.

    Returns:
        a float32 scalar.

    Example:
        >>> float(l2(ops.zeros((1, 2)), ops.array([[1.0, 3.0]])))
        5.0
    """
    return _mean(ops.square(difference(target, prediction)), mask)


def charbonnier(target, prediction, mask=None, epsilon: float = 1e-3):
    """`mean(sqrt((target - prediction)**2 + epsilon**2))`: L1 with a smooth 0 (LapSRN, arXiv:1704.03915).

    Args:
        target, prediction, mask: as for `l1`.
        epsilon: > 0, what an error of 0 costs.

    Returns:
        a float32 scalar.

    Example:
        >>> round(float(charbonnier(ops.zeros((1, 1)), ops.array([[3.0]]), epsilon=4.0)), 4)
        5.0
    """
    return _mean(ops.sqrt(ops.square(difference(target, prediction)) + epsilon**2), mask)


def cycle(image, reconstructed):
    """`l1(x, F(G(x)))`: there and back is no change (CycleGAN, Zhu et al. 2017, arXiv:1703.10593, eq. 2).

    Args:
        image: x.
        reconstructed: F(G(x)), of its shape.

    Returns:
        a float32 scalar.
    """
    return l1(image, reconstructed)


def identity(image, unchanged):
    """`l1(y, G(y))`: what is in the target domain already stays (arXiv:1703.10593, section 5.2).

    Args:
        image: y.
        unchanged: G(y), of its shape.

    Returns:
        a float32 scalar.
    """
    return l1(image, unchanged)


def _slopes(images):
    """Differences between vertical and between horizontal neighbours."""
    images = ops.cast(images, "float32")
    return images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]


def gradient_difference(target, prediction, alpha: float = 1.0):
    """Image gradient difference loss, against blur (Mathieu et al. 2016, arXiv:1511.05440, eq. 6).

    `mean(abs(abs(dy target) - abs(dy prediction))**alpha)`, and the same for dx, added; d is the difference
    between neighbours. The paper sums where we take means.

    Args:
        target, prediction: `(batch, height, width, channels)`.
        alpha: >= 1.

    Returns:
        a float32 scalar.

    Raises:
        ValueError: for two shapes.
    """
    difference(target, prediction)
    pairs = zip(_slopes(target), _slopes(prediction), strict=True)
    errors = [ops.absolute(ops.absolute(t) - ops.absolute(p)) for t, p in pairs]
    return sum(ops.mean(error if alpha == 1 else ops.power(error, alpha)) for error in errors)


def total_variation(images):
    """`mean(abs(dy images)) + mean(abs(dx images))`, the anisotropic form (Rudin, Osher & Fatemi 1992).

    Args:
        images: `(batch, height, width, channels)`.

    Returns:
        a float32 scalar.

    Example:
        >>> float(total_variation(ops.array([[[[0.0], [1.0]], [[0.0], [1.0]]]])))
        1.0
    """
    return sum(ops.mean(ops.absolute(slope)) for slope in _slopes(images))
