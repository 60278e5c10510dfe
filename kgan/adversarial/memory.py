"""What training remembers of a discriminator's logits: how often to augment, and LeCam's anchors."""

from keras import ops

from kgan import backend

SIGN, SAMPLES = "discriminator/augment_sign", "discriminator/augment_samples"
LOGITS = ("discriminator/logit_real", "discriminator/logit_fake")


class Memory:
    """Scalars that follow the logits, saved with the model.

    Args:
        augment: the compiled augmentation, or None.
        penalties: the compiled penalties; those with `of_logits` want anchors.
        add_state: makes a scalar of the model, as `AdversarialModel.add_state`.
        earlier: the `Memory` of an earlier compile, whose scalars go on.
    """

    def __init__(self, augment=None, penalties=(), add_state=None, earlier=None):
        self.augment, self.asked = augment, False
        self.anchored = [penalty for penalty in penalties if hasattr(penalty, "of_logits")]
        self.adaptive = augment is not None and getattr(augment, "adaptive", False)
        self.variables = {} if earlier is None else earlier.variables
        names = ["augment_probability", "augment_signs"] if self.adaptive else []
        names += ["anchor_real", "anchor_fake"] if self.anchored else []
        for name in names:
            if name not in self.variables:
                self.variables[name] = add_state(name, 0.0)

    def probability(self, steps):
        """How often each transform is made: 1 for augmentations that know no such thing."""
        if self.adaptive:
            return ops.convert_to_tensor(self.variables["augment_probability"])
        fixed = getattr(self.augment, "probability", 1.0)
        return fixed(steps) if callable(fixed) else fixed

    def terms(self, real, fake, of=""):
        """Penalties on logits, as named terms."""
        if self.anchored and of:
            raise ValueError(
                f"penalty: expected a scheme with one discriminator for {self.anchored[0].name}, found several "
                f"({of!r} is one). Leave it out."
            )
        anchors = [self.variables[name] for name in ("anchor_real", "anchor_fake")] if self.anchored else []
        return {penalty.name: penalty.of_logits(real, fake, *anchors) for penalty in self.anchored}

    def logs(self, loss, real, fake, of=""):
        """What `follow` wants to know of one contest."""
        real, fake = (ops.stop_gradient(ops.cast(x, "float32")) for x in (real, fake))
        found = dict(zip(LOGITS, (ops.mean(real), ops.mean(fake)), strict=True)) if self.anchored else {}
        if self.adaptive:
            level = getattr(loss, "threshold", None)
            if level is None:
                # A loss of differences leaves the level free: it lies between the two.
                level = (backend.replica_mean(ops.mean(real)) + backend.replica_mean(ops.mean(fake))) / 2
            found[SIGN + (of and f"_{of}")] = ops.mean(ops.sign(real - level))
            found[SAMPLES] = ops.cast(ops.shape(real)[0] * backend.replica_count(), "float32")
        return found

    def follow(self, logs, steps):
        """Moves the scalars once a step, by its logs averaged over replicas. Returns the logs to show."""
        logs = dict(logs)
        step = ops.cast(steps, "float32")
        for penalty in self.anchored if LOGITS[0] in logs else ():
            decay = ops.minimum(penalty.decay, (1 + step) / (10 + step))
            for name, log in zip(("anchor_real", "anchor_fake"), LOGITS, strict=True):
                variable = self.variables[name]
                variable.assign(decay * variable + (1 - decay) * logs[log])
        if self.adaptive and SAMPLES in logs:
            signs = [value for name, value in logs.items() if name.startswith(SIGN)]
            p, total = self.variables["augment_probability"], self.variables["augment_signs"]
            interval = self.augment.interval
            so_far = total + sum(signs) / len(signs)
            due = ops.equal(ops.cast(steps, "int32") % interval, interval - 1)
            change = ops.sign(so_far / interval - self.augment.target) * logs.pop(SAMPLES) * interval
            p.assign(ops.clip(p + ops.where(due, change / self.augment.images, 0.0), 0.0, 1.0))
            total.assign(ops.where(due, 0.0, so_far))
            logs["discriminator/augment_probability"] = ops.convert_to_tensor(p)
        return logs

    def check(self, scheme, names):
        """Refuse what a scheme does not use, after its names are learned.

        Raises:
            ValueError: a scheme whose discriminator sees pictures as they are, or has no logits to follow.
        """
        if self.augment is not None and not self.asked:
            raise ValueError(
                f"augment: expected none for {scheme}, whose discriminator looks at nothing that can be augmented; "
                f"received {self.augment!r}. Leave it out."
            )
        if self.anchored and LOGITS[0] not in names:
            raise ValueError(
                f"penalty: expected none called {self.anchored[0].name} for {scheme}, whose discriminator gives no "
                "logits to anchor. Leave it out."
            )
        if self.adaptive and not any(name.startswith(SIGN) for name in names):
            raise ValueError(
                f"augment: expected 'diffaugment' or none for {scheme}, whose discriminator gives no logits to adapt "
                "to; received an adaptive one. Use another."
            )
