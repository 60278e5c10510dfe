"""TensorBoardLog: the logs of each record, and the newest sample grid, for TensorBoard."""

import os
from pathlib import Path

import numpy as np

from kgan.backend.event_log import EventLog
from kgan.callbacks.recording import Sparing, steps_taken
from kgan.callbacks.sample_grid import SampleGrid


class TensorBoardLog(Sparing):
    """Writes logs and sample grids as TensorBoard event files, as seldom as it is told to.

    `keras.callbacks.TensorBoard` writes no pictures, and an epoch of ours may be an hour.

    Args:
        folder: path.
        grid: `SampleGrid` whose pictures to write along, or None.
        seconds, share: how seldom; see `Sparing`.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        grid: SampleGrid | None = None,
        seconds: float = 0.0,
        share: float = 1.0,
    ):
        super().__init__(seconds, share)
        self.folder = Path(folder)
        self.grid = grid
        self._log = None
        self._shown = None

    def now(self, logs: dict | None = None) -> None:
        if self._log is None:
            self._log = EventLog(self.folder)
        step = steps_taken(self.model)
        self._log.scalars(step, {name: float(np.mean(value)) for name, value in (logs or {}).items()})
        if self.grid is not None and self.grid.path not in (None, self._shown):
            self._shown = self.grid.path
            self._log.picture(step, "samples", self.grid.path.read_bytes())
        self._log.flush()
