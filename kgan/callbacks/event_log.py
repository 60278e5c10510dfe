"""TensorBoardLog: the logs of each record, and the newest sample grid, for TensorBoard."""

from pathlib import Path

import numpy as np

from kgan.backend.event_log import EventLog
from kgan.callbacks.recording import Recording


class TensorBoardLog(Recording):
    """Writes logs and sample grids as TensorBoard event files.

    `keras.callbacks.TensorBoard` needs the tensorboard package while training; this one only to look.

    Args:
        folder: path.
        grid: `SampleGrid` whose pictures to write along, or None.
    """

    def __init__(self, folder, grid=None):
        super().__init__()
        self.folder = Path(folder)
        self.grid = grid
        self._log = None
        self._shown = None

    def record(self, logs):
        if self._log is None:
            self._log = EventLog(self.folder)
        step = int(self.model.steps)
        self._log.scalars(step, {name: float(np.mean(value)) for name, value in logs.items()})
        if self.grid is not None and self.grid.path not in (None, self._shown):
            self._shown = self.grid.path
            self._log.picture(step, "samples", self.grid.path.read_bytes(), *self.grid.size)
        self._log.flush()
