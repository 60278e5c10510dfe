"""How far two sets of features are apart, whichever network they come from: terms of a generator's loss.

Maths in float32. Real features are constants wherever a discriminator made them.
"""

import keras
from keras import ops

from kgan import backend
from kgan.objectives.pixels import difference, l1

# No network of features here needs more.
LARGEST_LEAST = 300


def direction(target, prediction):
    """`mean over pixels of |a / |a| - b / |b||**2`, the length that of a pixel's channels; in [0, 4].

    What LPIPS compares features by (The Unreasonable Effectiveness of Deep Features, Zhang et al. 2018,
    arXiv:1801.03924, equation 1, all channel weights one).

    Args:
        target, prediction: features `(batch, height, width, channels)`.

    Returns:
        `(batch,)`, float32.

    Example:
        >>> float(direction(ops.array([[[[1.0, 0.0]]]]), ops.array([[[[0.0, 5.0]]]]))[0])
        2.0
    """
    units = []
    for x in (target, prediction):
        x = ops.cast(x, "float32")
        units.append(x / ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-10))
    return ops.mean(ops.sum(ops.square(units[0] - units[1]), axis=-1), axis=(1, 2))


def require_side(network, size, what):
    """Makes sure that images are large enough for all poolings of a network. An empty map has no features.

    Args:
        network: functional `keras.Model` from images.
        size: (height, width) of the images.
        what: whose images these are, for the error.

    Raises:
        ValueError: if a map would be empty; it names the least side.
    """
    if _has_maps(network, size):
        return
    least = next(
        (side for side in range(min(size) + 1, LARGEST_LEAST) if _has_maps(network, (side, side))), None
    )
    raise ValueError(
        f"{what}: expected images of at least {least or LARGEST_LEAST} pixels a side for the features of "
        f"{network.name!r}, whose poolings leave nothing of smaller ones; received {size[0]}x{size[1]}. Use larger "
        "ones, or other features."
    )


def _has_maps(network, size):
    try:
        network.compute_output_shape((1, *size, network.inputs[0].shape[-1]))
    except ValueError:
        return False
    return True


def _pairs(real, fake):
    real, fake = keras.tree.flatten(real), keras.tree.flatten(fake)
    if len(real) != len(fake):
        raise ValueError(f"Expected as many real features as fake, received {len(real)} and {len(fake)}.")
    return [(ops.stop_gradient(r), f) for r, f in zip(real, fake, strict=True)]


def feature_matching(real_features, fake_features):
    """Mean over layers of `l1(real, fake)`, sample by sample (pix2pixHD, arXiv:1711.11585, eq. 3).

    Real and fake must belong together, as the two pairs of one source do. Real's features are constants.

    Args:
        real_features, fake_features: a tensor, or lists of them, nested (discriminators, layers) or not, of equal
            structure.

    Returns:
        a float32 scalar.

    Raises:
        ValueError: for structures or shapes that differ.
    """
    pairs = _pairs(real_features, fake_features)
    return sum(l1(real, fake) for real, fake in pairs) / len(pairs)


def mean_feature_matching(real_features, fake_features):
    """Mean over layers of `sum((mean(real) - mean(fake))**2)` (Salimans et al. 2016, arXiv:1606.03498).

    For sets of samples that do not belong together: only batch means, over all replicas, are compared. Real's
    features are constants.

    Args:
        real_features, fake_features: as for `feature_matching`.

    Returns:
        a float32 scalar.

    Example:
        Any scheme whose discriminator ends in a linear layer learns by it, alone or beside its own terms:

        >>> class Matching(GAN):
        ...     def generator_losses(self, batch, generated):
        ...         see, _ = with_features(self.discriminator, "Matching")  # of kgan.adversarial.networks
        ...         real, fake = (see(image)[1] for image in (batch["image"], generated["image"]))
        ...         return {"features": objectives.mean_feature_matching(real, fake)}
    """
    pairs = _pairs(real_features, fake_features)
    total = 0.0
    for real, fake in pairs:
        means = (backend.replica_mean(ops.mean(ops.cast(x, "float32"), axis=0)) for x in (real, fake))
        total = total + ops.sum(ops.square(difference(*means)))
    return total / len(pairs)
