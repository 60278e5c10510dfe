"""Callbacks that keep something: at each epoch's end, and in between when an epoch is long."""

import time

import keras


class Recording(keras.callbacks.Callback):
    """Does something worth keeping at the end of each epoch.

    `record(logs)` does the work; it may read and extend `logs`, which later callbacks of the same `fit` then
    see. `Every` calls it within long epochs too.
    """

    def record(self, logs):
        """Does the work once.

        Args:
            logs: dict of str to float, the means of the epoch so far.
        """
        raise NotImplementedError

    def on_epoch_end(self, epoch, logs=None):
        self.record({} if logs is None else logs)


class Every(Recording):
    """Runs other recording callbacks in turn: at each epoch's end, and at least every so often within a long
    one.

    Args:
        seconds: float, the longest time between two records.
        callbacks: list of `Recording`; each sees what the ones before it put into the logs.
        until: float seconds, the shortest time between two records at epoch ends; the last epoch is always
            recorded.
    """

    def __init__(self, callbacks, seconds=60.0):
        super().__init__()
        self.callbacks = list(callbacks)
        self.seconds = seconds
        self._next = time.monotonic() + seconds

    def set_model(self, model):
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def record(self, logs):
        for callback in self.callbacks:
            callback.record(logs)
        self._next = time.monotonic() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() >= self._next:
            self.record(dict(logs or {}))
