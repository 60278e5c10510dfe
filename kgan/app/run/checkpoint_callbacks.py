"""What a run writes while it trains, besides pictures and history."""

import keras

from kgan.callbacks import Sparing, steps_taken
from kgan.files.atomic import replacing_path


class CheckpointKeeper(Sparing):
    """Writes a checkpoint at each record; where epochs are very short, as often as costs little.

    Args:
        store: `Checkpoints`.
        metadata: callable that returns the JSON metadata of this moment.
        guard: `NaNGuard`; what it objects to is not written.
        share, longest: how seldom; see `kgan.callbacks.Sparing`.
    """

    def __init__(self, store, metadata, guard, share, longest):
        super().__init__(share=share, longest=longest)
        self.store = store
        self.metadata = metadata
        self.guard = guard

    def now(self, logs=None):
        self.guard.check_weights()
        self.store.write(self.model.state(), self.metadata(), steps_taken(self.model))


class Seldom(Sparing):
    """Does `work(model)` at a record, but not often.

    Args:
        work: callable from the model to nothing.
        seconds, share: how seldom; see `kgan.callbacks.Sparing`.
    """

    def __init__(self, work, seconds, share):
        super().__init__(seconds, share)
        self.work = work

    def now(self, logs=None):
        self.work(self.model)


class ContinueEpoch(keras.callbacks.Callback):
    """Puts a state back after `fit` has reset the running means, when training goes on within an epoch.

    Args:
        state: what `model.state()` gave.
    """

    def __init__(self, state):
        super().__init__()
        self.state = state

    def on_epoch_begin(self, epoch, logs=None):
        if self.state is not None:
            self.model.restore(self.state)
            self.state = None


def save_model(model, path):
    """Writes a `.keras` file; a reader sees the whole of it or the one before."""
    with replacing_path(path) as temporary:
        model.save(temporary)
