"""The text-to-image app, as a user types it: tiny networks, every verb, every complaint."""

import json

import numpy as np
import pytest
from PIL import Image

from kgan.app.run.loading import load_model
from kgan.cli import dispatch
from kgan.export.check import check

APP = "text-to-image"
TINY = [
    "--xla",
    "off",
    "--width",
    "4",
    "--latent-size",
    "4",
    "--text-size",
    "8",
    "--image-size",
    "16",
    "--quiet",
]
ONCE = ["--steps", "1", "--encoder-steps", "1"]
COLORS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "grey": (99, 99, 99)}


def kgan(verb, *flags):
    return dispatch.main([APP, verb, *map(str, flags)])


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    """A folder of eight captioned pictures of two sizes."""
    folder = tmp_path_factory.mktemp("Quadrate über alles")
    for number, color in enumerate([*COLORS] * 2):
        Image.new("RGB", (20 + number, 24), COLORS[color]).save(folder / f"{number}.png")
        (folder / f"{number}.txt").write_text(f"a {color} square\nthe square is {color}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(squares, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    flags = ["--data", squares, "--run", run, "--scheme", "gancls", "--interpolation", 0.5, "--batch-size", 8]
    assert kgan("train", *flags, *ONCE, *TINY) == 0
    return run


@pytest.mark.usefixtures("load_once")
@pytest.mark.slow
class TestTrained:
    def test_a_folder_with_both_stages(self, run):
        told = json.loads((run / "config.json").read_text())
        assert set(told["data"]["shown"]) == {f"a {color} square" for color in COLORS}
        assert (run / "stages" / "text encoder.keras").is_file()
        model = load_model(run)
        assert model.tokenizer.vocabulary[:2] == ["square", "a"]
        assert model.interpolation == 0.5
        assert model.sample(2, caption="a red square").shape == (2, 16, 16, 3)

    def test_grid_and_files_and_words_never_seen(self, run, tmp_path, capsys):
        (tmp_path / "captions.txt").write_text("a blue square\r\n\r\na purple zebra\r\n", encoding="utf-8")
        flags = [
            "--run",
            run,
            "--output",
            tmp_path / "out",
            "--count",
            2,
            "--file",
            tmp_path / "captions.txt",
        ]
        assert kgan("generate", *flags, "--caption", "a red square") == 0
        said = capsys.readouterr().out
        assert "never seen in training, so without meaning here: purple, zebra" in said
        names = sorted(path.name for path in (tmp_path / "out").iterdir())
        words = ["a-red-square", "a-blue-square", "a-purple-zebra"]
        expected = [f"{n:03d}-{word}-{i}.png" for n, word in enumerate(words) for i in range(2)]
        assert names == [*expected, "grid.png"]
        with Image.open(tmp_path / "out" / "000-a-red-square-0.png") as picture:
            assert picture.size == (16, 16)
        assert kgan("generate", *flags, "--caption", "a red square") == 2
        assert "--overwrite" in capsys.readouterr().err

    def test_a_walk_between_captions(self, run, tmp_path):
        flags = [
            "--run",
            run,
            "--output",
            tmp_path,
            "--caption",
            "a red square",
            "--caption",
            "a blue square",
        ]
        assert kgan("generate", *flags, "--interpolate", "--count", 3) == 0
        with Image.open(tmp_path / "interpolation.png") as picture:
            assert picture.size == (2 + 8 * 66, 2 + 3 * 66)

    def test_the_style_of_a_picture(self, run, squares, tmp_path):
        flags = [
            "--run",
            run,
            "--output",
            tmp_path,
            "--caption",
            "a red square",
            "--caption",
            "a blue square",
        ]
        assert kgan("generate", *flags, "--style", squares / "1.png") == 0
        with Image.open(tmp_path / "style.png") as picture:
            # The picture and two in its style; what comes first is the picture itself, green.
            assert np.asarray(picture)[-20, 20].tolist() == [0, 255, 0]

    def test_evaluate(self, run, tmp_path, capsys):
        flags = ["--run", run, "--samples", 12, "--features", "random-convolution-v1"]
        assert kgan("evaluate", *flags, "--json", tmp_path / "scores.json") == 0
        said = capsys.readouterr().out
        for words in ("r_precision ", "recall_at_1_of_real", "fid", "kid", "candidates 4, R = 1"):
            assert words in said
        first, second = json.loads((tmp_path / "scores.json").read_text())
        # Each of four captions belongs to two of eight pictures.
        assert first["values"]["recall_at_1_by_chance"] == 0.25
        assert np.isfinite(list(second["values"].values())).all()

    def test_an_export_takes_a_plain_string_or_tokens(self, run, tmp_path):
        import tensorflow as tf

        assert kgan("export", "--run", run, "--output", tmp_path, "--name", "squares") == 0
        lines, agrees = check(tmp_path / "squares")
        assert agrees, lines
        pytest.importorskip("openvino")
        lines, agrees = check(tmp_path / "squares", runtimes=["openvino"])
        assert agrees, lines
        assert "tokens image in openvino: agrees" in lines[1]
        served = tf.saved_model.load(str(tmp_path / "squares" / "1"))
        asked = {"caption": tf.constant(["a red square"]), "seed": tf.constant([3])}
        (file,) = served.signatures["png"](**asked)["image_bytes"].numpy()
        picture = tf.io.decode_png(file).numpy()
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="caption: expected at most 2000 bytes, received"
        ):
            served.signatures["png"](**asked | {"caption": tf.constant(["red " * 2500])})
        inputs = {"caption": np.array(["a red square"]), "seed": np.array([3], "int32")}
        expected = load_model(run).predict(inputs, verbose=0)[0]
        assert np.abs(picture / 127.5 - 1 - expected).max() < 0.01
        assert set(served.signatures["tokens"].structured_input_signature[1]) == {"tokens", "latent"}

    @pytest.mark.parametrize(
        ("flags", "words"),
        [
            (["--caption", " "], ["--caption"]),
            (["--caption", "a", "--count", "0"], ["--count"]),
            (["--file", "missing.txt"], ["missing.txt"]),
            (["--file", "latin.txt"], ["latin.txt", "UTF-8"]),
            (["--file", "empty.txt"], ["empty.txt", "a line"]),
            (["--caption", "a", "--style", "missing.png"], ["missing.png"]),
            (["--caption", "a", "--interpolate"], ["two captions"]),
            (["--caption", "a", "--interpolate", "--style", "empty.txt"], ["--interpolate", "--style"]),
        ],
    )
    def test_bad_input_to_generate_is_one_line(self, flags, words, run, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "latin.txt").write_bytes("ein grüner Vogel".encode("latin-1"))
        (tmp_path / "empty.txt").write_text("\n\n")
        assert kgan("generate", "--run", run, "--output", "out", *flags) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert all(word in said for word in words), said

    @pytest.mark.parametrize("caption", ["x " * 5_000, "красная птица", "赤い鳥", "a\r\nred", "!?"])
    def test_any_caption_draws(self, caption, run, tmp_path, capsys):
        flags = ["--run", run, "--output", tmp_path, "--count", 1]
        assert kgan("generate", *flags, "--caption", caption) == 0
        assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.slow
def test_dmgan_from_a_folder_to_an_export(squares, tmp_path, capsys):
    run, told = tmp_path / "run", tmp_path / "scores.json"
    flags = ["--data", squares, "--run", run, "--scheme", "dmgan", "--batch-size", 8]
    assert kgan("train", *flags, *ONCE, *TINY) == 0
    asked = ["--caption", "a red square", "--caption", "a blue square", "--count", 2]
    assert kgan("generate", "--run", run, "--output", tmp_path / "drawn", *asked, "--interpolate") == 0
    assert kgan("generate", "--run", run, "--output", tmp_path / "drawn", *asked) == 0
    features = ["--features", "random-convolution-v1", "--samples", 12]
    assert kgan("evaluate", "--run", run, *features, "--json", told) == 0
    assert 0 <= json.loads(told.read_text())[0]["values"]["r_precision"] <= 1
    assert kgan("export", "--run", run, "--output", tmp_path, "--name", "squares") == 0
    lines, agrees = check(tmp_path / "squares")
    assert agrees, lines


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--data", "missing"], ["missing"]),
        (["--scheme", "dfgan", "--interpolation", "0.5"], ["--interpolation", "gancls"]),
        (["--captions", "table.csv"], ["--data", "--captions"]),
        (["--data", "pictures", "--captions", "table.csv"], ["table.csv"]),
        (["--data", "pictures"], ["caption"]),
        (["--held-out", "1.5"], ["--held-out", "1.5"]),
        (["--loss", "hinch"], ["hinch", "hinge"]),
        (["--image-size", "17"], ["17"]),
        (["--scheme", "dmgan", "--read", "characters"], ["--read words", "dmgan"]),
    ],
)
def test_bad_input_is_one_line(flags, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "pictures" / "a.png")
    assert kgan("train", *ONCE, *TINY, *flags) == 2
    said = capsys.readouterr().err
    assert said.startswith("kgan: ")
    assert said.count("\n") == 1
    assert all(word in said for word in words), said
