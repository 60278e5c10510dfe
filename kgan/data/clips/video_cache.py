"""Decoded frames kept on disk, for videos whose decoding would hold training up."""

import contextlib
import hashlib
import itertools
import os
import pathlib
import threading
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from kgan.data.clips import video_files
from kgan.data.clips.video_files import Video
from kgan.files.atomic import replacing_path


class FrameCache:
    """Keeps each video's frames, at one size, in a NumPy file that is read in part.

    A video is decoded as a whole when one of its frames is first asked for.

    Args:
        folder: where the files go; it is made if need be.
    """

    def __init__(self, folder: str | os.PathLike):
        self._folder = pathlib.Path(folder)
        self._locks = defaultdict(threading.Lock)
        self._damaged = set()

    def read(self, video: Video, numbers: Sequence[int], size: tuple[int, int]) -> np.ndarray:
        """As `video_files.read`, with the same frames."""
        path = self._path(video, size)
        with self._locks[path]:
            if path not in self._damaged and not path.exists():
                self._fill(path, video, size)
        if path in self._damaged:
            return video_files.read(video, numbers, size)
        return np.array(np.load(path, mmap_mode="r")[numbers])

    def _path(self, video, size):
        facts = os.stat(video.path)
        what = f"{os.path.abspath(video.path)} {facts.st_size} {facts.st_mtime_ns} {size}"
        return self._folder / f"frames-{hashlib.blake2b(what.encode(), digest_size=12).hexdigest()}.npy"

    def _fill(self, path, video, size):
        shape, count = (len(video), *size, 3), 0
        # Written frame by frame: a map of the file would count as memory.
        with contextlib.suppress(_Damaged), replacing_path(path) as partial:
            with open(partial, "wb") as file:
                about = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, about)
                for frame in self._readable(video, size):
                    file.write(np.ascontiguousarray(frame).tobytes())
                    count += 1
            if count < len(video):  # what can be read is read from the video itself
                self._damaged.add(path)
                raise _Damaged

    def _readable(self, video, size):
        """The frames up to where the file is damaged, and no more than were counted."""
        with contextlib.suppress(OSError):
            yield from itertools.islice(video_files.stream(video, size), len(video))


class _Damaged(Exception):
    """A video of which not all frames can be read."""
