"""A scheme as a backend sees it: the names of `kgan.backend.contract.Game`, answered by an `AdversarialModel`."""

from collections.abc import Mapping

from keras import ops

from kgan import backend
from kgan.adversarial import sides, terms
from kgan.adversarial.expectations import Watched, check_used
from kgan.backend.contract import SIDES, Batch, Moment

ADDED = "add_loss"


class SchemeGame:
    """Asks a scheme what the backend wants to know.

    Args:
        model: the `AdversarialModel`.
    """

    def __init__(self, model) -> None:
        self.model = model
        self.loss_side, self.asked = "generator", set()

    def read(self, data) -> dict:
        return self.model.read(data)

    def check(self, data):
        self.model.check_batch(self.read(data))

    def make(self, batch: Mapping, moment):
        networks = self.networks_of("generator")
        backend.forget_losses(networks)
        generated = self.model.generate(Batch(batch, moment))
        return {**generated, **_added(networks)}

    def view(self, batch: Mapping, generated: dict, moment):
        return self.model.discriminator_view(Batch(batch, moment), generated)

    def total(self, side: str, batch: Mapping, generated: dict, moment):
        model = self.model
        named, batch = self.terms(side, Batch(batch, moment), generated)
        total, logs = terms.weighted_sum(side, named, model.loss_weights, model.penalties, model.steps)
        self.asked |= batch.asked
        self._last_terms = list(logs)
        if side == self.loss_side and total is not None:
            logs = {"loss": ops.stop_gradient(total)} | logs
        return total, logs | batch.logs

    def terms(self, side: str, batch: Mapping, generated: dict):
        """One side's terms by name, with what its layers add to them; and the batch, which holds other logs."""
        networks = self.networks_of(side)
        backend.forget_losses(networks)
        of_pass = {ADDED: generated[ADDED]} if side == "generator" and ADDED in generated else {}
        generated = {name: value for name, value in generated.items() if name != ADDED}
        named = getattr(self.model, f"{side}_losses")(batch, generated)
        if not named:
            return {}, batch
        named = {name: ops.cast(value, "float32") for name, value in named.items()}
        return terms.summed(
            named, of_pass, _added(networks), terms.regularization(self.variables_of(side))
        ), batch

    def networks_of(self, side: str):
        return getattr(self.model, f"{side}_side")

    def variables_of(self, side: str):
        return sides.trainable(self.networks_of(side))

    def optimizer_of(self, side: str):
        return getattr(self.model, f"{side}_optimizer")

    def before_update(self, side: str):
        sides.announce_update(self.networks_of(side))

    def after_update(self, side: str, batch: Mapping):
        if side == "generator":
            self.model.averages.update(self.model.settings, self.model.steps, batch)
            return
        for penalty in self.model.penalties:
            penalty.constrain(self.variables_of(side))

    def evaluate(self, batch: Mapping):
        model, logs = self.model, {}
        with model.averages.lent():
            generated = self.make(batch, batch.moment)
            for side in SIDES:
                if self.variables_of(side):
                    logs |= self.total(side, batch, generated, batch.moment)[1]
        real, made = model.images_to_compare(batch, generated) if model.settings.metrics else (None, None)
        for metric in model.settings.metrics:
            metric.update_state(real[: batch.moment.count], made[: batch.moment.count])
        return logs

    def finish(self, logs, evaluating):
        model = self.model
        if evaluating:
            model.evaluation_steps.assign_add(1)
            metrics = {metric.name: metric.result() for metric in model.settings.metrics}
            return self._shaped(model.means.update(logs) | metrics)
        logs = model.memory.follow(logs, model.steps)
        logs = logs | model.after_step(dict(logs))
        model.steps.assign_add(1)
        return self._shaped(model.means.update(logs))

    def _shaped(self, logs):
        # Keras reduces logs of several workers along axis 0, which a scalar does not have.
        if not backend.is_multi_worker(self.model.distribute_strategy):
            return logs
        return {name: ops.reshape(value, (1,)) for name, value in logs.items()}

    def learn_names(self, spec):
        """Make a running mean of each log that a step on such a (symbolic) batch has.

        Raises:
            ValueError: a weight, a penalty or a loss was compiled that no term uses.
        """
        model, watched = self.model, Watched(self.model.loss)
        model.memory.asked, self.asked = False, set()
        model.loss = model.loss and watched
        try:
            names, evaluated = self._names(spec)
        finally:
            model.loss = watched.pair
        model.memory.check(type(model).__name__, names)
        check_used(model, self._terms, self.asked | watched.asked)
        model.means.learn(names, evaluated)

    def _names(self, spec):
        """The names of all logs, and of those that evaluation has too; "loss" first."""
        self.loss_side = "generator"
        names = list(backend.output_spec(self._all_logs, spec))
        if "loss" not in names:  # No generator learns.
            self.loss_side = "discriminator"
            names = list(backend.output_spec(self._all_logs, spec))
        extra = [f"{side}/gradient_norm" for side in SIDES] + self._state_logs
        evaluated = [name for name in names if name not in extra]
        evaluated.sort(key=lambda name: name != "loss")
        return [*evaluated, *(name for name in names if name in extra)], evaluated

    def _all_logs(self, data):
        batch, logs, self._terms = self.read(data), {}, []
        with backend.calls(self.model, True):
            generated = self.make(batch, Moment())
            for side in SIDES:
                if self.variables_of(side):
                    total, found = self.total(side, batch, generated, Moment())
                    logs |= found
                    self._terms += self._last_terms
                    if total is not None:
                        logs[f"{side}/gradient_norm"] = total
        of_terms = set(logs)
        logs = self.model.memory.follow(logs, self.model.steps)
        logs |= {n: ops.cast(v, "float32") for n, v in self.model.after_step(dict(logs)).items()}
        self._state_logs = [name for name in logs if name not in of_terms]
        return logs


def _added(networks):
    """What the layers of these networks have given to `add_loss`, one term; none where they gave nothing."""
    found = backend.added_losses(networks)
    return {ADDED: sum(ops.sum(ops.cast(loss, "float32")) for loss in found)} if found else {}
