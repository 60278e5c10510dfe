"""AdversarialDebiasing: a predictor whose answers tell an adversary nothing of a protected attribute."""

from collections.abc import Mapping

import keras
from keras import ops

from kgan import backend
from kgan.adversarial import AdversarialModel, Batch
from kgan.adversarial.batch import check_labels
from kgan.adversarial.networks import inputs_by_name, output_specs

ADAM = {"class_name": "Adam", "config": {"learning_rate": 1e-3}}
FAIRNESS = {"parity": ("logit",), "odds": ("label", "logit"), "opportunity": ("logit",)}
TWO = "A label and an attribute are 0 or 1 here."


class AdversarialDebiasing(AdversarialModel):
    """Adversarial debiasing (Zhang, Lemoine and Mitchell 2018, arXiv:1801.07593, section 3).

    A predictor P gives a logit for the label y of a row x, an adversary A one for the protected attribute z from
    that answer. With `L_P` and `L_A` their mean cross-entropies, A goes down `dL_A/dU` of its weights U, and P, of its
    weights W, down

        dL_P/dW - proj_h(dL_P/dW) - alpha h,    h = dL_A/dW,    proj_h(g) = h (g . h) / (h . h):

    alpha drives P to hinder A, and without the projected part no step of P's own helps A. Terms are `protected` (A's
    `L_A`; P's is `-L_A`, whose weight is alpha) and `label` (`L_P`, its gradient less the projection).

    What A is told decides what is fair: the answer alone for demographic parity; the answer and y for equality of
    odds; the answer, of rows with y = 1 alone, for equality of opportunity.

    Args:
        predictor: network from rows `(batch, features)`, or any other input, to a logit `(batch, 1)`.
        adversary: network from a logit `(batch, 1)`, for "odds" from `{"logit": (batch, 1), "label": (batch, 1)}`, to
            a logit `(batch, 1)`.
        fairness: "parity", "odds" or "opportunity".
        projection: whether the projected part is taken out (False: alpha alone, as the paper's figure 2 warns of).

    Raises:
        ValueError: another fairness, or networks that do not fit it.

    Example:
        >>> model = AdversarialDebiasing(debiasing.predictor(103), debiasing.adversary())
        >>> model.compile(loss_weights={"generator/protected": 1.0})
        >>> model.fit((rows, labels, protected), batch_size=128, epochs=10)
        >>> model.predict({"features": rows}) > 0

    Differs from the paper: P answers the A that has just moved; Adam at 1e-3 and an alpha of 1 are kgan's, and both
    may follow a schedule. The projection is of a second pass through P: dropout in P makes it approximate.
    """

    batch_keys = ("features", "label", "protected")
    discriminator_output = "logit"
    defaults = {
        "loss": None,
        "generator_optimizer": ADAM,
        "discriminator_optimizer": ADAM,
        "loss_weights": {"generator/protected": 1.0},
    }

    def __init__(
        self,
        predictor: keras.Model,
        adversary: keras.Model,
        fairness: str = "odds",
        projection: bool = True,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        name = type(self).__name__
        if fairness not in FAIRNESS:
            raise ValueError(f"{name}: expected fairness among {', '.join(FAIRNESS)}, received {fairness!r}.")
        made, told = output_specs(predictor), inputs_by_name(adversary, "logit")
        if len(made) != 1 or tuple(made[0].shape[1:]) != (1,):
            raise ValueError(
                f"{name}: expected a predictor that returns one logit a row, (batch, 1), received outputs "
                f"{[tuple(spec.shape) for spec in made]}. Change its last layer."
            )
        if tuple(sorted(told)) != FAIRNESS[fairness] or any(
            tuple(t.shape[1:]) != (1,) for t in told.values()
        ):
            raise ValueError(
                f"{name}: expected an adversary with inputs {' and '.join(FAIRNESS[fairness])} of shape (batch, 1) "
                f"for fairness={fairness!r}, received { ({key: tuple(t.shape) for key, t in told.items()}) }. Build it "
                f"with{'' if fairness == 'odds' else 'out'} the label."
            )
        self.predictor = predictor
        self.adversary = adversary
        self.fairness = fairness
        self.projection = projection

    @property
    def generator_side(self) -> list:
        return [self.predictor]

    @property
    def discriminator_side(self) -> list:
        return [self.adversary]

    @property
    def batch_shapes(self) -> dict:
        return {"features": self.input_signature["features"].shape, "label": (None,), "protected": (None,)}

    @property
    def input_signature(self) -> dict:
        (row,) = inputs_by_name(self.predictor, "features").values()
        return {"features": keras.KerasTensor(row.shape, row.dtype, name="features")}

    def check_batch(self, batch: dict) -> None:
        super().check_batch(batch)
        check_labels(batch.get("label"), 2, advice=TWO)
        check_labels(batch.get("protected"), 2, "protected attributes", TWO)

    def generate(self, batch: Mapping) -> dict:
        return {"logit": self.predictor(batch["features"])}

    def label_loss(self, batch: Mapping, logit):
        """`L_P`: the mean cross-entropy of the predictor's answers."""
        return ops.mean(cross_entropy(_column(batch["label"]), logit))

    def protected_loss(self, batch: Mapping, logit):
        """`L_A`: the mean cross-entropy of the adversary's guesses, over the rows that fairness is about."""
        label, protected = _column(batch["label"]), _column(batch["protected"])
        guess = self.adversary({"logit": logit, "label": label} if self.fairness == "odds" else logit)
        entropy = cross_entropy(protected, guess)
        right = ops.mean(ops.cast((guess > 0) == (protected > 0.5), "float32"))
        self.log(batch, "discriminator/accuracy", right)
        if self.fairness == "opportunity":
            entropy = entropy * label / ops.maximum(backend.global_mean(label), 1e-6)
        return ops.mean(entropy)

    def discriminator_losses(self, batch: Mapping, generated: dict) -> dict:
        return {"protected": self.protected_loss(batch, generated["logit"])}

    def generator_losses(self, batch: Mapping, generated: dict) -> dict:
        logit = generated["logit"]
        label, protected = self.label_loss(batch, logit), self.protected_loss(batch, logit)
        right = ops.cast((logit > 0) == (_column(batch["label"]) > 0.5), "float32")
        self.log(batch, "generator/accuracy", ops.mean(right))
        if self.projection and not Batch(batch).moment.evaluating:
            along = backend.gradient_projection(lambda: self._both(batch), self.side_variables("generator"))
            # A number that is zero, and has the gradient of the projected part.
            label = label - along * (protected - ops.stop_gradient(protected))
        return {"label": label, "protected": -protected}

    def _both(self, batch):
        logit = self.predictor(batch["features"])
        return self.label_loss(batch, logit), self.protected_loss(batch, logit)

    def images_to_compare(self, batch: Mapping, generated: dict) -> tuple:
        return _column(batch["label"]), ops.sigmoid(generated["logit"])

    def call(self, inputs, training: bool = False):
        """The label's logit, of rows."""
        return self.predictor(inputs["features"] if isinstance(inputs, dict) else inputs, training=training)


def cross_entropy(truth, logit):
    """`softplus(logit) - truth * logit`, of each sample, float32."""
    logit = ops.cast(logit, "float32")
    return ops.softplus(logit) - truth * logit


def _column(values):
    return ops.reshape(ops.cast(values, "float32"), (-1, 1))
