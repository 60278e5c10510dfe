"""A pair of losses a name, with the constants that are saved; `get` finds it by name."""

import keras

from kgan.configured import Configured
from kgan.losses.functions import (
    cross_entropy_discriminator,
    hinge_discriminator,
    least_squares_discriminator,
    least_squares_generator,
    minimax_generator,
    non_saturating_generator,
    relativistic,
    relativistic_average,
    wasserstein_discriminator,
    wasserstein_generator,
)

_register = keras.saving.register_keras_serializable("kgan.losses")


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
