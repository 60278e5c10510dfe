"""Clips of videos: files, or folders of numbered frames."""

import hashlib
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from kgan.data.clips import clips as clips_of
from kgan.data.clips import video_files
from kgan.data.clips.video_cache import FrameCache
from kgan.data.folders.layout import places
from kgan.data.folders.problems import listing
from kgan.data.kinds.images import held_out
from kgan.data.kinds.kind import Folder, Kind
from kgan.data.source.keys import fold
from kgan.data.source.python_call import python_call
from kgan.data.source.source import Part, Source
from kgan.data.views.color_jitter import jitter as colour_jitter
from kgan.errors import UserError
from kgan.files.walk import require_file, walk
from kgan.pictures.image_size import height_and_width
from kgan.pictures.pixels import to_float


def video(
    folder: str | os.PathLike,
    image_size: int | tuple[int, int] = 64,
    length: int = 16,
    stride: int = 1,
    *,
    hop: int | None = None,
    channels: int = 3,
    minimum_motion: float = 0.0,
    flip: bool = True,
    jitter: float = 0.0,
    cache: str | os.PathLike | None = None,
) -> Source:
    """Clips out of all the videos below a folder.

    Frames are scaled until they cover the image and then cropped: in training anywhere, in evaluation in the
    middle; every frame of a clip alike. In training a clip begins anywhere from its own start up to the next one's,
    anew each time, unless a minimum motion was asked for. `split` divides by video, or by tenths of its time where
    there is one video only; where there are folders `test` or `val` beside others, those are held out.

    Args:
        folder: a folder of video files, of folders of numbered frames, or both; or one video file.
        image_size: int, or (height, width) of a frame.
        length: frames a clip.
        stride: take every stride-th frame.
        hop: frames from the start of a clip to that of the next. Default: length * stride: no overlap.
        channels: 3, or 1 for luminance.
        minimum_motion: leave out clips whose frames differ less from one to the next, on average, in grey
            levels from 0 to 255. 1 leaves out still pictures; finding out means decoding all the videos once.
        flip: mirror half of the clips in training.
        jitter: from 0 to 1, the strength of colour jitter in training, alike for all frames of a clip.
        cache: where to keep frames at the size they are read at, decoded once, uncompressed (a minute of 64x64
            at 25 a second: 18 MB). Worth it where decoding is what training waits for. Default: nowhere.

    Returns:
        A `Source` of dicts with `frames`, float32 (length, height, width, channels) in [-1, 1].

    Raises:
        UserError: no videos, none that can be read, none long enough, or none that moves.

    Example:
        >>> training, held_out = video("clips", (64, 80), length=10, stride=2).split()
    """
    size = height_and_width(image_size)
    hop = length * stride if hop is None else hop
    if min(length, stride, hop) < 1 or channels not in (1, 3):
        raise ValueError(
            f"expected length, stride and hop from 1, channels 1 or 3; received {length}, {stride}, {hop}, "
            f"{channels}; use video(folder, length=16, stride=1)"
        )
    root = pathlib.Path(folder)
    videos, problems = _open(root)
    span = (length - 1) * stride + 1
    clips, short = clips_of.cut(videos, span, hop)
    text = [f"{len(videos)} videos, {sum(map(len, videos)):,} frames"]
    if not clips:
        longest = max(videos, key=len)
        raise UserError(
            f"expected videos of at least {span} frames (length {length}, stride {stride}), found at most "
            f"{len(longest)} ({longest.path}): ask for shorter clips"
        )
    if minimum_motion > 0:
        moving = clips_of.moving(videos, clips, length, stride, minimum_motion)
        text.append(f"{len(clips) - len(moving):,} of {len(clips):,} clips left out: still pictures")
        clips = moving
    if not clips:
        raise UserError(f"expected clips that move by {minimum_motion}, found none: lower the minimum motion")
    if short:
        text.append(f"{len(short)} too short for {span} frames: {listing(short)}")
    if problems:
        text.append(f"{len(problems)} unreadable: {listing(problems)}")

    numbers = np.arange(length) * stride
    reader = video_files.read if cache is None else FrameCache(cache).read

    def read(which, first):
        return reader(videos[which], first + numbers, _cover(videos[which].size, size))

    def load(row, key):
        start = row["first"]
        if key is not None:
            start += tf.random.stateless_uniform([], fold(key, "start"), 0, row["room"] + 1, tf.int64)
        frames = python_call(read, [row["video"], start], tf.uint8)
        frames = tf.ensure_shape(frames, (length, None, None, 3))
        place = tf.constant([0.5, 0.5])
        if key is not None:
            place = tf.random.stateless_uniform([2], fold(key, "crop"))
        room = tf.cast(tf.shape(frames)[1:3] - size, tf.float32)
        top, left = tf.unstack(tf.cast(tf.round(place * room), tf.int32))
        frames = frames[:, top : top + size[0], left : left + size[1]]
        if channels == 1:
            frames = tf.image.rgb_to_grayscale(frames)
        if key is not None and flip:
            turned = tf.random.stateless_uniform([], fold(key, "flip")) < 0.5
            frames = tf.where(turned, frames[:, :, ::-1], frames)
        frames = to_float(tf.ensure_shape(frames, (length, *size, channels)))
        return {"frames": colour_jitter(frames, key, jitter) if key is not None and jitter else frames}

    def explain(row):
        try:
            read(row["video"], row["first"])
        except OSError as error:
            path = pathlib.Path(videos[row["video"]].path)
            return f"{_name(root, videos[row['video']])}: {str(error).removeprefix(f'{path.name}: ')}"
        return f"{_name(root, videos[row['video']])}: frames from {row['first']} could not be read"

    owner, first = (np.array(column, np.int64) for column in zip(*clips, strict=True))
    # A clip that moves enough may stand still a few frames later.
    room = clips_of.room(videos, clips, span, hop) * (minimum_motion <= 0)
    apart = held_out(places([_name(root, one) for one in videos]))
    part = Part(
        {"video": owner, "first": first, "room": room},
        load,
        explain,
        held_out=None if apart is None else apart[owner],
        groups=clips_of.groups(videos, clips),
        group_count=len(videos) if len(videos) > 1 else clips_of.BLOCKS,
    )
    settings = (size, length, stride, hop, channels, minimum_motion, flip, jitter)
    return Source(part, text="\n".join(text), identity=f"video, starts drawn, {settings} {_identity(videos)}")


def _open(root: pathlib.Path) -> tuple[list[video_files.Video], dict[str, str]]:
    """The readable videos, and what is wrong with the others."""
    if not root.exists():
        raise UserError(f"expected a folder of videos, found nothing at {root}: check the path")
    paths = video_files.find(root) if root.is_dir() else [require_file(root)]
    if not paths:
        suffixes = ", ".join(sorted(video_files.VIDEO_SUFFIXES))
        raise UserError(f"expected video files ({suffixes}) or folders of frames, found none in {root}")

    def inspect(path):
        try:
            return video_files.inspect(path)
        except (UserError, OSError) as error:
            return error

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(inspect, paths))
    videos = [video for video in found if isinstance(video, video_files.Video)]
    results = zip(paths, found, strict=True)
    problems = {path.name: str(error) for path, error in results if isinstance(error, Exception)}
    if not videos:
        raise UserError(f"expected videos that can be read, found none: {listing(problems)}")
    return videos, problems


def _cover(size: tuple[int, int], image_size: tuple[int, int]) -> tuple[int, int]:
    """The least size of the same shape that leaves no part of the image uncovered."""
    scale = max(image_size[0] / size[0], image_size[1] / size[1])
    return max(image_size[0], round(size[0] * scale)), max(image_size[1], round(size[1] * scale))


def _name(root: pathlib.Path, one: video_files.Video) -> str:
    path = pathlib.Path(one.path)
    return path.relative_to(root).as_posix() if path != root else path.name


def _identity(videos) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for one in videos:
        facts = os.stat(one.path)
        digest.update(f"{one.path} {len(one)} {one.size} {facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()


def _is_video(folder: Folder) -> bool:
    """Whether it is a file of video, or a folder of those and of no pictures."""
    if folder.root.is_file():
        return folder.root.suffix.lower() in video_files.VIDEO_SUFFIXES
    if not folder.root.is_dir() or len(folder.index):
        return False
    return bool(walk(folder.root).names(tuple(video_files.VIDEO_SUFFIXES)))


KIND = Kind(
    "video",
    "videos",
    ("video-prediction",),
    recognized=_is_video,
    opened=lambda folder, size: video(folder.path, size, length=8, cache=folder.cache),
)
