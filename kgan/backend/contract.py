"""What passes between a model and whatever trains it: what a backend asks, and what it gives.

A backend knows two sides, "discriminator" and "generator", and of a model only the names of `Game`. `tests/backend`
runs the same small game on any backend.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

SIDES = ("discriminator", "generator")


class Moment(NamedTuple):
    """When and where a batch is looked at; what is drawn for it depends on nothing else.

    Attributes:
        turn: which of the step's turns, from 0.
        first: index of the batch's first sample in the global batch; None where every replica has as many.
        share: this replica's part of the global batch times the number of replicas; None for 1.
        count: how many samples are real; None for all. (A replica without any computes on a blank one.)
        total: how many samples are real on all replicas; None where every replica has as many.
        evaluating: whether this is evaluation, whose numbers are the same each time.
    """

    turn: Any = 0
    first: Any = None
    share: Any = None
    count: Any = None
    total: Any = None
    evaluating: bool = False


class Batch(dict):
    """A batch by key, and its moment; a key that is not there is told in one line.

    Args:
        values: dict of tensors.
        moment: its `Moment`; that of `values`, if they are a batch, where it is left out.

    Attributes:
        logs: what is logged of this batch beside its terms.
        asked: the names of the penalties that its terms contain.
    """

    def __init__(self, values=(), moment=None):
        super().__init__(values)
        self.moment = getattr(values, "moment", Moment()) if moment is None else moment
        self.logs, self.asked = {}, set()

    def __missing__(self, key):
        raise ValueError(
            f"fit: expected {key!r} in each batch, found {sorted(self)}. Pass dicts with that key, or a tuple "
            "in the order of the scheme's batch_keys."
        )


@runtime_checkable
class Game(Protocol):
    """What a backend asks of a model."""

    def read(self, data: Any) -> dict:
        """What `fit` was given, as a dict of tensors."""

    def check(self, data: Any) -> None:
        """Told the arrays (or one batch of them) that are about to be trained on; raises ValueError."""

    def make(self, batch: Mapping, moment: Moment) -> dict:
        """Everything that the generator side makes of a batch."""

    def view(self, batch: Mapping, generated: dict, moment: Moment) -> dict:
        """What the discriminator side gets to see of it."""

    def total(self, side: str, batch: Mapping, generated: dict, moment: Moment) -> tuple[Any, dict]:
        """One side's weighted sum of terms (None where it has none), and its logs."""

    def variables_of(self, side: str) -> list:
        """The Keras variables that one side may move, each once."""

    def optimizer_of(self, side: str) -> Any:
        """One side's Keras optimizer."""

    def before_update(self, side: str) -> None:
        """Told before each update of a side (spectral normalization)."""

    def after_update(self, side: str, batch: Mapping) -> None:
        """Told after each update of a side (weight clipping, moving averages)."""

    def evaluate(self, batch: Batch) -> dict:
        """The logs of one evaluation batch, nothing moved."""

    def finish(self, logs: dict, evaluating: bool) -> dict:
        """Count the step, given its logs averaged over replicas. Returns what is shown."""


@runtime_checkable
class Backend(Protocol):
    """What a backend gives: the names of the package `kgan.backend`."""

    Trainer: type
    gather_batch: Any
    global_mean: Any
    gradient_projection: Any
    input_gradient: Any
    output_spec: Any
    place_in_batch: Any
    positive_gradient: Any
    random: Any
    replica_count: Any
    replica_index: Any
    replica_mean: Any
    standardize: Any
