"""HistoricalAveraging: weights are drawn towards what they have been, so that two sides circle less."""

import keras
from keras import ops


class HistoricalAveraging(keras.callbacks.Callback):
    """Historical averaging (Salimans et al. 2016, arXiv:1606.03498, section 3.3), for any scheme.

    Each side's cost gets the term `weight * |theta - mean of the past theta|**2`. After each batch this callback takes
    the step of plain gradient descent on it, at the learning rate of the side,

        theta = theta - 2 * rate * weight * (theta - mean),

    and then counts theta into the mean, which begins at the weights that training begins with. So the term goes through
    no optimizer, as weight decay does not in AdamW. With `steps_per_execution` a batch is a group of them.

    The mean belongs to this object, not to the model: it goes on in another `fit` with the same callback, and begins
    anew with another one.

    Args:
        weight: of the term, >= 0. `2 * rate * weight` must be below 1.
        sides: whose weights.

    Raises:
        ValueError: a weight that is negative or no number, or another side.

    Example:
        >>> model.fit(images, callbacks=[HistoricalAveraging(weight=1.0)])
    """

    def __init__(self, weight: float = 1.0, sides: tuple[str, ...] = ("generator", "discriminator")) -> None:
        super().__init__()
        if not 0 <= weight < float("inf"):
            raise ValueError(f"HistoricalAveraging: expected a weight >= 0 and finite, received {weight!r}.")
        unknown = set(sides) - {"generator", "discriminator"}
        if unknown or isinstance(sides, str):
            raise ValueError(
                f"HistoricalAveraging: expected sides among ('generator', 'discriminator'), received {sides!r}."
            )
        self.weight, self.sides = float(weight), tuple(sides)
        self.followed, self.means, self.count = [], [], 0

    def on_train_begin(self, logs: dict | None = None) -> None:
        found = [(side, variable) for side in self.sides for variable in self.model.side_variables(side)]
        if [id(variable) for _, variable in found] != [id(variable) for _, variable in self.followed]:
            self.followed, self.count = found, 1
            self.means = [_value(variable) for _, variable in found]
        for side in dict(found):
            pull = 2 * self.weight * self._rate(side)
            if pull >= 1:
                raise ValueError(
                    f"HistoricalAveraging: expected 2 * rate * weight below 1, received {pull:.4g} for the {side} "
                    "side. Lower the weight."
                )

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        rates = {side: self._rate(side) for side in self.sides if self.model.side_variables(side)}
        self.count += 1
        with self.model.distribute_strategy.scope():
            for index, (side, variable) in enumerate(self.followed):
                value, mean = _value(variable), self.means[index]
                value = value - 2 * self.weight * rates[side] * (value - mean)
                variable.assign(ops.cast(value, variable.dtype))
                self.means[index] = mean + (value - mean) / self.count

    def _rate(self, side):
        return float(ops.convert_to_numpy(getattr(self.model, f"{side}_optimizer").learning_rate))


def _value(variable):
    return ops.cast(ops.convert_to_tensor(variable), "float32")
