"""What `fit` and `evaluate` show: a running mean for each term, under its own name."""

import keras


class RunningMeans:
    """Means over an epoch, by name. The names are known before the first step, which is when they are made."""

    def __init__(self) -> None:
        self.by_name, self.evaluated, self.complete = {}, [], False

    def learn(self, names, evaluated=()):
        """Keep means of these names, and no others; `evaluated` are those that evaluation has too."""
        self.evaluated = list(evaluated)
        self.by_name = {name: self.by_name.get(name) or keras.metrics.Mean(name=name) for name in names}
        self.complete = True

    def add(self, name: str):
        """Keep a mean of this name too."""
        if name not in self.by_name:
            self.by_name[name] = keras.metrics.Mean(name=name)

    def update(self, logs):
        """Count a step's numbers in; returns the means so far of their names."""
        unknown = sorted(set(logs) - set(self.by_name))
        if unknown:
            raise ValueError(f"train_step: expected logs among {sorted(self.by_name)}, found {unknown[0]!r}.")
        for name, value in logs.items():
            # What `update_state` does to a scalar, in two operations rather than a dozen.
            mean = self.by_name[name]
            mean.total.assign_add(value)
            mean.count.assign_add(1.0)
        return {name: mean.result() for name, mean in self.by_name.items() if name in logs}
