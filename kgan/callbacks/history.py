"""History: a row of logs per record, as CSV."""

import csv
import io

import numpy as np

from kgan.atomic import replacing
from kgan.callbacks.recording import Recording


class History(Recording):
    """Keeps a row of logs per record, and writes all of them as CSV, whole each time.

    Args:
        path: path of the CSV file, or None to write none.
        rows: list of dict, rows of an earlier part of the same training; extended in place.
        facts: callable that returns a dict of columns to put before the logs, such as the epoch.
    """

    def __init__(self, path=None, rows=None, facts=None):
        super().__init__()
        self.path = path
        self.rows = [] if rows is None else rows
        self.facts = facts or (lambda: {"step": int(self.model.steps)})

    def record(self, logs):
        self.rows.append({**self.facts(), **{name: float(np.mean(value)) for name, value in logs.items()}})
        if self.path is not None:
            self.write()

    def write(self):
        """Writes the file anew; columns that a row lacks stay empty."""
        text = io.StringIO(newline="")
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        with replacing(self.path) as stream:
            stream.write(text.getvalue().encode())
