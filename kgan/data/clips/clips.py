"""Where the clips of a set of videos begin, and which of them move."""

import itertools
import os
import pathlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kgan.data.clips import video_files
from kgan.data.clips.video_files import Video

BLOCKS = 10  # a single video is split by tenths of its time
MOTION_WIDTH = 96  # pixels across at which motion is measured

Clip = tuple[int, int]  # the number of a video and of the clip's first frame


def cut(videos: Sequence[Video], span: int, hop: int) -> tuple[list[Clip], dict[str, str]]:
    """Lays clips over the videos, every `hop` frames.

    Args:
        videos: what `video_files.inspect` returned.
        span: frames from a clip's first to its last, both counted.
        hop: frames from a clip's start to the next one's.

    Returns:
        The clips, and for each video too short to have one: its name and its length.
    """
    clips, short = [], {}
    for number, video in enumerate(videos):
        starts = list(range(0, len(video) - span + 1, hop))
        if (
            len(videos) == 1
        ):  # clips, also longer ones of the same video, must not reach over where a split may fall
            edges = [-(-block * len(video) // BLOCKS) for block in range(BLOCKS + 1)]
            inside = [range(a, b - span + 1, hop) for a, b in itertools.pairwise(edges)]
            starts = list(itertools.chain(*inside)) or starts
        if not starts:
            short[pathlib.Path(video.path).name] = f"{len(video)} frames"
        clips.extend((number, start) for start in starts)
    return clips, short


def tenth(video: Video, frame: int) -> int:
    """In which tenth of the video a frame lies, 0 to 9."""
    return frame * BLOCKS // len(video)


def room(videos: Sequence[Video], clips: Sequence[Clip], span: int, hop: int) -> np.ndarray:
    """How many frames later each clip may begin in training: before the next begins, inside of its video's end.

    Of a single video inside of the clip's tenth, so that no frame comes to lie on the other side of a split.

    Args:
        videos, span, hop: as for `cut`.
        clips: what it returned.

    Returns:
        int64, one number a clip, from 0 to hop - 1.
    """

    def end(number, first):
        length = len(videos[number])
        return length if len(videos) > 1 else -(-(tenth(videos[0], first) + 1) * length // BLOCKS)

    return np.array([min(hop - 1, max(0, end(*clip) - span - clip[1])) for clip in clips], np.int64)


def groups(videos: Sequence[Video], clips: Sequence[Clip]) -> np.ndarray:
    """What a split keeps together: one video's clips; of a single video a tenth's."""
    if len(videos) > 1:
        return np.array([number for number, _ in clips])
    return np.array([tenth(videos[0], first) for _, first in clips])


def moving(
    videos: Sequence[Video], clips: Sequence[Clip], length: int, stride: int, least: float
) -> list[Clip]:
    """The clips whose frames change by `least` grey levels or more from one to the next, on average.

    Decodes every video once, at a small size.
    """

    def changes(video):
        height, width = video.size
        small = (max(1, round(height * MOTION_WIDTH / width)), MOTION_WIDTH)
        return video_files.changes(video, stride, small)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(changes, videos))
    steps = np.arange(length - 1) * stride
    return [clip for clip in clips if length < 2 or found[clip[0]][clip[1] + steps].mean() >= least]
