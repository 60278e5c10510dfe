"""Memory as it is: what this process holds, what is free, and the most that it held for a while."""

import contextlib
import threading
from pathlib import Path

import psutil

EVERY = 0.005  # seconds between two looks


def used() -> int:
    """Bytes of main memory that this process holds."""
    return psutil.Process().memory_info().rss


def free() -> float:
    """Bytes of main memory that are free to take: of the machine, or of the container that this runs in."""
    found = psutil.virtual_memory().available
    with contextlib.suppress(OSError, ValueError):  # no such file, or no limit ("max")
        limit, now = (Path("/sys/fs/cgroup", f"memory.{name}").read_text() for name in ("max", "current"))
        found = min(found, float(limit) - float(now))
    return max(found, 1e8)


class Watch:
    """Looks at `used` all the time; `peak` is the most that was seen since `start`, or since it was entered.

    Example:
        >>> with Watch() as watch: network(image)
        >>> watch.peak
    """

    def __init__(self):
        self.peak = 0
        self._stop = threading.Event()

    def look(self) -> int:
        """Looks once more; returns the peak."""
        self.peak = max(self.peak, used())
        return self.peak

    def start(self) -> None:
        """Forgets what was seen."""
        self.peak = used()

    def __enter__(self) -> "Watch":
        self.start()
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._stop.set()
        self._thread.join()
        self.look()

    def _run(self):
        while not self._stop.wait(EVERY):
            self.look()
