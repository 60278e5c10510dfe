"""The video-prediction app on a folder of short clips: train, evaluate, predict, export, and what it refuses."""

import json

import numpy as np
import pytest
from PIL import Image

from kgan.cli import main
from kgan.export.check import check


def write_clip(path, count=8, size=(34, 50), speed=3, seed=0):
    """A bright square that moves over noise, as a GIF."""
    ground = np.random.default_rng(seed).integers(0, 60, (*size, 3), np.uint8)
    frames = []
    for number in range(count):
        frame = ground.copy()
        frame[8:18, 3 + number * speed : 13 + number * speed] = 250
        frames.append(Image.fromarray(frame))
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("video")
    (folder / "clips").mkdir()
    for number in range(4):
        write_clip(folder / "clips" / f"clip {number}.gif", seed=number)
    flags = ["--image-size", "32", "--width", "4", "--batch-size", "2", "--epochs", "1", "--held-out", "0.3"]
    command = [
        "video-prediction",
        "train",
        "--data",
        str(folder / "clips"),
        "--run",
        str(folder / "run"),
        "--quiet",
    ]
    assert main([*command, *flags]) == 0
    return folder / "run"


@pytest.mark.slow
def test_the_run_folder_has_pictures_of_held_out_clips(run):
    assert sorted((run / "samples").rglob("*.png"))
    assert (run / "report.html").exists()


@pytest.mark.slow
def test_evaluate_prints_each_frame_beside_its_baselines(run, tmp_path, capsys):
    file = tmp_path / "numbers.json"
    assert (
        main(["video-prediction", "evaluate", "--run", str(run), "--frames", "2", "--json", str(file)]) == 0
    )
    said = capsys.readouterr().out
    for words in (
        "means over clips",
        "moving regions",
        "last frame",
        "optical flow",
        "PSNR",
        "SSIM",
        "sharpness",
    ):
        assert words in said
    methods = json.loads(file.read_text())["methods"]
    assert len(methods["model"]["all"]) == len(methods["last frame"]["moving"]) == 2


@pytest.mark.slow
def test_frames_in_and_frames_out_through_tensorflow_and_openvino(run, tmp_path):
    pytest.importorskip("openvino")
    assert (
        main(["video-prediction", "export", "--run", str(run), "--output", str(tmp_path), "--name", "clips"])
        == 0
    )
    lines, agrees = check(tmp_path / "clips", runtimes=["tensorflow", "openvino"])
    assert agrees, lines
    assert any("serving_default image in openvino: agrees" in line for line in lines), lines


@pytest.mark.slow
def test_predict_goes_on_from_the_end_and_from_the_middle(run, tmp_path, capsys):
    video = run.parent / "clips" / "clip 0.gif"
    made = tmp_path / "made"
    command = [
        "video-prediction",
        "predict",
        str(video),
        "--run",
        str(run),
        "--output",
        str(made),
        "--frames",
        "3",
    ]
    assert main(command) == 0
    frames = sorted((made / "clip 0").glob("frame_*.png"))
    assert len(frames) == 3
    assert Image.open(frames[0]).size == (50, 34)
    assert Image.open(made / "clip 0.gif").size == (50, 34)
    assert main(command) == 2  # nothing is replaced
    assert "--overwrite" in capsys.readouterr().err
    assert main([*command, "--overwrite", "--start", "5", "--format", "mp4"]) == 0
    assert (made / "clip 0.mp4").stat().st_size > 0


@pytest.mark.slow
def test_a_video_that_is_too_short_is_one_line(run, tmp_path, capsys):
    write_clip(tmp_path / "short.gif", count=3)
    assert main(["video-prediction", "predict", str(tmp_path / "short.gif"), "--run", str(run)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "expected at least 4 frames before the first one to draw; found 3 frames" in said


@pytest.mark.slow
def test_a_damaged_file_among_good_ones_is_named(run, tmp_path, capsys):
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    good = run.parent / "clips" / "clip 1.gif"
    flags = ["--run", str(run), "--output", str(tmp_path / "made"), "--frames", "1"]
    assert main(["video-prediction", "predict", str(tmp_path / "bad.mp4"), str(good), *flags]) == 2
    assert (tmp_path / "made" / "clip 1.gif").exists()
    assert "bad.mp4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--image-size", "30"], "multiples of 8, at least 32"),
        (
            ["--adversarial-weight", "0", "--gradient-weight", "0", "--adversarial-steps", "3"],
            "no second stage",
        ),
        (["--minutes", "2", "--adversarial-steps", "3"], "with --minutes"),
        (["--stride", "2"], "with --data only"),
        (["--gradient-weight", "-1"], "--gradient-weight to be at least 0"),
        (["--input-frames", "0"], "--input-frames to be at least 1"),
    ],
)
def test_flags_that_do_not_fit_are_one_line(flags, words, capsys):
    assert main(["video-prediction", "train", "--dry-run", *flags]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said
