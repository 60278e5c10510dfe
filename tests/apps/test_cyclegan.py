"""The CycleGAN app, as a user types it: tiny networks, every verb, both directions."""

import json

import numpy as np
import pytest
from kgan.apps.cyclegan import Train, true_partners
from PIL import Image

from kgan.app.run.loading import load_model
from kgan.cli import dispatch

TINY = ["--xla", "off", "--width", 2, "--blocks", 1, "--image-size", 16, "--patch", 1, "--quiet"]


def kgan(verb, *flags):
    return dispatch.main(["cyclegan", verb, *map(str, flags)])


def pictures(folder, count=6, size=(20, 24), seed=0):
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(random.integers(0, 256, (*size, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def animals(tmp_path_factory):
    """A run on two folders of different length."""
    data = tmp_path_factory.mktemp("animals")
    for number, name in enumerate(("trainA", "trainB", "testA", "testB")):
        pictures(data / name, 4 + number % 2, seed=number)
    run = tmp_path_factory.mktemp("run") / "run"
    flags = [
        "--data",
        data,
        "--epochs",
        2,
        "--batch-size",
        1,
        "--ema-half-life",
        1,
        "--pool-size",
        3,
        "--cycle-weight",
        8,
    ]
    assert kgan("train", "--run", run, *flags, *TINY) == 0
    return run


@pytest.mark.slow
def test_a_run_on_two_folders(animals):
    model = load_model(animals)
    assert (model.pool_size, model.image_size, int(model.steps)) == (3, [16, 16], 10)
    assert {model.loss_weights[f"generator/{name}"] for name in ("cycle_a", "cycle_b")} == {8}
    assert {model.loss_weights[f"generator/{name}"] for name in ("identity_a", "identity_b")} == {4}
    assert [network.name for network in model.networks] == [
        *("a_to_b", "b_to_a", "discriminator_a", "discriminator_b")
    ]
    assert int(model.pools["a"].seen) == 3
    with Image.open(sorted((animals / "samples").iterdir())[-1]) as grid:
        # Four columns of 64 pixels and the gaps between.
        assert grid.width == 2 + 4 * 66


@pytest.mark.slow
def test_predict_in_both_directions(animals, tmp_path):
    source = pictures(tmp_path / "in", 1, (17, 30)) / "0.png"
    model = load_model(animals)
    pixels = np.asarray(Image.open(source), np.float32)[None] / 127.5 - 1
    for direction in ("AtoB", "BtoA"):
        target = tmp_path / direction / "made.png"
        assert kgan("predict", source, "--run", animals, "--direction", direction, "--output", target) == 0
        expected = model.translate(pixels, direction)[0]
        with Image.open(target) as made:
            assert made.size == (30, 17)
            np.testing.assert_allclose(np.asarray(made) / 127.5 - 1, expected, atol=0.005)


FEATURES = ["--features", "random-convolution-v1"]


@pytest.mark.slow
def test_evaluate_there_and_back(animals, tmp_path, capsys):
    target = tmp_path / "scores.json"
    assert kgan("evaluate", "--run", animals, "--json", target, *FEATURES) == 0
    said = capsys.readouterr().out
    assert "AtoB and back against where it began: 4 pictures, the part that their owner held out" in said
    assert "BtoA and back against where it began: 5 pictures, the part that their owner held out" in said
    assert "true partners" not in said
    tables = json.loads(target.read_text())
    assert [len(table["pictures"]) for table in tables] == [2, 8, 2, 10]
    # Untouched pictures of A are as far from B as those of B from A.
    there, back = (tables[index]["mean"]["source untouched"]["FID"] for index in (0, 2))
    assert there == pytest.approx(back, rel=1e-6)
    assert "AtoB, distance to B: 4 pictures against 5, the part that their owner held out" in said
    assert kgan("evaluate", "--run", animals, "--features", "none-such") == 2
    assert "--features: features: expected one of" in capsys.readouterr().err


@pytest.mark.slow
def test_glyphs_are_measured_against_their_true_partners(tmp_path, capsys):
    flags = ["--run", tmp_path / "run", "--epochs", 1, "--batch-size", 400, "--identity-weight", 0]
    assert kgan("train", *flags, *TINY) == 0
    assert not load_model(tmp_path / "run").identity
    assert kgan("evaluate", "--run", tmp_path / "run", "--most", 10, *FEATURES) == 0
    said = capsys.readouterr().out
    for words in (
        "AtoB against the true partners: 10",
        "BtoA against the true",
        "source copied",
        "mean target",
    ):
        assert words in said


def test_true_partners_are_the_same_characters():

    from kgan.data.samples import glyph_pairs

    train = Train(image_size="16")
    apart = train.open().measured
    partners = true_partners(train, apart)
    pairs = next(iter(glyph_pairs(16).batches(4000, training=False)))
    known = {
        pair[0].tobytes(): pair[1] for pair in zip(*(pairs[key].numpy() for key in ("source", "target")))
    }
    held = next(iter(apart.batches(400, training=False)))["a"].numpy()[: len(apart.parts[0])]
    assert len(held) == len(partners["a"])
    same = [np.array_equal(known[image.tobytes()], partner) for image, partner in zip(held, partners["a"])]
    # Characters that look alike in one typeface need not in the other.
    assert np.mean(same) > 0.9


def test_the_variants():
    built = {
        scheme: Train(scheme=scheme, data="folder", image_size="16", width=2).build()
        for scheme in ("dualgan", "discogan")
    }
    assert [type(model).__name__ for model in built.values()] == ["DualGAN", "DiscoGAN"]
    assert built["dualgan"].discriminator_steps == 3
    assert type(built["dualgan"].generator_optimizer).__name__ == "RMSprop"
    assert type(built["discogan"].generator_optimizer).__name__ == "Adam"
    made = built["dualgan"].predict({"b": np.zeros((1, 9, 13, 3), "float32")}, verbose=0)
    assert made.shape == (1, 9, 13, 3)


def test_cut_and_fastcut_are_built_as_their_flags_say():
    shared = {"data": "folder", "image_size": "16", "width": 2, "blocks": 3, "nce_weight": 6.0}
    cut, fast = (Train(scheme=scheme, **shared).build() for scheme in ("cut", "fastcut"))
    weights = [{k: v for k, v in model.loss_weights.items() if "nce" in k} for model in (cut, fast)]
    assert weights == [{"generator/nce": 3, "generator/nce_identity": 3}, {"generator/nce": 6}]
    assert list(cut.heads.input) == ["source", "down_1", "down_2", "block_1", "block_2"]
    assert (type(fast).__name__, fast.identity, fast.flip) == ("FastCUT", False, True)


@pytest.mark.slow
def test_cut_all_the_way_in_its_one_direction(animals, tmp_path, capsys):
    data = json.loads((animals / "config.json").read_text())["settings"]["data"]
    run = tmp_path / "run"
    flags = ["--data", data, "--scheme", "cut", "--exchange", "--steps", 2, "--batch-size", 1]
    assert kgan("train", "--run", run, *flags, *TINY) == 0
    model = load_model(run)
    with Image.open(sorted((run / "samples").iterdir())[-1]) as grid:
        assert grid.width == 2 + 2 * 66
    source = pictures(tmp_path / "in", 1, (17, 30)) / "0.png"
    target = tmp_path / "made.png"
    assert kgan("predict", source, "--run", run, "--output", target) == 0
    pixels = np.asarray(Image.open(source), np.float32)[None] / 127.5 - 1
    np.testing.assert_allclose(
        np.asarray(Image.open(target)) / 127.5 - 1, model.translate(pixels)[0], atol=0.005
    )
    capsys.readouterr()
    assert (
        kgan("predict", source, "--run", run, "--direction", "BtoA", "--output", tmp_path / "other.png") == 2
    )
    assert (
        "expected --direction AtoB, the only one that CUT was trained in; found BtoA"
        in capsys.readouterr().err
    )
    assert kgan("evaluate", "--run", run, *FEATURES) == 0
    said = capsys.readouterr().out
    # Exchanged: the five pictures of testB are A.
    assert "AtoB, distance to B: 5 pictures against 4" in said
    assert "there and back" not in said
    assert "BtoA" not in said
    assert kgan("export", "--run", run, "--output", tmp_path / "served", "--name", "cut") == 0
    assert dispatch.main(["check", str(tmp_path / "served" / "cut")]) == 0


@pytest.mark.slow
def test_export_serves_both_directions(animals, tmp_path, capsys):
    assert kgan("export", "--run", animals, "--output", tmp_path, "--name", "animals") == 0
    assert dispatch.main(["check", str(tmp_path / "animals")]) == 0
    said = capsys.readouterr().out
    for words in (
        "serving_default image: agrees",
        "AtoB_uint8 image: agrees",
        "BtoA_png image_bytes: agrees",
    ):
        assert words in said


def test_flags_that_do_not_go_together(tmp_path, capsys):
    run = ["--run", tmp_path / "run"]
    one = pictures(tmp_path / "one")
    for flags, words in (
        (
            ["--scheme", "dualgan", "--identity-weight", 5],
            "expected no --identity-weight with --scheme dualgan",
        ),
        (["--scheme", "cut", "--cycle-weight", 5], "expected no --cycle-weight with --scheme cut"),
        (["--nce-weight", 5], "expected no --nce-weight with --scheme cyclegan"),
        (["--pool-size", -1], "expected --pool-size to be at least 0"),
        (["--data", one], "expected two sets of images"),
    ):
        assert kgan("train", *run, *flags) == 2
        assert words in capsys.readouterr().err
