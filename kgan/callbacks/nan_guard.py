"""NaNGuard: stop before a number that is not finite spoils what was learnt."""

import keras
import numpy as np

from kgan.callbacks.recording import Recording, steps_taken
from kgan.errors import UserError


class TrainingDiverged(UserError):
    """Training came to a number that is not finite."""


class NaNGuard(Recording):
    """Stops training when a loss or a weight is NaN or infinite, before anything overwrites a good
    checkpoint.

    Args:
        steps: int, how often the losses are looked at within an epoch.
        advice: str, what to try.
        weights: bool, whether a record looks at the weights, too, and not at the losses alone.
    """

    ADVICE = "try lower learning rates, a penalty such as r1, or float32 precision"

    def __init__(self, steps: int = 10, advice: str = ADVICE, weights: bool = True):
        super().__init__()
        self.steps = steps
        self.advice = advice
        self.weights = weights

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if batch % self.steps == 0:
            self._check_losses(logs or {})

    def record(self, logs: dict) -> None:
        self._check_losses(logs)
        if self.weights:
            self.check_weights()

    def check_weights(self) -> None:
        """Raises `TrainingDiverged` if a weight is not finite."""
        for variable in self.model.trainable_variables:
            if not np.isfinite(np.sum(keras.ops.convert_to_numpy(variable), dtype=np.float64)):
                self._stop(f"the weight {variable.path}")

    def _check_losses(self, logs):
        for name, value in logs.items():
            # Under loss scaling a gradient that overflows is skipped, and harmless.
            if not name.endswith("gradient_norm") and not np.all(np.isfinite(value)):
                self._stop(name)

    def _stop(self, name):
        step = steps_taken(self.model)
        raise TrainingDiverged(
            f"expected finite numbers; found NaN or infinity in {name} by step {step}; {self.advice}"
        )
