"""History: a row of logs per record, as CSV."""

import csv
import io

import numpy as np

from kgan.callbacks.recording import Sparing, steps_taken
from kgan.files.atomic import replacing


class History(Sparing):
    """Keeps a row of logs per record, and writes all of them as CSV, whole each time.

    Args:
        path: path of the CSV file, or None to write none.
        rows: list of dict, rows of an earlier part of the same training; extended in place.
        facts: callable that returns a dict of columns to put before the logs, such as the epoch.
        most: int, rows to keep; at more, every second one is dropped.
        seconds, share: how seldom the file is written; see `Sparing`.
    """

    def __init__(self, path=None, rows=None, facts=None, most=4000, seconds=0.0, share=1.0):
        super().__init__(seconds, share)
        self.path = path
        self.rows = [] if rows is None else rows
        self.most = most
        self.facts = facts or (lambda: {"step": steps_taken(self.model)})

    def record(self, logs):
        self.rows.append({**self.facts(), **{name: float(np.mean(value)) for name, value in logs.items()}})
        if len(self.rows) > self.most:
            del self.rows[1:-1:2]
        if self.path is not None:
            super().record(logs)

    def now(self, logs=None):
        """Writes the file anew; columns that a row lacks stay empty."""
        text = io.StringIO(newline="")
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        with replacing(self.path) as stream:
            stream.write(text.getvalue().encode())
