"""Progress: how far training is and when it will be done."""

import sys
import time
from typing import TextIO

import keras
import numpy as np

from kgan.callbacks.recording import steps_taken

BAR_SECONDS = 0.2


class Progress(keras.callbacks.Callback):
    """Shows how far training is and when it will be done: a bar on a terminal, now and then a line elsewhere.

    Elsewhere the second step gets a line, as the first to have an estimate, and so does the last.

    Args:
        total: int, steps of the whole training; None where nobody knows.
        done: int, steps that went before.
        name: str, said before the numbers, such as the name of a stage.
        quiet: bool, whether to say nothing.
        stream: where to write. Default: stderr.
        interval: float, seconds between lines where there is no terminal.
    """

    def __init__(
        self,
        total: int | None = None,
        done: int = 0,
        name: str = "train",
        quiet: bool = False,
        stream: TextIO | None = None,
        interval: float = 20.0,
    ):
        super().__init__()
        self.total, self.done = total, done
        self.name = name
        self.quiet = quiet
        self.stream = sys.stderr if stream is None else stream
        self.interval = interval
        self._bar = None
        self._first = None
        self._next_line = 0.0

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self._bar is None and not self.quiet and self.stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=1.0, file=self.stream, dynamic_ncols=True, bar_format="{l_bar}{bar}| {unit}"
            )

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.done += 1
        now = time.monotonic()
        beginning = self._first is None
        if beginning:
            # Compiling is part of the first step and would spoil the estimate.
            self._first = (now, self.done)
        if self._bar is not None:
            if now >= self._next_line or self.fraction() >= 1:
                self._next_line = now + BAR_SECONDS
                self._bar.n = self.fraction()
                # tqdm puts a comma before its own postfix; the unit it leaves alone.
                self._bar.unit = self.line(now, logs)
                self._bar.set_description_str(self.name, refresh=True)
        elif not self.quiet and (self.done == self.total or (now >= self._next_line and not beginning)):
            self._next_line = now + self.interval
            print(f"{self.name} {self.fraction():4.0%}  {self.line(now, logs)}", file=self.stream, flush=True)

    def fraction(self) -> float:
        """Returns how much of the training is done, 0 to 1."""
        return 0.0 if self.total is None else min(1.0, self.done / self.total)

    def seconds_left(self, now: float) -> float | None:
        """Returns the estimate, in seconds; None before there is one."""
        then, done = self._first
        if self.total is None or self.done <= done:
            return 0.0 if self.done == self.total else None
        return max(0, self.total - self.done) * (now - then) / (self.done - done)

    def line(self, now: float, logs: dict) -> str:
        """Returns the numbers worth a glance."""
        left = self.seconds_left(now)
        words = [f"step {steps_taken(self.model):,}", *_losses(logs)]
        return "  ".join(words if left is None else [*words, f"{duration(left)} left"])

    def close(self) -> None:
        """Leaves the terminal in order."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def duration(seconds: float) -> str:
    """Returns a length of time as people say it: `42 s`, `7 min`, `3 h 20 min`."""
    seconds = max(0, round(seconds))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _losses(logs):
    shown = {name: value for name, value in (logs or {}).items() if name.endswith("/adversarial")}
    return [f"{name.split('/')[0]} {float(np.mean(value)):.3f}" for name, value in shown.items()]
