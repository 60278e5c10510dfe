"""Frames out of video files (PyAV) and folders of numbered pictures, by their number."""

import collections
import contextlib
import dataclasses
import pathlib
import re
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageOps

from kgan.errors import UserError
from kgan.files.walk import walk
from kgan.pictures.decoding import decode

VIDEO_SUFFIXES = frozenset(
    (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv", ".ogv", ".gif")
)
PICTURE_SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"))


@dataclasses.dataclass(frozen=True)
class Video:
    """One video and where each of its frames is.

    Args:
        path: a video file, or a folder of pictures.
        size: (height, width) of a frame, upright.
        times: presentation time stamps in the stream's unit, one a frame, ascending; empty for pictures.
        pictures: the picture files in order; empty for a video file.
        counted: the file has no time stamps; `times` are the frames' numbers, and there is no seeking.
    """

    path: str
    size: tuple[int, int]
    times: tuple[int, ...] = ()
    pictures: tuple[str, ...] = ()
    counted: bool = False

    def __len__(self) -> int:
        return len(self.times) or len(self.pictures)


def natural(name: str) -> list:
    """Sort key under which frame9 comes before frame10."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", name)]


def find(folder: pathlib.Path) -> list[pathlib.Path]:
    """The video files below a folder and the folders that hold two pictures or more, in natural order."""
    videos, pictures = [], {}
    for path in map(folder.joinpath, walk(folder).names()):
        if path.suffix.lower() in VIDEO_SUFFIXES:
            videos.append(path)
        elif path.suffix.lower() in PICTURE_SUFFIXES:
            pictures[path.parent] = pictures.get(path.parent, 0) + 1
    frame_folders = [parent for parent, count in pictures.items() if count > 1]
    return sorted(videos + frame_folders, key=lambda path: natural(path.relative_to(folder).as_posix()))


def inspect(path: str | pathlib.Path) -> Video:
    """Count the frames of a video file, without decoding them, or of a folder of pictures.

    Raises:
        UserError: nothing there can be read as video.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        names = sorted(walk(path, deep=False).names(PICTURE_SUFFIXES), key=natural)
        files = tuple(str(path / name) for name in names)
        first = _picture(files[0])
        return Video(str(path), first.shape[:2], pictures=files)
    import av

    counted = False
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            times = [packet.pts for packet in container.demux(stream) if packet.size]
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
            size = _upright(frame).shape[:2]
            if None in times or len(set(times)) < len(times):  # containers such as AVI: ask the decoder
                times = [frame.pts, *(frame.pts for frame in container.decode(video=0))]
                counted = None in times
                times = range(len(times)) if counted else times
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise UserError(f"no video that can be read ({error or 'no frame'})") from error
    return Video(str(path), size, tuple(sorted(times)), counted=counted)


def read(video: Video, numbers: Sequence[int], size: tuple[int, int] | None = None) -> np.ndarray:
    """Decode some frames.

    Args:
        video: what `inspect` returned.
        numbers: frame numbers from 0, ascending.
        size: (height, width) to bring the frames to; None is the first frame's: a video may change its size on its way.

    Returns:
        uint8 of shape (len(numbers), height, width, 3).

    Raises:
        OSError: the file is damaged at these frames.
    """
    if video.pictures:
        frames = [_picture(video.pictures[number], size) for number in numbers]
        if any(frame.shape != frames[0].shape for frame in frames):
            raise OSError(f"the pictures in {video.path} differ in size")
        return np.stack(frames)
    size = size or video.size
    wanted = [video.times[number] for number in numbers]
    found = {}
    if wanted[0] > video.times[0] and not video.counted:
        with contextlib.suppress(OSError):
            found = _collect(video, wanted, size, start=wanted[0])
    if len(found) < len(set(wanted)):  # nothing to skip, or the container's index misled the seek
        found = _collect(video, wanted, size, start=None)
    if len(found) < len(set(wanted)):
        raise OSError(f"{pathlib.Path(video.path).name} ends before frame {numbers[-1]}")
    return np.stack([found[time] for time in wanted])


def stream(video: Video, size: tuple[int, int] | None = None) -> Iterator[np.ndarray]:
    """Every frame in order, uint8 (height, width, 3). Raises OSError where the file is damaged."""
    if video.pictures:
        yield from (_picture(path, size) for path in video.pictures)
        return
    known, size = set(video.times), size or video.size
    yield from (_upright(frame, size) for time, frame in _decode(video, None) if time in known)


def _collect(video: Video, wanted: list[int], size, start: int | None) -> dict[int, np.ndarray]:
    found, times = {}, set(wanted)
    for time, frame in _decode(video, start):
        if time in times:
            found[time] = _upright(frame, size)
        if time >= wanted[-1]:
            break
    return found


def _decode(video: Video, start: int | None):
    """Yields each frame with its time, from the last key frame before `start` on."""
    import av

    try:
        with av.open(video.path) as container:
            source = container.streams.video[0]
            if start is not None:
                container.seek(start, stream=source, backward=True)
            for number, frame in enumerate(container.decode(source)):
                yield number if video.counted else frame.pts, frame
    except (av.FFmpegError, IndexError) as error:
        raise OSError(f"{pathlib.Path(video.path).name}: {error}") from error


def _upright(frame, size=None) -> np.ndarray:
    """The frame as (height, width, 3), turned as the telephone was held."""
    turns = frame.rotation // 90
    scale = {}
    if size is not None and size != (frame.height, frame.width)[:: -1 if turns % 2 else 1]:
        height, width = size[:: -1 if turns % 2 else 1]
        method = "AREA" if width < frame.width else "BICUBIC"
        scale = {"width": width, "height": height, "interpolation": method}
    return np.rot90(frame.to_ndarray(format="rgb24", **scale), turns)


def _picture(path: str, size=None) -> np.ndarray:
    picture = Image.fromarray(decode(path).flat(3))
    if size is not None and size != (picture.height, picture.width):  # of another shape: its middle
        picture = ImageOps.fit(picture, size[::-1], Image.Resampling.BICUBIC)
    return np.asarray(picture)


def changes(video: Video, stride: int, size: tuple[int, int]) -> np.ndarray:
    """How much each frame differs from the one `stride` later: `mean(|frame[t + stride] - frame[t]|)`.

    Args:
        video: what `inspect` returned.
        stride: frames between the two.
        size: (height, width) at which to compare.

    Returns:
        float64 of length `len(video) - stride`, in grey levels from 0 to 255; infinite where the file is damaged.
    """
    found = np.full(max(0, len(video) - stride), np.inf)
    recent: collections.deque = collections.deque(maxlen=stride)
    with contextlib.suppress(OSError):
        for number, frame in enumerate(stream(video, size)):
            if len(recent) == stride:
                found[number - stride] = np.abs(frame.astype(np.int16) - recent[0]).mean()
            recent.append(frame)
    return found
