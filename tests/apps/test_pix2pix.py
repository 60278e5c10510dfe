"""The pix2pix app, as a user types it: tiny networks, every verb, every task."""

import json

import numpy as np
import pytest
from kgan.apps.pix2pix import Predict
from PIL import Image

from kgan.app.run.loading import load_model
from kgan.cli import dispatch

TINY = ["--xla", "off", "--width", 2, "--image-size", 16, "--patch", 1, "--quiet"]


def kgan(verb, *flags):
    return dispatch.main(["pix2pix", verb, *map(str, flags)])


def pictures(folder, count=8, size=(20, 24), grey=False, seed=0):
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = random.integers(0, 256, size if grey else (*size, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"picture {number}.png")
    return folder


@pytest.fixture(scope="module")
def glyphs(tmp_path_factory):
    run = tmp_path_factory.mktemp("glyphs") / "run"
    assert kgan("train", "--run", run, "--epochs", 2, *TINY, "--batch-size", 800) == 0
    return run


@pytest.fixture(scope="module")
def facades(tmp_path_factory):
    """A run on pairs side by side, from B to A, with batches of one."""
    data = pictures(tmp_path_factory.mktemp("Fassaden") / "train", size=(20, 40))
    pictures(data.parent / "test", 2, (20, 40), seed=1)
    run = tmp_path_factory.mktemp("facades") / "run"
    flags = [
        "--data",
        data.parent,
        "--direction",
        "BtoA",
        "--epochs",
        2,
        "--unconditional",
        "--batch-size",
        1,
        "--ema-half-life",
        1,
    ]
    assert kgan("train", "--run", run, *flags, *TINY) == 0
    return run


@pytest.mark.slow
def test_without_data_it_learns_serifs(glyphs):
    model = load_model(glyphs)
    assert model.conditional
    assert int(model.steps) == 4
    assert model.loss_weights["generator/l1"] == 100
    # Half of the four steps at the full rate, then down to zero.
    schedule = model.generator_optimizer._learning_rate
    assert [round(float(schedule(step)), 6) for step in range(5)] == [1e-3, 1e-3, 1e-3, 5e-4, 0]
    with Image.open(sorted((glyphs / "samples").iterdir())[-1]) as grid:
        assert grid.height > 8 * 64


@pytest.mark.slow
def test_a_folder_of_pairs_in_the_other_direction(facades):
    model = load_model(facades)
    assert not model.conditional
    assert model.ema_decay == 0.5
    assert int(model.steps) == 16
    told = json.loads((facades / "config.json").read_text())
    assert "from right (B) to left (A)" in told["data"]["summary"]
    # Batches of one have no batch statistics worth the name.
    assert told["settings"]["normalization"] == "instance"


@pytest.mark.slow
def test_evaluate_stands_beside_copying_and_the_mean(glyphs, facades, tmp_path, capsys):
    target = tmp_path / "scores.json"
    assert kgan("evaluate", "--run", glyphs, "--most", 12, "--json", target) == 0
    said = capsys.readouterr().out
    for words in ("made", "source copied", "mean target", "L1", "12 pairs, held out (10%), seed 0"):
        assert words in said
    written = json.loads(target.read_text())
    assert len(written["pictures"]) == 3 * 12
    copied = [row["L1"] for row in written["pictures"] if row["method"] == "source copied"]
    assert written["mean"]["source copied"]["L1"] == pytest.approx(np.mean(copied))
    assert kgan("evaluate", "--run", facades) == 0
    assert "2 pairs, the part that their owner held out" in capsys.readouterr().out


@pytest.mark.slow
def test_predict_keeps_names_and_sizes(facades, tmp_path):
    sources = pictures(tmp_path / "in" / "more", 2, (17, 31))
    Image.fromarray(np.zeros((1, 1), np.uint8)).save(sources / "tiny.png")
    assert kgan("predict", tmp_path / "in", "--run", facades, "--output", tmp_path / "out") == 0
    with Image.open(tmp_path / "out" / "more" / "picture 0.png") as made:
        assert made.size == (31, 17)
        assert made.mode == "RGB"
        expected = load_model(facades).predict(
            np.asarray(Image.open(sources / "picture 0.png"), np.float32)[None] / 127.5 - 1, verbose=0
        )
        np.testing.assert_allclose(np.asarray(made) / 127.5 - 1, expected[0], atol=0.005)
    with Image.open(tmp_path / "out" / "more" / "tiny.png") as made:
        assert made.size == (1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [False, True])
def test_noise_is_asked_for(facades, noise):
    model = load_model(facades)
    run = Predict(run=str(facades), noise=noise).image_network(model)
    assert model.noise_at_inference == noise
    assert run.network is model.generator


@pytest.mark.slow
def test_colorize_keeps_the_lightness(tmp_path):
    from kgan.pictures.color import lab_from_rgb

    run, data = tmp_path / "run", pictures(tmp_path / "data", 6)
    flags = ["--task", "colorize", "--data", data, "--batch-size", 2, "--epochs", 2, "--learning-rate", 0.01]
    assert kgan("train", "--run", run, *TINY, *flags) == 0
    grey = pictures(tmp_path / "grey", 1, (18, 22), grey=True) / "picture 0.png"
    assert kgan("predict", grey, "--run", run, "--output", tmp_path / "made.png") == 0
    with Image.open(tmp_path / "made.png") as made, Image.open(grey) as given:
        assert made.mode == "RGB"
        pixels = np.asarray(made) / 127.5 - 1
        expected = lab_from_rgb(np.repeat(np.asarray(given)[..., None], 3, -1) / 127.5 - 1)[..., 0]
        inside = (pixels.max(-1) < 1) & (pixels.min(-1) > -1)
        np.testing.assert_allclose(
            np.asarray(lab_from_rgb(pixels))[..., 0][inside], np.asarray(expected)[inside], atol=1.0
        )
        assert np.abs(pixels[..., 0] - pixels[..., 2]).max() > 0.01


@pytest.mark.slow
def test_export_serves_what_predict_makes(facades, tmp_path, capsys):
    assert kgan("export", "--run", facades, "--output", tmp_path, "--name", "facades") == 0
    assert (tmp_path / "facades" / "1" / "saved_model.pb").is_file()
    assert dispatch.main(["check", str(tmp_path / "facades")]) == 0
    assert "uint8 image: agrees" in capsys.readouterr().out


def test_flags_that_do_not_go_together(tmp_path, capsys):
    run = ["--run", tmp_path / "run"]
    for flags, words in (
        (["--task", "colorize", "--channels", 1], "expected --channels 3 with --task colorize; found 1"),
        (["--task", "edges", "--direction", "BtoA"], "expected no --direction with --task edges"),
        (["--held-out", 1], "expected --held-out to be at least 0 and below 1"),
        (["--l1-weight", 0, "--adversarial-weight", 0], "of at least 0, one above"),
        (["--data", tmp_path / "nowhere"], "nowhere"),
    ):
        assert kgan("train", *run, *flags) == 2
        assert words in capsys.readouterr().err
