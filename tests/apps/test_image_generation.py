"""The image generation app, as a user types it: tiny networks, every verb, every complaint."""

import json

import numpy as np
import pytest
from PIL import Image

from kgan.app.run.loading import load_model
from kgan.cli import dispatch

APP = "image-generation"
TINY = [
    "--batch-size",
    "16",
    "--xla",
    "off",
    "--width",
    "4",
    "--latent-size",
    "8",
    "--image-size",
    "16",
    "--quiet",
]


def kgan(verb, *flags):
    return dispatch.main([APP, verb, *map(str, flags)])


def photographs(folder, classes=("",), count=12, size=(40, 30)):
    """Files of mixed, non-square sizes."""
    random = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            shape = (size[0] + number, size[1], 3)
            Image.fromarray(random.integers(0, 256, shape, np.uint8)).save(
                folder / name / f"photo {number}.png"
            )
    return folder


@pytest.fixture(scope="module")
def glyphs(tmp_path_factory):
    """A run of one step or a few on glyphs."""
    run = tmp_path_factory.mktemp("glyphs") / "run"
    assert kgan("train", "--run", run, "--epochs", 1, *TINY, "--batch-size", 800) == 0
    return run


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A run on a labelled folder, colour, not square, with a validation part."""
    folder = photographs(tmp_path_factory.mktemp("Fotos über alles"), ("cats", "dogs"))
    run = tmp_path_factory.mktemp("photos") / "run"
    flags = ["--data", folder, "--labels", "--held-out", 0.25, "--loss", "hinge", "--penalty", "r1"]
    assert (
        kgan("train", "--run", run, "--epochs", 2, *flags, *TINY, "--image-size", "16x20", "--batch-size", 6)
        == 0
    )
    return run


def test_without_data_it_learns_labelled_glyphs(glyphs):
    told = json.loads((glyphs / "config.json").read_text())
    assert told["settings"]["scheme"] == "conditional"
    assert len(told["data"]["labels"]) == 62
    model = load_model(glyphs)
    assert model.classes == 62
    assert model.sample(2, label=[3, 4]).shape == (2, 16, 16, 1)


@pytest.mark.slow
def test_with_a_folder_it_learns_its_classes(photos):
    told = json.loads((photos / "config.json").read_text())
    assert told["data"]["labels"] == ["cats", "dogs"]
    model = load_model(photos)
    assert model.loss.name == "hinge"
    assert [penalty.name for penalty in model.penalties] == ["r1"]
    # 24 images, a quarter held out: three batches of 6 an epoch.
    assert int(model.steps) == 6
    assert model.sample(2, label=1).shape == (2, 16, 20, 3)


def test_a_grid_by_label(glyphs, tmp_path, capsys):
    assert kgan("generate", "--run", glyphs, "--output", tmp_path, "--count", 2) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'grid.png'}\n"
    with Image.open(tmp_path / "grid.png") as grid:
        # 62 labels in three blocks of 21 columns, two rows each, below its captions.
        assert grid.size == (2 + 21 * 66, 2 + 3 * (21 + 2 * 66))


def test_single_files_of_chosen_labels(glyphs, tmp_path):
    flags = ["--run", glyphs, "--output", tmp_path, "--files", "--label", "g", "G", "--count", 2]
    assert kgan("generate", *flags) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["00000-g.png", "00001-g.png", "00002-G.png", "00003-G.png"]
    expected = load_model(glyphs).sample(4, seed=0, label=[42, 42, 16, 16])
    found = np.asarray(Image.open(tmp_path / "00003-G.png"), np.float32)
    np.testing.assert_allclose(found / 127.5 - 1, expected[3, :, :, 0], atol=0.005)


def test_seeds(glyphs, tmp_path):
    def grid(seed, name):
        assert (
            kgan("generate", "--run", glyphs, "--output", tmp_path / name, "--count", 1, "--seed", seed) == 0
        )
        return (tmp_path / name / "grid.png").read_bytes()

    assert grid(1, "a") == grid(1, "b") != grid(2, "c")


def test_walks(glyphs, tmp_path):
    flags = ["--run", glyphs, "--output", tmp_path, "--label", "A", "B"]
    assert kgan("generate", *flags, "--interpolate", "strip", "--count", 5) == 0
    assert kgan("generate", *flags, "--interpolate", "gif", "--count", 6) == 0
    with Image.open(tmp_path / "strip.png") as strip:
        assert strip.size == (2 + 5 * 66, 2 + 2 * 66)
    with Image.open(tmp_path / "walk.gif") as walk:
        assert walk.size == (2 + 2 * 66, 2 + 66)


def test_nothing_is_overwritten_unasked(glyphs, tmp_path, capsys):
    (tmp_path / "grid.png").write_bytes(b"mine")
    flags = ["--run", glyphs, "--output", tmp_path, "--label", "A"]
    assert kgan("generate", *flags) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "grid.png").read_bytes() == b"mine"
    assert kgan("generate", *flags, "--overwrite") == 0
    assert (tmp_path / "grid.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.slow
def test_evaluate_prints_its_whole_protocol(photos, tmp_path, capsys):
    target = tmp_path / "scores.json"
    flags = ["--run", photos, "--samples", 12, "--features", "random-convolution-v1", "--json", target]
    assert kgan("evaluate", *flags) == 0
    said = capsys.readouterr().out
    for words in (
        "fid",
        "kid",
        "precision",
        "recall",
        "12 samples against 6 real images (held out (25%), seed 0, shown as in training)",
    ):
        assert words in said
    for words in ("features random-convolution-v1", "resizer bilinear", "neighbours 3"):
        assert words in said
    (score,) = json.loads(target.read_text())
    assert score["protocol"]["reference_split"] == "held out (25%), seed 0, shown as in training"
    assert np.isfinite(list(score["values"].values())).all()
    assert kgan("evaluate", *flags) == 2


def test_export_names_the_model_after_its_run(glyphs, tmp_path, capsys):
    assert kgan("export", "--run", glyphs, "--output", tmp_path) == 0
    version = tmp_path / glyphs.name / "1"
    assert "kgan image-generation train" in (version / "model_card.md").read_text()
    assert (version / "samples.png").is_file()
    assert f'"/models/{glyphs.name}"' in (tmp_path / "models.config").read_text()
    assert '"generate_png"' in (tmp_path / "requests" / f"{glyphs.name}.py").read_text()
    assert (tmp_path / "run" / "1" / "saved_model.pb").is_file()
    assert f"kgan check {tmp_path / 'run' / '1'}" in capsys.readouterr().out
    assert kgan("export", "--model", glyphs / "model.keras", "--output", tmp_path, "--name", "glyphs") == 0
    assert (tmp_path / "glyphs" / "1").is_dir()


@pytest.mark.parametrize(
    ("scheme", "flags", "expected"),
    [
        ("gan", ["--spectral-normalization"], {"batches_per_step": 1, "ema_decay": 0.5**0.01}),
        ("wgan-gp", ["--network", "resnet"], {"batches_per_step": 5}),
        ("wgan", ["--ema-half-life", "0"], {"batches_per_step": 5, "ema_decay": None}),
        ("lsgan", ["--network", "mlp", "--learning-rate", "5e-4"], {"rate": 5e-4}),
        ("dragan", ["--discriminator-learning-rate", "1e-5"], {"rate": 1e-5}),
        ("began", [], {"latent_size": 8}),
        ("conditional", ["--labels", "--conditioning", "projection", "--network", "resnet"], {"classes": 2}),
    ],
)
def test_every_scheme_is_built_as_asked(scheme, flags, expected):
    from kgan.apps.image_generation import SCHEMES, Train

    given = ["--data", "photos", "--scheme", scheme, *TINY[4:], *flags]
    model = dispatch.parse(Train, given, "train").build(["cats", "dogs"] if scheme == "conditional" else None)
    assert type(model).__name__ == SCHEMES[scheme].class_name
    for name, value in expected.items():
        found = float(model.discriminator_optimizer.learning_rate) if name == "rate" else getattr(model, name)
        assert found == pytest.approx(value) if name in ("rate", "ema_decay") and value else found == value


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--data", "missing"], ["missing"]),
        (["--labels"], ["--data"]),
        (["--data", "photos", "--labels", "--scheme", "wgan"], ["--labels", "wgan", "conditional"]),
        (["--data", "photos", "--scheme", "conditional"], ["--labels"]),
        (["--scheme", "began", "--network", "dcgan"], ["began", "dcgan"]),
        (["--scheme", "began", "--loss", "hinge"], ["hinge", "--loss"]),
        (["--loss", "hinch"], ["hinch", "hinge"]),
        (["--penalty", "r3"], ["r3", "wgan-gp"]),
        (["--image-size", "17"], ["17"]),
        (["--image-size", "4"], ["4"]),
        (["--init-from", "missing"], ["missing"]),
        (["--held-out", "1.5"], ["1.5"]),
    ],
)
def test_bad_input_is_one_line(flags, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(photographs(tmp_path, ("photos",), count=2).parent / tmp_path.name)
    assert kgan("train", "--epochs", 1, *TINY, *flags) == 2
    said = capsys.readouterr().err
    assert said.startswith("kgan: ")
    assert said.count("\n") == 1
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--label", "ß"], ["ß", "--label"]),
        (["--count", "0"], ["--count"]),
        (["--files", "--interpolate", "gif"], ["--files", "--interpolate"]),
        (["--model", "missing.keras"], ["missing.keras"]),
        (["--model", "config.json"], ["config.json"]),
    ],
)
def test_bad_input_to_generate_is_one_line(flags, words, glyphs, monkeypatch, capsys):
    monkeypatch.chdir(glyphs)
    assert kgan("generate", "--run", ".", *flags) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(word in said for word in words), said


def test_a_folder_without_images_is_one_line(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("no image")
    assert kgan("train", "--data", tmp_path, "--run", tmp_path / "run", *TINY) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "run").exists()
