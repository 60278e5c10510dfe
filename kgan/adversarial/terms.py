"""The named terms of a side: what the two play for, what it weighs, and what is logged beside it."""

from keras import ops


def contest(side: str, judge, real, fake, loss, of="", relabel=None):
    """What one side plays for against a discriminator: the adversarial term, and both logits.

    Args:
        side: "discriminator" or "generator".
        judge: callable from images to logits.
        real, fake: images; real ones are judged in the generator's turn only if the loss wants it.
        loss: a pair of `kgan.losses`.
        of: names one discriminator of several.
        relabel: callable that D's loss is given the logits of fake through, or None: a logit with its sign turned
            counts as one of real.

    Returns:
        `{"adversarial": scalar}` ("adversarial_a" for `of="a"`), the logits of real (or None) and of fake.
    """
    if loss is None:
        raise ValueError(
            "compile: expected a loss for the adversarial term, received None. Pass loss='hinge', say."
        )
    # A discriminator sees real before fake: its batch normalization remembers the order.
    wanted = side == "discriminator" or getattr(loss, "generator_uses_real", False)
    real = judge(real) if wanted else None
    fake = judge(fake)
    if relabel is not None and side == "discriminator":
        fake = relabel(fake)
    return {f"adversarial{of and f'_{of}'}": getattr(loss, side)(real, fake)}, real, fake


def summed(*terms):
    """Named terms of several discriminators together: those of one name are added."""
    names = dict.fromkeys(name for part in terms for name in part)
    return {name: sum(part[name] for part in terms if name in part) for name in names}


def accuracy(loss, real, fake, of=""):
    """How often a logit falls on the side of the loss's threshold where it belongs, as logs by name.

    1 is a generator lost. A Wasserstein critic has no threshold and logs nothing.

    Args:
        loss: the compiled loss.
        real, fake: logits.
        of: names one discriminator of several.
    """
    threshold = getattr(loss, "threshold", None)
    if threshold is None:
        return {}
    suffix = of and f"_{of}"
    return {
        f"discriminator/accuracy_real{suffix}": ops.mean(ops.cast(real > threshold, "float32")),
        f"discriminator/accuracy_fake{suffix}": ops.mean(ops.cast(fake < threshold, "float32")),
    }


def penalty_terms(penalties, updates, critic, real, fake, draw, real_logits=None):
    """Penalties on a discriminator, as named terms.

    Args:
        penalties: the compiled penalties.
        updates: how many updates the discriminator has had.
        critic: callable from images to logits.
        real, fake: images of one shape.
        draw: callable from (use, shape, distribution) to numbers.
        real_logits: what the critic said of real, for penalties that ask for no more; None where it was not asked.
    """
    terms = {}
    for penalty in penalties:
        if hasattr(penalty, "of_logits"):
            continue  # It looks at no picture.
        if real_logits is not None and hasattr(penalty, "of_real_logits"):
            value = _lazily(penalty, updates, lambda p=penalty: p.of_real_logits(real_logits))
        else:
            value = _lazily(penalty, updates, lambda p=penalty: p(critic, real, fake, draw))
        if value is not None:
            terms[penalty.name] = value
    return terms


def _lazily(penalty, updates, compute):
    """A penalty at every `interval`-th update, `interval` times as strong (Karras et al. 2020)."""
    if penalty.interval == 1:
        return compute()
    return ops.cond(
        ops.equal(updates % penalty.interval, 0),
        lambda: ops.cast(compute(), "float32") * penalty.interval,
        lambda: ops.zeros((), "float32"),
    )


def weighted_sum(side: str, terms: dict, loss_weights, penalties, steps):
    """One number to minimise (None where there are no terms), and the terms' logs, unweighted.

    Args:
        side: "discriminator" or "generator".
        terms: dict from name to scalar.
        loss_weights: dict from "side/name" or "name" to weight, a number or a schedule of it.
        penalties: whose own weights count where `loss_weights` says nothing.
        steps: training steps so far, for weights that follow a schedule.
    """
    own = {p.name: p.weight for p in penalties}
    total, logs = None, {}
    for name, value in terms.items():
        value = ops.cast(value, "float32")
        weight = loss_weights.get(f"{side}/{name}", loss_weights.get(name, own.get(name, 1.0)))
        weight = weight(steps) if callable(weight) else weight
        total = value * weight if total is None else total + value * weight
        logs[f"{side}/{name}"] = ops.stop_gradient(value)
    return total, logs


def regularization(variables):
    """The weight regularizers of a side's variables, one term; none where there are none."""
    found = [variable.regularizer(variable) for variable in variables if variable.regularizer is not None]
    return {"regularization": sum(found)} if found else {}


def known_names(terms):
    """The names by which `loss_weights` may call these terms: "generator/pixel", and "pixel" for either side."""
    return {name for term in terms for name in (term, term.split("/", 1)[-1])}
