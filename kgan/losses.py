"""What the discriminator minimises and what the generator minimises, for each named adversarial loss.

A pure function per side, in logits (no sigmoid at the end of the discriminator), and a small class per pair
for what there is to save: the constants. `get("hinge")` gives the pair by name.

`real` and `fake` are the discriminator's logits for real and for generated samples: `(batch, ...)`, any
float type. The maths is in float32, in `softplus` forms that neither overflow nor lose their gradient:
`-log(sigmoid(x)) == softplus(-x)` and `-log(1 - sigmoid(x)) == softplus(x)`. Every function returns a
scalar, the mean over all logits, so a patch discriminator's logits count like so many samples.
"""

import keras
from keras import ops

from kgan import backend
from kgan.configured import Configured

_register = keras.saving.register_keras_serializable("kgan.losses")


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
    mean_more = backend.replica_mean(ops.mean(more))
    mean_less = backend.replica_mean(ops.mean(less))
    return _cross_entropy(more - mean_less, 1.0 - label_smoothing) + _cross_entropy(less - mean_more, 0.0)


class AdversarialLoss(Configured):
    """A pair of losses; subclasses write `discriminator` and `generator`, both `(real, fake) -> scalar`.

    `generator_uses_real` says whether `generator` looks at `real` at all: where it does not, `real` may be
    `None` and the discriminator need not run on real samples in the generator's turn. `threshold` is the
    logit between "fake" and "real", `None` where a logit alone says neither.
    """

    name = None
    generator_uses_real = False
    threshold = None

    def discriminator(self, real, fake):
        raise NotImplementedError(f"{type(self).__name__} must define discriminator(real, fake).")

    def generator(self, real, fake):
        raise NotImplementedError(f"{type(self).__name__} must define generator(real, fake).")


class _CrossEntropyLoss(AdversarialLoss):
    def __init__(self, label_smoothing: float = 0.0) -> None:
        if not 0.0 <= label_smoothing < 0.5:
            raise ValueError(
                f"label_smoothing must lie in [0, 0.5), received {label_smoothing}; 0.1 is usual."
            )
        self.label_smoothing = label_smoothing

    def discriminator(self, real, fake):
        return cross_entropy_discriminator(real, fake, self.label_smoothing)


@_register
class Minimax(_CrossEntropyLoss):
    """`cross_entropy_discriminator` and `minimax_generator`: the game of Goodfellow et al. 2014, eq. 1."""

    name = "minimax"
    threshold = 0.0

    def generator(self, real, fake):
        return minimax_generator(fake)


@_register
class NonSaturating(_CrossEntropyLoss):
    """`cross_entropy_discriminator` and `non_saturating_generator`: what is meant by "the GAN loss"."""

    name = "non-saturating"
    threshold = 0.0

    def generator(self, real, fake):
        return non_saturating_generator(fake)


@_register
class Wasserstein(AdversarialLoss):
    """`wasserstein_discriminator` and `wasserstein_generator`; wants a penalty or weight clipping."""

    name = "wasserstein"

    def discriminator(self, real, fake):
        return wasserstein_discriminator(real, fake)

    def generator(self, real, fake):
        return wasserstein_generator(fake)


@_register
class LeastSquares(AdversarialLoss):
    """`least_squares_discriminator` and `least_squares_generator` (Mao et al. 2017, arXiv:1611.04076).

    Args:
        a: the discriminator's target for fake.
        b: the discriminator's target for real.
        c: the generator's target for fake. The paper's other choice, `a=-1, b=1, c=0` (eq. 8), makes the generator
            minimise a Pearson chi-squared divergence.
    """

    name = "least-squares"

    def __init__(self, a: float = 0.0, b: float = 1.0, c: float = 1.0) -> None:
        self.a, self.b, self.c = a, b, c

    @property
    def threshold(self):
        return (self.a + self.b) / 2

    def discriminator(self, real, fake):
        return least_squares_discriminator(real, fake, self.a, self.b)

    def generator(self, real, fake):
        return least_squares_generator(fake, self.c)


@_register
class Hinge(AdversarialLoss):
    """`hinge_discriminator` and `wasserstein_generator` (Lim & Ye 2017, Miyato et al. 2018)."""

    name = "hinge"
    threshold = 0.0

    def discriminator(self, real, fake):
        return hinge_discriminator(real, fake)

    def generator(self, real, fake):
        return wasserstein_generator(fake)


@_register
class Relativistic(_CrossEntropyLoss):
    """`relativistic` for both sides: is this real sample more realistic than this fake one?"""

    name = "relativistic"
    generator_uses_real = True

    def discriminator(self, real, fake):
        return relativistic(real, fake, self.label_smoothing)

    def generator(self, real, fake):
        return relativistic(fake, real)


@_register
class RelativisticAverage(_CrossEntropyLoss):
    """`relativistic_average` for both sides: more realistic than the other kind is on average?"""

    name = "relativistic-average"
    generator_uses_real = True

    def discriminator(self, real, fake):
        return relativistic_average(real, fake, self.label_smoothing)

    def generator(self, real, fake):
        return relativistic_average(fake, real)


_PAIRS = (Minimax, NonSaturating, Wasserstein, LeastSquares, Hinge, Relativistic, RelativisticAverage)
NAMES = tuple(pair.name for pair in _PAIRS)


def get(loss):
    """The loss pair that a name, a saved config or an object stands for.

    Args:
        loss: one of `NAMES`, a dict from `keras.saving.serialize_keras_object`, or any object that has
            `discriminator(real, fake)` and `generator(real, fake)`.

    Raises:
        ValueError: for anything else, in one line that lists the known names.

    Example:
        `losses.get("hinge").discriminator(real=ops.array([2.0]), fake=ops.array([0.0]))` is 1.0.
    """
    if isinstance(loss, str):
        loss = {pair.name: pair for pair in _PAIRS}.get(loss, loss)
    elif isinstance(loss, dict):
        loss = keras.saving.deserialize_keras_object(loss)
    if isinstance(loss, type) and issubclass(loss, AdversarialLoss):
        loss = loss()
    if callable(getattr(loss, "discriminator", None)) and callable(getattr(loss, "generator", None)):
        return loss
    raise ValueError(
        f"Unknown adversarial loss {loss!r}: expected an object with discriminator(real, fake) and "
        f"generator(real, fake), or one of {', '.join(NAMES)}."
    )
