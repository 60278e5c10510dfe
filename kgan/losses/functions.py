"""The loss of each side by formula: pure functions of logits, a scalar each."""

from keras import ops

from kgan import backend


def _float32(*logits):
    return tuple(ops.cast(x, "float32") for x in logits)


def _cross_entropy(logits, target):
    """Mean cross-entropy of a constant `target` probability against logits."""
    return ops.mean(target * ops.softplus(-logits) + (1.0 - target) * ops.softplus(logits))


def _same_shape(real, fake, name):
    if len(real.shape) != len(fake.shape) or any(
        None not in (r, f) and r != f for r, f in zip(real.shape, fake.shape, strict=True)
    ):
        raise ValueError(
            f"The {name} loss compares real with fake one by one: expected logits of one shape, received "
            f"real {tuple(real.shape)} and fake {tuple(fake.shape)}; use batches of one size."
        )


def cross_entropy_discriminator(real, fake, label_smoothing: float = 0.0):
    """The classifier loss that minimax and non-saturating share (Goodfellow et al. 2014, arXiv:1406.2661).

    `mean(softplus(-real)) + mean(softplus(fake))`, which is `-log D(x) - log(1 - D(G(z)))`. With one-sided
    label smoothing (Salimans et al. 2016, arXiv:1606.03498) real's target is `1 - label_smoothing`; fake's
    stays 0.

    Args:
        real, fake: logits `(batch, ...)`, any float type.
        label_smoothing: in [0, 0.5).

    Returns:
        a float32 scalar.

    Example:
        >>> round(float(cross_entropy_discriminator(ops.zeros((2, 1)), ops.zeros((2, 1)))), 4)  # 2 log 2
        1.3863
    """
    real, fake = _float32(real, fake)
    return _cross_entropy(real, 1.0 - label_smoothing) + _cross_entropy(fake, 0.0)


def minimax_generator(fake):
    """`mean(log(1 - D(G(z)))) == -mean(softplus(fake))`: vanishes where D is sure (arXiv:1406.2661).

    Args:
        fake: logits `(batch, ...)`, any float type.

    Returns:
        a float32 scalar.

    Example:
        >>> round(float(minimax_generator(ops.zeros((2, 1)))), 4)  # -log 2
        -0.6931
    """
    (fake,) = _float32(fake)
    return -ops.mean(ops.softplus(fake))


def non_saturating_generator(fake):
    """`-mean(log D(G(z))) == mean(softplus(-fake))` (arXiv:1406.2661, section 3).

    Args:
        fake: logits `(batch, ...)`, any float type.

    Returns:
        a float32 scalar.

    Example:
        >>> round(float(non_saturating_generator(ops.zeros((2, 1)))), 4)  # log 2
        0.6931
    """
    (fake,) = _float32(fake)
    return _cross_entropy(fake, 1.0)


def wasserstein_discriminator(real, fake):
    """`mean(fake) - mean(real)`; for a Lipschitz critic (Arjovsky et al. 2017, arXiv:1701.07875).

    Args:
        real, fake: logits `(batch, ...)`, any float type.

    Returns:
        a float32 scalar.

    Example:
        >>> float(wasserstein_discriminator(ops.array([1.0, 3.0]), ops.array([0.5, 0.5])))
        -1.5
    """
    real, fake = _float32(real, fake)
    return ops.mean(fake) - ops.mean(real)


def wasserstein_generator(fake):
    """`-mean(fake)` (arXiv:1701.07875; with the hinge discriminator arXiv:1705.02894).

    Args:
        fake: logits `(batch, ...)`, any float type.

    Returns:
        a float32 scalar.

    Example:
        >>> float(wasserstein_generator(ops.array([1.0, 3.0])))
        -2.0
    """
    (fake,) = _float32(fake)
    return -ops.mean(fake)


def least_squares_discriminator(real, fake, a: float = 0.0, b: float = 1.0):
    """`0.5 * mean((real - b)**2) + 0.5 * mean((fake - a)**2)` (Mao et al. 2017, arXiv:1611.04076, eq. 2).

    Args:
        real, fake: logits `(batch, ...)`, any float type.
        a: what fake should be.
        b: what real should be.

    Returns:
        a float32 scalar.

    Example:
        >>> float(least_squares_discriminator(ops.array([1.0, 3.0]), ops.array([1.0, 1.0])))
        1.5
    """
    real, fake = _float32(real, fake)
    return 0.5 * ops.mean(ops.square(real - b)) + 0.5 * ops.mean(ops.square(fake - a))


def least_squares_generator(fake, c: float = 1.0):
    """`0.5 * mean((fake - c)**2)` (Mao et al. 2017, arXiv:1611.04076, eq. 2).

    Args:
        fake: logits `(batch, ...)`, any float type.
        c: what the generator wants fake to be taken for.

    Returns:
        a float32 scalar.

    Example:
        >>> float(least_squares_generator(ops.array([3.0])))
        2.0
    """
    (fake,) = _float32(fake)
    return 0.5 * ops.mean(ops.square(fake - c))


def hinge_discriminator(real, fake):
    """`mean(relu(1 - real)) + mean(relu(1 + fake))` (Lim & Ye 2017, arXiv:1705.02894).

    Args:
        real, fake: logits `(batch, ...)`, any float type.

    Returns:
        a float32 scalar.

    Example:
        >>> float(hinge_discriminator(ops.array([2.0]), ops.array([0.0])))
        1.0
    """
    real, fake = _float32(real, fake)
    return ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + fake))


def relativistic(more, less, label_smoothing: float = 0.0):
    """Pairing: `mean(softplus(-(more - less)))` (Jolicoeur-Martineau 2018, arXiv:1807.00734).

    The discriminator calls it with `(real, fake)`, the generator with `(fake, real)`: sample i against
    sample i.

    Args:
        more: logits `(batch, ...)` of what should look more real.
        less: logits, of the same shape, of what should look less so.
        label_smoothing: in [0, 0.5).

    Returns:
        a float32 scalar.

    Raises:
        ValueError: if the two shapes differ; they are not broadcast.

    Example:
        >>> round(float(relativistic(ops.array([2.0]), ops.array([2.0]))), 4)  # log 2
        0.6931
    """
    more, less = _float32(more, less)
    _same_shape(more, less, "relativistic")
    return _cross_entropy(more - less, 1.0 - label_smoothing)


def relativistic_average(more, less, label_smoothing: float = 0.0):
    """Relativistic average loss (Jolicoeur-Martineau 2018, arXiv:1807.00734, section 4.2).

    `mean(softplus(-(more - mean(less)))) + mean(softplus(less - mean(more)))`: the discriminator calls it
    with `(real, fake)`, the generator with `(fake, real)`. The inner means run over the batch of all
    replicas and, in a patch discriminator, over its positions. Smoothing touches the first term only.

    Args:
        more, less, label_smoothing: as for `relativistic`; the shapes may differ.

    Returns:
        a float32 scalar.

    Example:
        >>> round(float(relativistic_average(ops.array([1.0, 3.0]), ops.array([1.0, 3.0]))), 4)
        1.6265
    """
    more, less = _float32(more, less)
    mean_more, mean_less = backend.global_mean(more), backend.global_mean(less)
    return _cross_entropy(more - mean_less, 1.0 - label_smoothing) + _cross_entropy(less - mean_more, 0.0)
