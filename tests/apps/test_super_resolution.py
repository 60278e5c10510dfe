"""The super-resolution app, as a user types it: tiny networks, every verb, every complaint."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from apps import super_resolution
from kgan.app.run import loading
from kgan.app.run.run_folder import RunFolder
from kgan.cli import dispatch
from kgan.data.views import degradation
from kgan.layers import BicubicUpsampling2D
from kgan.metrics.enlargement_scores import enlargement_scores
from kgan.metrics.mean_gradient import mean_gradient
from kgan.metrics.score_table import ScoreTable
from kgan.objectives import direction
from kgan.tasks.super_resolution import building, enlarging
from kgan.tasks.super_resolution.perceptual import perceptual as perceptual_of

pytestmark = pytest.mark.usefixtures("load_once")
APP = "super-resolution"
TINY = [
    "--batch-size",
    4,
    "--xla",
    "off",
    "--width",
    4,
    "--blocks",
    1,
    "--image-size",
    32,
    "--scale",
    2,
    "--adversarial-learning-rate",
    0.02,
    "--quiet",
]


def kgan(verb, *flags):
    return dispatch.main([APP, verb, *map(str, flags)])


def pictures(folder, count=6, size=(40, 56)):
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        coarse = random.integers(0, 256, (size[0] // 8 + number, size[1] // 8, 3), np.uint8)
        Image.fromarray(degradation.enlarged(coarse, 8)).save(folder / f"picture {number}.png")
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return pictures(tmp_path_factory.mktemp("data") / "Fotos über alles")


@pytest.fixture(scope="module")
def run(tmp_path_factory, photos):
    """A run of one epoch in each stage."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    flags = ["--data", photos, "--network", "small", "--features", "none", "--held-out", 0.3, "--epochs", 1]
    assert kgan("train", "--run", folder, *flags, *TINY) == 0
    return folder


@pytest.mark.slow
def test_two_stages_are_trained_and_the_same_command_has_nothing_left(run, photos, capsys):
    history = (run / "history.csv").read_text()
    assert "pixel" in history
    assert "adversarial" in history
    assert (run / "stages" / "pixel.keras").is_file()
    assert (run / "samples" / "pixel").is_dir()
    assert (run / "report.html").is_file()
    flags = ["--data", photos, "--network", "small", "--features", "none", "--held-out", 0.3, "--epochs", 1]
    assert kgan("train", "--run", run, *flags, *[f for f in TINY if f != "--quiet"]) == 0
    assert "nothing left to train" in capsys.readouterr().out


def test_the_second_stage_goes_on_from_the_average_of_the_first(photos):
    train = super_resolution.Train(
        data=str(photos), network="small", width=4, blocks=1, features="none", image_size="32", xla="off"
    )
    first = train.build_pixel()
    for index, (_, average) in enumerate(first.averaged):
        average.assign(average * 0 + index)
    second = train.build_adversarial(first)
    for index, weight in enumerate(second.generator.get_weights()):
        assert (weight == index).all()


@pytest.mark.parametrize("method", ["srgan", "esrgan"])
@pytest.mark.parametrize("network", ["small", "paper"])
def test_generators_have_the_sizes_that_flags_say(method, network):
    train = super_resolution.Train(
        method=method, network=network, width=8, blocks=2 if network == "paper" else None
    )
    generator = train.build_generator()
    assert enlarging.scale_of(generator) == 4
    difference = network == "small" and method == "esrgan"
    core = generator.get_layer("difference") if difference else generator
    names = [layer.name for layer in core.layers]
    assert any("normalization" in name for name in names) == (method == "srgan" and network == "paper")
    assert super_resolution.Train(data="x", network="paper").blocks == 16
    assert super_resolution.Train(data="x", network="paper", method="esrgan").blocks == 23


def test_features_of_ones_own_train_and_measure(photos, tmp_path, capsys):
    image = keras.Input((None, None, 3))
    maps = {name: keras.layers.Conv2D(4, 3, name=name)(image) for name in ("edges", "colours")}
    keras.Model(image, maps, name="mine").save(tmp_path / "mine.keras")
    keras.Model(image, maps["edges"]).save(tmp_path / "one.keras")
    settings = {"data": str(photos), "network": "small", "width": 4, "blocks": 1, "image_size": "32"}
    perceptual, weights = perceptual_of(str(tmp_path / "mine.keras"), ("edges",), "srgan", print)
    x = np.random.default_rng(0).uniform(-1, 1, (2, 1, 8, 8, 3)).astype("float32")
    edges = keras.saving.load_model(tmp_path / "mine.keras").get_layer("edges")
    assert float(perceptual(*x)) == pytest.approx(float(direction(edges(x[0]), edges(x[1]))[0]), rel=1e-5)
    assert weights["generator/adversarial"] == 0.01
    run = tmp_path / "run"
    RunFolder(run).begin(
        APP, super_resolution.Train(**settings).settings(), {"summary": "", "fingerprint": ""}
    )
    super_resolution.Train(**settings).build_pixel().save(run / "model.keras")
    measured = ["--run", run, "--data", photos, "--features"]
    assert kgan("evaluate", *measured, tmp_path / "mine.keras") == 0
    assert "perceptual distance by mine" in capsys.readouterr().out
    for name, words in (
        ("one.keras", "found PerceptualDistance: expected"),
        ("none.keras", "found File not found"),
    ):
        assert kgan("evaluate", *measured, tmp_path / name) == 2
        said = capsys.readouterr().err.strip()
        assert f"expected a network of features in {tmp_path / name}; {words}" in said
        assert "\n" not in said


def test_a_folder_on_a_cpu_is_trained_by_pixels_alone_unless_asked(photos):
    def stages(**flags):
        return super_resolution.Train(**{"data": str(photos), "network": "small", **flags}).train_stages

    assert stages() == "pixel"
    assert stages(train_stages="both") == stages(adversarial_weight=0.1) == stages(network="paper") == "both"
    assert super_resolution.Train(network="small").train_stages == "both"


@pytest.mark.slow
def test_the_adversarial_stage_alone_goes_on_from_a_trained_network(run, photos, tmp_path, capsys):
    flags = ["--data", photos, "--network", "small", "--features", "none", "--train-stages", "adversarial"]
    flags += [*TINY, "--adversarial-learning-rate", 1e-9, "--ema-half-life", 0]
    begun = run / "stages" / "pixel.keras"
    start = loading.load_model(begun).generator
    assert kgan("train", "--run", tmp_path / "run", *flags, "--steps", 1, "--init-from", begun) == 0
    model = loading.load_model(tmp_path / "run")
    assert type(model).__name__ == "SRGAN"
    assert int(model.steps) == 1
    for found, expected in zip(model.generator.get_weights(), start.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    for more, words in (
        ([], "expected --init-from with --train-stages adversarial"),
        (["--init-from", run, "--adversarial-steps", 2], "expected --steps with --train-stages adversarial"),
    ):
        assert kgan("train", "--run", tmp_path / "other", *flags, *more) == 2
        said = capsys.readouterr().err.strip()
        assert words in said
        assert "\n" not in said


def test_the_small_networks_rate_rises_shortly_and_falls_to_zero():
    train = super_resolution.Train(network="small", width=4, blocks=1, learning_rate=1e-3)
    rate = building.rate(train, 1000)
    found = [float(rate(step)) for step in (0, 50, 100, 550, 1000, 5000)]
    np.testing.assert_allclose(found, [1e-4, 5.5e-4, 1e-3, 5e-4, 0, 0], atol=1e-8)
    assert building.rate(super_resolution.Train(network="paper", data="x"), 1000) == 1e-4
    # Few steps at the whole rate are worse than none: a fifth of 30 have a 25th of it, unless it was given.
    usual = super_resolution.Train(network="small", width=4, blocks=1)
    found = [float(building.rate(usual, steps)(steps // 2)) for steps in (6, 30)]
    np.testing.assert_allclose(found, [2e-5, 1e-3 * np.cos(np.pi / 4 * 12 / 13.5) ** 2], rtol=1e-5)
    assert float(building.rate(train, 6)(3)) == pytest.approx(5e-4)


@pytest.mark.slow
def test_real_degradation_has_the_discriminator_that_judges_pixels(photos):
    settings = {
        "data": str(photos),
        "network": "small",
        "width": 4,
        "blocks": 1,
        "features": "none",
        "xla": "off",
    }
    train = super_resolution.Train(**settings, degradation="real", image_size="96")
    model = train.build_adversarial(train.build_pixel())
    assert model.discriminator.output_shape == (None, 96, 96, 1)
    random = np.random.default_rng(0)
    sides = {"source": 24, "target": 96}
    batch = {
        name: random.uniform(-1, 1, (2, side, side, 3)).astype("float32") for name, side in sides.items()
    }
    logs = model.train_on_batch(batch, return_dict=True)
    assert all(np.isfinite(value) for value in logs.values())


def test_the_small_network_begins_with_bicubic_enlargement():
    generator = super_resolution.Train(width=4, blocks=1).build_generator()
    image = np.random.default_rng(0).uniform(-1, 1, (1, 8, 9, 3)).astype("float32")
    np.testing.assert_allclose(generator(image), BicubicUpsampling2D(4)(image), atol=1e-6)


def test_predict_keeps_alpha_and_names_and_interpolates(run, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (13, 22, 4), np.uint8)
    source = tmp_path / "in" / "ein Bild.png"
    source.parent.mkdir()
    Image.fromarray(pixels).save(source)
    found = {}
    for amount in (None, 0, 0.5, 1):
        target = tmp_path / str(amount)
        flags = [] if amount is None else ["--interpolate", amount]
        assert kgan("predict", source.parent, "--run", run, "--output", target, *flags) == 0
        found[amount] = np.asarray(Image.open(target / "ein Bild.png"))
        assert found[amount].shape == (26, 44, 4)
    np.testing.assert_array_equal(found[None], found[1])
    apart = [np.abs(found[0].astype(int) - found[amount])[..., :3].mean() for amount in (0.5, 1)]
    assert 0.05 < apart[0] < apart[1]
    np.testing.assert_array_equal(found[0.5][..., 3:], degradation.enlarged(pixels[..., 3:], 2))


def test_tiles_and_the_whole_give_one_picture(run, photos, tmp_path):
    source = photos / "picture 5.png"
    for name, tile in (("whole", 0), ("tiles", 48)):
        flags = ["--run", run, "--output", tmp_path / f"{name}.png", "--tile", tile]
        assert kgan("predict", source, *flags) == 0
    whole, tiles = (np.asarray(Image.open(tmp_path / f"{n}.png")).astype(int) for n in ("whole", "tiles"))
    assert np.abs(whole - tiles).max() <= 1


def test_interpolation_is_between_the_weights(run):
    verb = super_resolution.Predict(run=str(run), interpolate=0.25)
    pixel = enlarging.served(loading.load_model(run / "stages" / "pixel.keras")).get_weights()
    last = enlarging.served(loading.load_model(run)).get_weights()
    found = enlarging.chosen(verb, loading.load_model(run)).get_weights()
    for between, first, second in zip(found, pixel, last):
        np.testing.assert_allclose(between, 0.75 * first + 0.25 * second, atol=1e-6)


def test_evaluate_prints_the_protocol_and_each_picture(run, photos, tmp_path, capsys):
    target = tmp_path / "scores.json"
    flags = ["--features", "random-convolution-v1", "--json", target]
    assert kgan("evaluate", "--run", run, *flags) == 0
    said = capsys.readouterr().out
    assert "x2, bicubic degradation, 2 pixels of border left out; 2 pictures, held out (30%)" in said
    scores = json.loads(target.read_text())
    assert set(scores["mean"]) == {"bicubic", "pixel loss", "adversarial"}
    assert len(scores["pictures"]) == 2 * 3
    assert kgan("evaluate", "--run", run, "--data", photos, *flags, "--overwrite") == 0
    assert len(json.loads(target.read_text())["pictures"]) == 6 * 3


def test_export_serves_what_predict_writes(run, tmp_path):
    assert kgan("export", "--run", run, "--output", tmp_path / "served", "--interpolate", 0.5) == 0
    serve = tf.saved_model.load(str(tmp_path / "served" / "run" / "1")).signatures["uint8"]
    for size in ((9, 9), (12, 31), (37, 20)):
        pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "in.png")
        out = tmp_path / "out.png"
        flags = ["--run", run, "--output", out, "--interpolate", 0.5, "--overwrite"]
        assert kgan("predict", tmp_path / "in.png", *flags) == 0
        served = np.asarray(serve(source=pixels[None])["image"])[0].astype(int)
        assert np.abs(served - np.asarray(Image.open(out))).max() <= 1


def test_complaints_are_one_line(run, tmp_path, photos, capsys):
    def complaint(verb, *flags):
        assert kgan(verb, *flags) == 2
        said = capsys.readouterr().err.strip()
        assert said.count("\n") == 0
        return said

    assert "multiples of 16" in complaint("train", "--image-size", 40)
    said = complaint("train", "--degradation", "real", "--image-size", 64)
    assert "expected --image-size of at least 80 for --degradation real at scale 4" in said
    said = complaint("predict", "x.png", "--run", run, "--interpolate", 2)
    assert "--interpolate to be at least 0 and at most 1" in said
    assert "train" in complaint("predict", photos, "--run", tmp_path / "none")
    small = pictures(tmp_path / "small", 2, (24, 24))
    said = complaint("train", "--data", small, "--image-size", 96, "--run", tmp_path / "a", *TINY[:4])
    assert "expected pictures of at least 96x96 pixels in" in said
    assert "picture 1.png (has 24x32 pixels, fewer than 96x96)" in said
    Image.new("RGB", (12, 12)).save(tmp_path / "small" / "tiny.png")
    assert "tiny.png" in complaint("evaluate", "--run", run, "--data", tmp_path / "small")
    flags = ["--model", run / "model.keras", "--interpolate", 0.5, "--output", tmp_path / "o"]
    assert "has both stages" in complaint("predict", photos, *flags)


def test_help_needs_no_tensorflow():
    import subprocess
    import sys

    code = (
        "import sys; from kgan import cli; cli.main(['super-resolution', 'train', '--help']);"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


# The numbers ----------------------------------------------------------------------------------------------


def test_scores_against_formulas_in_numpy():
    random = np.random.default_rng(0)
    original, made = (random.integers(0, 256, (30, 40, 3), np.uint8) for _ in range(2))
    scores = enlargement_scores(original, made, 4)
    cut = [image[4:-4, 4:-4].astype(float) for image in (original, made)]
    rgb = 10 * np.log10(255**2 / np.mean((cut[0] - cut[1]) ** 2))
    luma = [16 + image @ [65.481, 128.553, 24.966] / 255 for image in cut]
    assert scores["PSNR RGB"] == pytest.approx(rgb, abs=1e-3)
    assert scores["PSNR Y"] == pytest.approx(
        10 * np.log10(255**2 / np.mean((luma[0] - luma[1]) ** 2)), abs=1e-3
    )
    ramp = np.tile(np.arange(0, 40, 4, dtype=np.uint8)[None, :, None], (10, 1, 1))
    assert mean_gradient(ramp) == pytest.approx(4)


def test_comparison_means():
    comparison = ScoreTable("protocol")
    for value in (1.0, 3.0):
        comparison.add(f"picture {value}", "bicubic", {"PSNR Y": value})
    assert comparison.mean("bicubic") == {"PSNR Y": 2.0}
    assert str(comparison).count("picture") == 2
    assert "mean of 2" in comparison.means()
