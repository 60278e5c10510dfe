"""Terms and constraints that keep a discriminator smooth, one class per named method.

`critic` is a callable from images to logits, `real` and `fake` are tensors of one shape `(batch, ...)`.
Calling a penalty gives its UNWEIGHTED value, a float32 scalar; whoever trains multiplies by `weight`, and
where `interval` is above 1 evaluates it on every `interval`-th step only, times `interval`, which leaves its
mean strength as it was (lazy regularization; Karras et al. 2020, arXiv:1912.04958, appendix B).

Gradients are with respect to each sample alone and come in float32 (`backend.input_gradient`). A
discriminator with batch normalization mixes samples and has no per-sample gradient: use layer or instance
normalization. Of patch logits the gradient of their sum is taken.
"""

import math

import keras
from keras import ops

from kgan import backend
from kgan.configured import Configured

_register = keras.saving.register_keras_serializable("kgan.penalties")


def _squared_norms(gradients):
    """Squared norm of each sample's gradient: (batch, ...) -> (batch,)."""
    return ops.sum(ops.square(gradients), axis=tuple(range(1, len(gradients.shape))))


def _per_sample(images):
    """The shape with which one number per sample multiplies images: (batch, 1, 1, ...)."""
    return (ops.shape(images)[0],) + (1,) * (len(images.shape) - 1)


def gradient_norm(critic, points, target: float = 1.0, epsilon: float = 1e-12):
    """`mean((norm(d critic / d points) - target)**2)`, a norm for each sample.

    `epsilon` stands under the root, where it keeps the gradient finite at norm 0: in float32 it changes no
    norm above 0.01.

    Args:
        critic: callable, images to logits.
        points: `(batch, ...)`, where to take the gradient.
        target: the norm that costs nothing.
        epsilon: added to the squared norm.

    Example:
        a linear critic whose weights have norm 3 gives exactly (3 - 1)**2 = 4.
    """
    norms = ops.sqrt(_squared_norms(backend.input_gradient(critic, points)) + epsilon)
    return ops.mean(ops.square(norms - target))


def zero_centered(critic, points):
    """`0.5 * mean(norm(d critic / d points)**2)` (Mescheder et al. 2018, arXiv:1801.04406, eq. 9)."""
    return 0.5 * ops.mean(_squared_norms(backend.input_gradient(critic, points)))


def interpolate(real, fake, weight):
    """`real + weight * (fake - real)`, float32, `weight` in [0, 1] with one value per sample."""
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    return real + weight * (fake - real)


def standard_deviation(images):
    """One standard deviation over everything in the batch, that of all replicas."""
    mean = backend.global_mean(images)
    return ops.sqrt(backend.global_mean(ops.square(images - mean)))


def _number_or_schedule(weight):
    """A float, or a Keras schedule, from itself or from its saved config."""
    if isinstance(weight, dict):
        weight = keras.optimizers.schedules.deserialize(weight)
    return weight if isinstance(weight, keras.optimizers.schedules.LearningRateSchedule) else float(weight)


class Penalty(Configured):
    """A weighted term of the discriminator's loss, or a constraint on its variables; subclasses write either.

    A penalty that only constrains returns `None` when called.

    Args:
        weight: what the value is multiplied by, >= 0; or a Keras schedule of it, in training steps.
        interval: evaluate on every so many steps, an integer >= 1.

    Attributes:
        per_sample: whether it takes the gradient of each sample alone, which batch normalization does not have.
    """

    name = None
    per_sample = False

    def __init__(self, weight: float = 1.0, interval: int = 1) -> None:
        weight = _number_or_schedule(weight)
        if not callable(weight) and not 0 <= weight < math.inf:
            raise ValueError(f"A penalty's weight must be >= 0 and finite, received {weight}.")
        if interval != int(interval) or interval < 1:
            raise ValueError(
                f"A penalty's interval must be a whole number of steps >= 1, received {interval}."
            )
        self.weight, self.interval = weight, int(interval)

    def __call__(self, critic, real, fake, draw):
        raise NotImplementedError(f"{type(self).__name__} must define __call__(critic, real, fake, draw).")

    def constrain(self, variables):
        """Called with the discriminator side's trainable variables after each of its updates."""


@_register
class WGANGP(Penalty):
    """Gradient norm 1 between real and fake (Gulrajani et al. 2017, arXiv:1704.00028, eq. 3).

    `gradient_norm(critic, interpolate(real, fake, u))`, `u` uniform in [0, 1), one value per sample.

    Args:
        weight: the paper's lambda.
        target: the norm that costs nothing.
        interval: see `Penalty`.
    """

    name = "wgan-gp"
    per_sample = True

    def __init__(self, weight: float = 10.0, target: float = 1.0, interval: int = 1) -> None:
        super().__init__(weight, interval)
        self.target = float(target)

    def __call__(self, critic, real, fake, draw):
        weight = draw(self.name, _per_sample(real), "uniform")
        return gradient_norm(critic, interpolate(real, fake, weight), self.target)


@_register
class DRAGAN(Penalty):
    """Gradient norm 1 around real data (Kodali et al. 2017, arXiv:1705.07215).

    `gradient_norm(critic, real + a * scale * std(real) * u)`, `u` uniform in [0, 1) for every pixel and `a` for every
    sample, `std` one number over the whole batch, of all replicas. The paper's text has Gaussian noise; this form,
    a point between a sample and its noisy copy, is what its experiments' code draws, and it looks at no fake sample.

    Args:
        weight: the paper's lambda.
        target: the paper's k, the norm that costs nothing.
        scale: noise amplitude in standard deviations of the data.
        interval: see `Penalty`.
    """

    name = "dragan"
    per_sample = True

    def __init__(
        self, weight: float = 10.0, target: float = 1.0, scale: float = 0.5, interval: int = 1
    ) -> None:
        super().__init__(weight, interval)
        self.target, self.scale = float(target), float(scale)

    def __call__(self, critic, real, fake, draw):
        real = ops.cast(real, "float32")
        noisy = real + self.scale * standard_deviation(real) * draw(self.name, ops.shape(real), "uniform")
        weight = draw(f"{self.name} weight", _per_sample(real), "uniform")
        return gradient_norm(critic, interpolate(real, noisy, weight), self.target)


@_register
class R1(Penalty):
    """Zero gradient at real data: `zero_centered(critic, real)` (Mescheder et al. 2018, arXiv:1801.04406).

    Args:
        weight: the paper's gamma (the half in gamma/2 is in the value).
        interval: 16 is what lazy regularization takes.
    """

    name = "r1"
    per_sample = True

    def __init__(self, weight: float = 10.0, interval: int = 1) -> None:
        super().__init__(weight, interval)

    def __call__(self, critic, real, fake, draw):
        return zero_centered(critic, real)


@_register
class R2(R1):
    """Zero gradient at generated data: `zero_centered(critic, fake)`; otherwise as `R1`."""

    name = "r2"

    def __call__(self, critic, real, fake, draw):
        return zero_centered(critic, fake)


@_register
class Drift(Penalty):
    """Keeps a critic's output near zero: `mean(critic(real)**2)` (Karras et al. 2018, arXiv:1710.10196).

    Args:
        weight: the paper's epsilon_drift.
        interval: see `Penalty`.
    """

    name = "drift"

    def __init__(self, weight: float = 1e-3, interval: int = 1) -> None:
        super().__init__(weight, interval)

    def __call__(self, critic, real, fake, draw):
        return self.of_real_logits(critic(real))

    def of_real_logits(self, logits):
        """The term, given the logits of real samples, which a step has already: no second pass."""
        return ops.mean(ops.square(ops.cast(logits, "float32")))


@_register
class WeightClipping(Penalty):
    """`w = clip(w, -limit, limit)` after every update (Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1).

    A constraint, not a term: its value is `None`. Trainable variables only: batch normalization's moving
    statistics are none.

    Args:
        limit: the paper's c, > 0.
    """

    name = "weight-clipping"

    def __init__(self, limit: float = 0.01) -> None:
        super().__init__(weight=0.0)
        if limit <= 0:
            raise ValueError(f"The limit of weight clipping must be > 0, received {limit}.")
        self.limit = float(limit)

    def __call__(self, critic, real, fake, draw):
        return None

    def constrain(self, variables):
        for variable in variables:
            if variable.trainable:
                variable.assign(ops.clip(variable, -self.limit, self.limit))


@_register
class LeCam(Penalty):
    """Keeps logits near where the other kind's have been (Tseng et al. 2021, arXiv:2104.03310, eq. 5).

    `mean((D(x) - anchor_fake)**2) + mean((D(G(z)) - anchor_real)**2)`, each anchor the moving average of that kind's
    mean logit. Made for a few thousand pictures or fewer. A term of logits, not of gradients; the anchors are part of
    the model's state.

    Args:
        weight: the paper's lambda.
        decay: of the moving averages, in (0, 1); they start with a shorter memory.
    """

    name = "lecam"

    def __init__(self, weight: float = 0.3, decay: float = 0.99):
        super().__init__(weight)
        if not 0 < decay < 1:
            raise ValueError(f"LeCam: expected decay between 0 and 1, received {decay}.")
        self.decay = float(decay)

    def of_logits(self, real, fake, anchor_real, anchor_fake):
        """The term, given logits and anchors."""
        real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
        return ops.mean(ops.square(real - anchor_fake)) + ops.mean(ops.square(fake - anchor_real))


@_register
class Own(Penalty):
    """A plain function as a penalty, as `get` wraps it.

    Args:
        function: callable (critic, real, fake) to a scalar; registered with Keras, if the model is to be loaded.
        weight, interval: see `Penalty`.
    """

    def __init__(self, function, weight: float = 1.0, interval: int = 1) -> None:
        super().__init__(weight, interval)
        self.function = (
            keras.saving.deserialize_keras_object(function) if isinstance(function, dict) else function
        )
        self.name = getattr(self.function, "__name__", type(self.function).__name__).strip("<>")

    def __call__(self, critic, real, fake, draw):
        return self.function(critic, real, fake)


_PENALTIES = (WGANGP, DRAGAN, R1, R2, WeightClipping, Drift, LeCam)
NAMES = tuple(penalty.name for penalty in _PENALTIES)


def _named(text):
    """The penalty of this name, at the strength (and interval) that follows it; the text itself if there is none."""
    name, given, strength = text.partition("=")
    known = {penalty.name: penalty for penalty in _PENALTIES}.get(name)
    if known is None or not given:
        return known or text
    number, lazy, interval = strength.partition("/")
    try:
        penalty = known(float(number), interval=int(interval)) if lazy else known(float(number))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Penalty {text!r}: expected NAME=NUMBER, such as {name}=1, or NAME=NUMBER/STEPS to evaluate it on every "
            f"so many steps, such as r1=10/16. {error}"
        ) from None
    return penalty


def get(penalty):
    """The list of penalties that a name, a saved config, an object, or a list of those stands for.

    Args:
        penalty: `None` for no penalty, one of `NAMES`, such a name with its strength ("r1=0.5": the weight, or
            the limit of weight clipping) and its interval ("r1=10/16": on every sixteenth step), a
            dict from `keras.saving.serialize_keras_object`, a `Penalty` (or an object with its attributes),
            or a list or tuple of those.

    Raises:
        ValueError: for anything else, in one line that lists the known names, and for one name given twice.

    Example:
        `penalties.get(["wgan-gp", penalties.Drift(1e-4)])` is a list of two.
    """
    if penalty is None:
        return []
    if isinstance(penalty, list | tuple):
        found = [one for item in penalty for one in get(item)]
        names = [one.name for one in found]
        if len(set(names)) < len(names):
            raise ValueError(
                f"Expected each penalty once, received {', '.join(names)}; drop the repeated one."
            )
        return found
    if isinstance(penalty, str):
        penalty = _named(penalty)
    elif isinstance(penalty, dict):
        penalty = keras.saving.deserialize_keras_object(penalty)
    if isinstance(penalty, type) and issubclass(penalty, Penalty):
        penalty = penalty()
    if callable(penalty) and all(
        hasattr(penalty, key) for key in ("name", "weight", "interval", "constrain")
    ):
        return [penalty]
    if callable(penalty):
        return [Own(penalty)]
    raise ValueError(f"Unknown penalty {penalty!r}: expected a Penalty, or one of {', '.join(NAMES)}.")
