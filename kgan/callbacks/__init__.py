"""Callbacks for `fit`: sample grids, collapse watch, guard against NaN, histories, logs, progress."""

from kgan.callbacks.collapse_watch import CollapseWatch
from kgan.callbacks.event_log import TensorBoardLog
from kgan.callbacks.historical_averaging import HistoricalAveraging
from kgan.callbacks.history import History
from kgan.callbacks.nan_guard import NaNGuard, TrainingDiverged
from kgan.callbacks.progress import Progress, duration
from kgan.callbacks.recording import Every, Recording, Sparing, steps_taken
from kgan.callbacks.sample_grid import SampleGrid

__all__ = [
    "CollapseWatch",
    "Every",
    "HistoricalAveraging",
    "History",
    "NaNGuard",
    "Progress",
    "Recording",
    "SampleGrid",
    "Sparing",
    "TensorBoardLog",
    "TrainingDiverged",
    "duration",
    "steps_taken",
]
