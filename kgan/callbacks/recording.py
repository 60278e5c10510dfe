"""Callbacks that keep something: at each epoch's end, and in between when an epoch is long."""

import math
import time

import keras


def steps_taken(model: keras.Model) -> int:
    """Returns the training steps that a model has seen, as an int, on one device or on several."""
    return int(keras.ops.convert_to_numpy(model.steps))


class Recording(keras.callbacks.Callback):
    """Does something worth keeping at the end of each epoch.

    `record(logs)` does the work; it may read and extend `logs`, which later callbacks of the same `fit` then
    see. `Every` calls it within long epochs too.
    """

    def record(self, logs: dict) -> None:
        """Does the work once.

        Args:
            logs: dict of str to float, the means of the epoch so far.
        """
        raise NotImplementedError

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.record({} if logs is None else logs)


class Sparing(Recording):
    """A recording that costs something, and so is left out when it was done not long ago.

    Subclasses write `now(logs)`.

    Args:
        seconds: float, the shortest time between two records.
        share: float, the most of the time that it may take: what took 2 s rests for 38 s at 0.05.
        longest: float seconds, the longest rest, whatever it takes.
    """

    def __init__(self, seconds: float = 0.0, share: float = 1.0, longest: float = math.inf):
        super().__init__()
        self.seconds = seconds
        self.share = share
        self.longest = longest
        self._next = -math.inf

    def now(self, logs: dict | None = None) -> None:
        """Does the work, however long ago it was last done."""
        raise NotImplementedError

    def record(self, logs: dict) -> None:
        began = time.monotonic()
        if began >= self._next:
            self.now(logs)
            ended = time.monotonic()
            # The first time is longer, as functions are traced and compiled; it says nothing about the others.
            rest = (ended - began) * (1 / self.share - 1) if math.isfinite(self._next) else 0.0
            self._next = ended + min(self.longest, max(self.seconds, rest))


class Every(Recording):
    """Runs other recordings in turn: at each epoch's end, and at least every so often within a long one.

    Args:
        callbacks: list of `Recording`; each sees what the ones before it put into the logs.
        seconds: float, the longest time between two records.
    """

    def __init__(self, callbacks: list, seconds: float = 60.0):
        super().__init__()
        self.callbacks = list(callbacks)
        self.seconds = seconds
        self._next = time.monotonic() + seconds

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def record(self, logs: dict) -> None:
        for callback in self.callbacks:
            callback.record(logs)
        self._next = time.monotonic() + self.seconds

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        for callback in self.callbacks:
            if hasattr(callback, "end_epoch"):
                callback.end_epoch()
        super().on_epoch_end(epoch, logs)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if time.monotonic() >= self._next:
            self.record(dict(logs or {}))
        else:
            for callback in self.callbacks:
                if hasattr(callback, "at_step"):
                    callback.at_step(dict(logs or {}))
