"""Clips: known frames in files of three containers and in folders of pictures."""

import av
import numpy as np
import pytest
from PIL import Image

from kgan.data.clips import video_files
from kgan.data.clips.video import video
from kgan.data.clips.video_cache import FrameCache
from kgan.data.describe import describe, kind_of
from kgan.errors import UserError
from kgan.pictures.pixels import to_uint8


def grey(number):
    """A 24x32 frame: level 6 * number, its left half 40 brighter."""
    frame = np.full((24, 32, 3), 6 * number, np.uint8)
    frame[:, :16] += 40
    return frame


def write(path, frames, codec="libx264rgb", pixels="rgb24", turn=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        if codec.startswith("libx264"):
            stream.options = {"qp": "0", "g": "5"}  # lossless, a key frame every fifth
        if turn:
            stream.set_display_rotation(turn)
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def folder(tmp_path):
    """Two videos of 30 and 21 frames."""
    write(tmp_path / "one é.mp4", [grey(n) for n in range(30)])
    write(tmp_path / "sub" / "two.mkv", [grey(n) for n in range(10, 31)], "ffv1", "bgr0")
    return tmp_path


def evaluation(source, batch_size=64):
    return np.concatenate([b["frames"] for b in source.batches(batch_size, training=False)])


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "tolerance"),
    [("v.mp4", "libx264rgb", "rgb24", 0), ("v.mkv", "ffv1", "bgr0", 0), ("v.avi", "mpeg4", "yuv420p", 6)],
)
def test_frames_come_by_their_number(tmp_path, name, codec, pixels, tolerance):
    one = video_files.inspect(write(tmp_path / name, [grey(n) for n in range(30)], codec, pixels))
    assert (len(one), one.size) == (30, (24, 32))
    for numbers in ([0], [29], [7, 9, 22], list(range(30))):
        expected = np.stack([grey(n) for n in numbers])
        read = video_files.read(one, numbers)
        assert read.shape == expected.shape
        assert np.abs(read[..., [4, 28], :].astype(int) - expected[..., [4, 28], :]).max() <= tolerance


def test_clips_have_their_length_stride_and_hop(folder):
    frames = evaluation(video(folder, (24, 32), length=3, stride=4, hop=6))
    levels = to_uint8(frames)[:, :, 0, 31, 0] // 6
    first = [[n, n + 4, n + 8] for n in (0, 6, 12, 18)]
    second = [[n, n + 4, n + 8] for n in (10, 16, 22)]
    np.testing.assert_array_equal(levels, first + second)
    assert frames.dtype == np.float32
    assert frames.shape == (7, 3, 24, 32, 3)


def test_clips_do_not_overlap_by_default(folder):
    levels = to_uint8(evaluation(video(folder, (24, 32), length=5, stride=2)))[:, :, 0, 31, 0] // 6
    np.testing.assert_array_equal(levels[:, 0], [0, 10, 20, 10, 20])


def test_frames_are_scaled_to_cover_and_cropped_in_the_middle(folder):
    pixels = to_uint8(evaluation(video(folder, (12, 12), length=1, channels=1)))
    assert pixels.shape[1:] == (1, 12, 12, 1)
    np.testing.assert_allclose(pixels[0, 0, :, 0, 0], 40, atol=1)  # 16 wide, cropped to its columns 2 to 13
    np.testing.assert_allclose(pixels[0, 0, :, 11, 0], 0, atol=1)
    np.testing.assert_allclose(pixels[0, 0, 6, 5, 0], 40, atol=1)
    np.testing.assert_allclose(pixels[0, 0, 6, 6, 0], 0, atol=1)


def test_a_clips_frames_share_their_crop_and_flip(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (24, 64, 3), np.uint8)
    write(tmp_path / "still.mkv", [noise] * 12, "ffv1", "bgr0")
    seen = []
    for batch in video(tmp_path, 24, length=4, jitter=0.5).batches(3, seed=1).take(4):
        frames = batch["frames"].numpy()
        np.testing.assert_allclose(frames, np.repeat(frames[:, :1], 4, axis=1), atol=1e-6)
        seen.extend(frames[:, 0].tobytes()[:64] for frames in frames)
    assert len(set(seen)) > 6  # and the clips do not share theirs


def test_folders_of_frames_are_videos_in_the_order_of_their_numbers(tmp_path):
    for number in range(12):
        (tmp_path / "walk").mkdir(exist_ok=True)
        Image.fromarray(grey(number)).save(tmp_path / "walk" / f"frame{number}.png")
    levels = to_uint8(evaluation(video(tmp_path, (24, 32), length=6)))[:, :, 0, 31, 0] // 6
    np.testing.assert_array_equal(levels, [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]])


def test_still_clips_are_left_out_and_counted(tmp_path):
    write(tmp_path / "a.mkv", [grey(5)] * 8 + [grey(n) for n in range(8)], "ffv1", "bgr0")
    source = video(tmp_path, (24, 32), length=4, minimum_motion=1.0)
    assert len(source) == 2
    assert "2 of 4 clips left out: still pictures" in source.summary()
    levels = to_uint8(evaluation(source))[:, 0, 0, 31, 0] // 6
    np.testing.assert_array_equal(levels, [0, 4])
    with pytest.raises(UserError, match=r"clips that move by 50.*lower the minimum motion"):
        video(tmp_path, (24, 32), length=4, minimum_motion=50.0)


def test_motion_is_the_mean_change_in_grey_levels(tmp_path):
    frames = [grey(n) for n in (0, 1, 3, 3, 7)]
    one = video_files.inspect(write(tmp_path / "a.mkv", frames, "ffv1", "bgr0"))
    np.testing.assert_allclose(video_files.changes(one, 1, (24, 32)), [6, 12, 0, 24])
    np.testing.assert_allclose(video_files.changes(one, 2, (24, 32)), [18, 12, 24])


def test_a_cache_gives_the_same_frames_and_is_made_anew_when_the_file_changes(folder, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    expected = evaluation(video(folder, (12, 20), length=4))
    kept = video(folder, (12, 20), length=4, cache=cache)
    np.testing.assert_array_equal(evaluation(kept), expected)
    assert len(list(cache.glob("*.npy"))) == 2
    (folder / "one é.mp4").touch()
    write(folder / "sub" / "two.mkv", [grey(5)] * 21, "ffv1", "bgr0")
    levels = to_uint8(evaluation(video(folder, (24, 32), length=21, cache=cache)))[:, :, 0, 31, 0]
    np.testing.assert_array_equal(levels[1], 30)


def test_a_cache_of_a_damaged_video_serves_what_there_is(folder, tmp_path_factory):
    cut = (folder / "one é.mp4").read_bytes()
    opened = video_files.inspect(folder / "one é.mp4")
    (folder / "one é.mp4").write_bytes(cut[: int(len(cut) * 0.8)])
    reader = FrameCache(tmp_path_factory.mktemp("cache"))
    with pytest.raises(OSError, match="one é"):
        reader.read(opened, [0, 29], (24, 32))


def test_split_shares_no_video_and_of_one_video_no_frame(folder, tmp_path_factory):
    training, held_out = video(folder, (24, 32), length=2).split(0.5)
    assert len({len(training), len(held_out)} & {15, 10}) == 2
    alone = tmp_path_factory.mktemp("alone")
    write(alone / "a.mkv", [grey(n) for n in range(36)], "ffv1", "bgr0")
    training, held_out = video(alone, (24, 32), length=3, hop=1).split(0.2)
    levels = [set((to_uint8(evaluation(side))[:, :, 0, 31, 0] // 6).ravel()) for side in (training, held_out)]
    assert levels[0]
    assert levels[1]
    assert not levels[0] & levels[1]


def shades(source):
    """Which frames a source shows, by the grey that they were written in."""
    return set((to_uint8(evaluation(source))[:, :, 0, 31, 0] // 6).ravel())


def test_training_clips_begin_anywhere_and_cross_no_split(folder, tmp_path_factory):
    """Clips of 4 laid every 4 frames: 17 starts in 20 frames; of one video each clip stays in its tenth."""
    part = video(folder, (24, 32), length=4, flip=False)
    shown = [b["frames"].numpy() for b in part.batches(12, seed=0).take(8)]
    levels = to_uint8(np.concatenate(shown))[:, :, 0, 31, 0] // 6
    assert (np.diff(levels, axis=1) == 1).all()
    assert set(levels[:, 0]) <= set(range(28))  # 30 frames, and 21 of levels from 10 on
    assert len(set(levels[:, 0])) > 20
    np.testing.assert_array_equal(
        to_uint8(evaluation(part))[:, 0, 0, 31, 0] // 6, [*range(0, 28, 4), *range(10, 30, 4)]
    )
    alone = tmp_path_factory.mktemp("alone")
    write(alone / "a.mkv", [grey(n) for n in range(35)], "ffv1", "bgr0")
    training, held_out = video(alone, (24, 32), length=2, flip=False).split(0.3)
    levels = to_uint8(np.concatenate([b["frames"].numpy() for b in training.batches(8).take(6)]))[
        ..., 0, 31, 0
    ]
    kept = to_uint8(evaluation(held_out))[..., 0, 31, 0]
    assert not set((levels // 6).flat) & set((kept // 6).flat)
    starts = levels[:, 0].astype(int) // 6
    assert (starts * 10 // 35 == (starts + 1) * 10 // 35).all()


def test_longer_clips_are_held_out_of_the_same_videos_and_of_the_same_time(tmp_path_factory):
    alone = tmp_path_factory.mktemp("alone")
    write(alone / "a.mkv", [grey(n) for n in range(40)], "ffv1", "bgr0")
    some = tmp_path_factory.mktemp("some")
    for number in range(6):  # those of odd numbers are too short for the longer clips
        frames = [grey(6 * number + n) for n in range(5 if number % 2 == 0 else 3)]
        write(some / f"{number}.mkv", frames, "ffv1", "bgr0")
    for folder, share in ((alone, 0.3), (some, 0.5)):
        training, _ = video(folder, (24, 32), length=3).split(share)
        longer = video(folder, (24, 32), length=4).split(share)[1]
        assert shades(longer)
        assert not shades(training) & shades(longer)


def test_a_test_folder_is_held_out(tmp_path):
    for number, place in enumerate(("train/a.mkv", "train/b.mkv", "test/c.mkv")):
        write(tmp_path / place, [grey(number)] * 4, "ffv1", "bgr0")
    training, held_out = video(tmp_path, (24, 32), length=4).split(0.9)
    levels = [sorted(to_uint8(evaluation(side))[:, 0, 0, 31, 0] // 6) for side in (training, held_out)]
    assert levels == [[0, 1], [2]]


def test_a_damaged_video_is_reported_and_the_others_are_read(folder):
    whole = (folder / "one é.mp4").read_bytes()
    (folder / "broken.mp4").write_bytes(whole[:200])
    (folder / "empty.avi").write_bytes(b"")
    source = video(folder, (24, 32), length=5)
    assert len(source) == 6 + 4
    assert "2 unreadable: broken.mp4" in source.summary()


def test_a_video_that_goes_bad_after_opening_is_skipped(folder):
    source = video(folder, (24, 32), length=10, hop=10)
    (folder / "one é.mp4").write_bytes(b"gone")
    assert len(evaluation(source)) == 2
    assert any(line.startswith("one é.mp4: ") for line in source.report())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"length": 31}, r"videos of at least 31 frames.*found at most 30"), ({"stride": 9}, "shorter clips")],
)
def test_videos_too_short_say_so(folder, arguments, message):
    with pytest.raises(UserError, match=message):
        video(folder, (24, 32), **arguments)


def test_no_videos_say_so(tmp_path):
    with pytest.raises(UserError, match="found none in"):
        video(tmp_path)
    with pytest.raises(UserError, match="found nothing at"):
        video(tmp_path / "nowhere")


def test_telephone_videos_come_upright(tmp_path):
    if not hasattr(av.video.stream.VideoStream, "set_display_rotation"):
        pytest.skip("this PyAV cannot write a rotation")
    path = write(tmp_path / "turned.mp4", [grey(n) for n in range(4)], turn=90)
    one = video_files.inspect(path)
    assert one.size == (32, 24)
    np.testing.assert_array_equal(video_files.read(one, [2])[0], np.rot90(grey(2)))
    half = video_files.read(one, [2], size=(16, 12))[0]
    np.testing.assert_array_equal(half[[0, 15], 6, 0], [12, 52])


def test_frames_of_another_shape_are_cut_and_not_stretched(tmp_path):
    ring = np.zeros((40, 40, 3), np.uint8)
    ring[10:30, 10:30] = 200  # a square in the middle
    wide = np.pad(ring, ((0, 0), (30, 30), (0, 0)))
    for number, pixels in enumerate((ring, wide, ring)):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (clip,) = evaluation(video(tmp_path, 40, length=3))
    for frame in to_uint8(clip):
        np.testing.assert_array_equal(frame, ring)


def test_C14_a_folder_of_videos_names_the_app_that_trains_on_it(folder):
    text = describe(folder, image_size=(24, 32))
    assert text.startswith(f"{folder}: videos\n")
    assert f"to train on it: kgan video-prediction train --data {folder}" in text
    assert kind_of(folder / "one é.mp4") == "video"
