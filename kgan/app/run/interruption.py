"""Stopping in order: at a signal, always between two steps."""

import contextlib
import signal
import time

import keras

from kgan.callbacks import steps_taken


class Stopped(KeyboardInterrupt):
    """Training was asked to stop, and has written its checkpoint.

    Args:
        step: int, the steps that the checkpoint has seen.
        number: int, the signal.
    """

    def __init__(self, step, number):
        super().__init__(f"stopped after step {step}")
        self.step = step
        self.exit_code = 128 + number


class Interruption:
    """Notes a Ctrl-C (or SIGTERM) instead of dying of it; a second one kills as usual.

    Example:
        `with Interruption().listening() as stop: ...; if stop.signal: ...`
    """

    def __init__(self):
        self.signal = None

    @contextlib.contextmanager
    def listening(self):
        """Inside, signals are noted in `signal`. Yields self."""
        previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def note(number, frame):
            self.signal = number
            signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
            print("\nFinishing the step and writing a checkpoint (again to stop at once) ...", flush=True)

        try:
            for number in previous:
                signal.signal(number, note)
        except ValueError:  # not in the main thread: signals are somebody else's business
            previous = {}
        try:
            yield self
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


class StopOnSignal(keras.callbacks.Callback):
    """After the step in which a signal came: records, then raises `Stopped`.

    Args:
        interruption: `Interruption`.
        kept: dict of `Recording`: `guard`, `history` and `checkpoint` are done before leaving.
    """

    def __init__(self, interruption, kept):
        super().__init__()
        self.interruption = interruption
        self.kept = kept

    def on_train_batch_end(self, batch, logs=None):
        if self.interruption.signal is not None:
            logs = dict(logs or {})
            self.kept["guard"].record(logs)
            if "checkpoint" in self.kept:  # one worker of several writes
                self.kept["history"].record(logs)
                self.kept["checkpoint"].now()
                self.kept["history"].now()
            raise Stopped(steps_taken(self.model), self.interruption.signal)


class Clock:
    """Seconds of training, those before an interruption included.

    Args:
        began: `time.monotonic()` at the start of this process's part. Default: now.
    """

    def __init__(self, began=None):
        self.earlier = 0.0
        self._began = time.monotonic() if began is None else began

    def seconds(self):
        """Returns the seconds spent so far."""
        return self.earlier + time.monotonic() - self._began
