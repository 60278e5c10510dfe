"""History: a row of logs per record, as CSV."""

import csv
import io
import os

import numpy as np

from kgan.callbacks.recording import Sparing, steps_taken
from kgan.files.atomic import replacing


class History(Sparing):
    """Keeps a row of logs per record, and writes all of them as CSV, whole each time.

    Args:
        path: path of the CSV file, or None to write none.
        rows: list of dict, rows of an earlier part of the same training; extended in place.
        facts: callable that returns a dict of columns to put before the logs, such as the epoch.
        every: int or None. With a number, rows stand at an epoch's end and at the multiples of so many steps only,
            so that a training which was interrupted has the rows of one which was not.
        most: int, rows to keep; at more, every second one is dropped.
        seconds, share: how seldom the file is written; see `Sparing`.
    """

    def __init__(
        self,
        path: str | os.PathLike | None = None,
        rows: list[dict] | None = None,
        facts: dict | None = None,
        every: int | None = None,
        most: int = 4000,
        seconds: float = 0.0,
        share: float = 1.0,
    ):
        super().__init__(seconds, share)
        self.path = path
        self.rows = [] if rows is None else rows
        self.every = every
        self.most = most
        self._ended = False
        self._waiting = {}
        self.facts = facts or (lambda: {"step": steps_taken(self.model)})

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.end_epoch()
        super().on_epoch_end(epoch, logs)

    def end_epoch(self) -> None:
        """Says that the next record is that of an epoch's end."""
        self._ended = True

    def at_step(self, logs: dict) -> None:
        """Takes a row where one is due; what records only now and then (a diversity) goes into the next one."""
        if self.every is not None and steps_taken(self.model) % self.every == 0:
            self.record(logs)

    def record(self, logs: dict) -> None:
        ended, self._ended = self._ended, False
        if ended or self.every is None or steps_taken(self.model) % self.every == 0:
            logs, self._waiting = {**self._waiting, **logs}, {}
            row = {**self.facts(), **{name: float(np.mean(value)) for name, value in logs.items()}}
            if self.rows and all(self.rows[-1].get(name) == row.get(name) for name in ("stage", "step")):
                row = {**self.rows.pop(), **row}
            self.rows.append(row)
            if len(self.rows) > self.most:
                del self.rows[1:-1:2]
        else:
            self._waiting = dict(logs)
        if self.path is not None:
            super().record(logs)

    def now(self, logs: dict | None = None) -> None:
        """Writes the file anew; columns that a row lacks stay empty."""
        text = io.StringIO(newline="")
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        with replacing(self.path) as stream:
            stream.write(text.getvalue().encode())
