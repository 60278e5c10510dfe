"""Videos as they should not be: the rest is used, what is of no use is named, and length costs no memory."""

import os
import pathlib
import subprocess
import sys
import types
from fractions import Fraction

import av
import numpy as np
import pytest

from kgan.data.clips import video_files
from kgan.data.clips.video import video
from kgan.tasks.video.continuation import Continuation
from tests.data.clips.test_video import evaluation, grey, write


@pytest.fixture
def folder(tmp_path):
    """One good video of 12 frames."""
    write(tmp_path / "good.mkv", [grey(n) for n in range(12)], "ffv1", "bgr0")
    return tmp_path


def noise(count, size=(24, 32)):
    return list(np.random.default_rng(0).integers(0, 256, (count, *size, 3), np.uint8))


def transport_stream(path, frames):
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("mpeg2video", rate=24)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def test_a_video_that_changes_its_size_keeps_the_first(folder, tmp_path):
    """Two broadcasts in one file, the second twice as large: clips, and `predict`, have frames of one size."""
    small = [grey(n) for n in range(12)]
    large = [np.kron(frame, np.ones((2, 2, 1), np.uint8)) for frame in small]
    parts = [transport_stream(tmp_path / f"{n}.ts", frames) for n, frames in enumerate((small, large))]
    (folder / "changes.mpg").write_bytes(b"".join(parts))
    assert evaluation(video(folder, (24, 32), length=4)).shape == (8, 4, 24, 32, 3)
    opened = video_files.inspect(folder / "changes.mpg")
    frames = video_files.read(opened, range(len(opened)))
    assert frames.shape == (len(opened), 24, 32, 3)
    assert (
        frames[:, 12, 4].mean(axis=-1) > frames[:, 12, 28].mean(axis=-1) + 30
    ).all()  # the left half is brighter
    generator = types.SimpleNamespace(input=np.zeros((1, 4, 24, 32, 3)))
    scheme = types.SimpleNamespace(input_frames=4, generator=generator)
    seen, _ = Continuation(scheme, tmp_path, 1, None, 512, False).read(folder / "changes.mpg")
    assert seen.shape == (4, 24, 32, 3)


def test_damage_in_the_middle_costs_the_clips_that_lie_there(folder):
    path = write(folder / "x.mp4", noise(40))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 400 : middle + 400] = bytes(800)
    path.write_bytes(content)
    source = video(folder, (24, 32), length=4)
    assert len(source) == 3 + 10
    assert 3 + 7 <= len(evaluation(source)) < 3 + 10
    (said, *more) = source.report()
    assert said.count("x.mp4") == 1
    assert said.startswith("x.mp4: ")
    assert len(more) < 3


def test_odd_sides_are_kept_to_the_pixel(folder):
    frames = noise(6, (25, 33))
    path = write(folder / "odd.mkv", frames, "ffv1", "bgr0")
    np.testing.assert_array_equal(video_files.read(video_files.inspect(path), range(6)), frames)
    assert evaluation(video(path, (25, 33), length=3)).shape == (2, 3, 25, 33, 3)


def test_too_short_ones_and_unknown_codecs_are_named_beside_the_others(folder):
    write(folder / "short.mkv", [grey(1)] * 2, "ffv1", "bgr0")
    known = write(folder / "other.mp4", [grey(n) for n in range(8)])
    known.write_bytes(known.read_bytes().replace(b"avc1", b"zzz1"))  # the name of its codec
    source = video(folder, (24, 32), length=4)
    assert len(source) == 3
    assert "1 too short for 4 frames: short.mkv (2 frames)" in source.summary()
    assert "1 unreadable: other.mp4" in source.summary()


PROGRAM = """
import resource, sys
from kgan.data import video
for batch in video(sys.argv[1], (12, 16), length=5, cache=sys.argv[2]).batches(8).take(50):
    pass
for batch in video(sys.argv[1], (12, 16), length=5).batches(8).take(5):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_two_hours_need_the_memory_of_a_minute(tmp_path):
    """172,800 frames, 100 MB in the cache; what grows is a time stamp a frame."""
    peaks = {}
    for minutes in (1, 120):
        path = tmp_path / f"{minutes}.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=24)
            stream.height, stream.width, stream.pix_fmt = 24, 32, "yuv420p"
            second = [stream.encode(av.VideoFrame.from_ndarray(grey(n), format="rgb24")) for n in range(24)]
            second = [(bytes(one), one.is_keyframe) for some in (*second, stream.encode()) for one in some]
            for number in range(minutes * 60 * 24):
                content, whole = second[number % 24]
                packet = av.Packet(content)
                packet.stream, packet.is_keyframe, packet.time_base = stream, whole, Fraction(1, 24)
                packet.pts = packet.dts = number
                container.mux(packet)
        root = pathlib.Path(__file__).parents[3]
        environment = {**os.environ, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-c", PROGRAM, str(path), str(tmp_path / f"cache-{minutes}")]
        peaks[minutes] = int(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
    assert peaks[120] < 1.08 * peaks[1], peaks
