"""Models in the box: found by app and name, shown with their cards, used where there is no run."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from PIL import Image

from kgan.app import shipped
from kgan.app.verbs.predict import Predict
from kgan.cli import dispatch
from kgan.errors import UserError

CARD = {
    "app": "super-resolution",
    "summary": "four times larger",
    "standard": True,
    "parameters": 12,
    "data": [{"what": "a photograph", "author": "somebody", "license": "CC0-1.0"}],
    "commands": ["kgan super-resolution train"],
    "time": "a minute on two cores",
    "measured": [{"on": "Set5", "bicubic": 28.43, "this": 30.5}],
    "protocol": "luma PSNR",
}


def twice(side):
    """A network that repeats each pixel twice."""
    image = keras.Input((None, None, 3), name="image")
    return keras.Model(image, keras.layers.UpSampling2D(side, name="up")(image), name="generator")


@pytest.fixture
def box(tmp_path, monkeypatch):
    """A box with two models for super-resolution, one of them standard, and one for another app."""
    from kgan.schemes import SuperResolution

    folder = tmp_path / "box"
    for name, app, standard in (
        ("photo", "super-resolution", True),
        ("drawing", "super-resolution", False),
        ("fill", "inpainting", True),
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "card.json").write_text(json.dumps({**CARD, "app": app, "standard": standard}))
        if app == "super-resolution":
            SuperResolution(twice(2 if standard else 3)).save(folder / name / f"{name}.keras")
    monkeypatch.setattr(shipped, "FOLDERS", (tmp_path / "none", folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_models_are_found_by_app_and_name(box):
    assert [card.name for card in shipped.cards()] == ["fill", "photo", "drawing"]
    assert shipped.find("super-resolution").name == "photo"
    assert shipped.find("super-resolution", "drawing").file == box / "drawing" / "drawing.keras"
    assert shipped.find("super-resolution", "fill") is None
    assert shipped.find("pix2pix") is None
    assert shipped.names("super-resolution") == ["photo", "drawing"]


def test_cards_are_listed_and_shown(box, capsys):
    assert dispatch.main(["models"]) == 0
    assert "photo    super-resolution: four times larger" in capsys.readouterr().out
    assert dispatch.main(["models", "photo"]) == 0
    told = capsys.readouterr().out
    for part in (
        "a photograph; somebody; CC0-1.0",
        "kgan super-resolution train",
        "30.5",
        "28.43",
        "12 parameters",
    ):
        assert part in told
    assert dispatch.main(["models", "phto"]) == 2
    assert "found 'phto'" in capsys.readouterr().err
    (box / "photo" / "card.json").write_text('{"app": "super-resolution"}')
    with pytest.raises(UserError, match=r"card\.json.*summary"):
        shipped.cards()


@dataclasses.dataclass
class Enlarge(Predict):
    APP = "super-resolution"

    def image_network(self, model):
        from kgan.tasks.super_resolution.enlarging import image_network, served

        return image_network(served(model))


def test_predict_without_a_run_uses_the_apps_own_and_says_so(box, tmp_path, capsys):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    Enlarge(inputs=("a.png",))()
    assert "Using the model photo, which ships with kgan" in capsys.readouterr().out
    # Not into runs/, where the next training would then find a folder that is not empty.
    found = np.asarray(Image.open(tmp_path / "predicted" / "a.png"))
    np.testing.assert_array_equal(found, pixels.repeat(2, 0).repeat(2, 1))
    assert not (tmp_path / "runs").exists()
    Enlarge(inputs=("a.png",), model="drawing", output="large")()
    assert Image.open(tmp_path / "large" / "a.png").size == (90, 60)


def test_a_run_goes_before_the_box_and_a_wrong_name_is_told(box, tmp_path):
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(
        UserError, match=r"one of the models that ship with kgan .*\(photo, drawing\); found no phot;"
    ):
        Enlarge(inputs=("a.png",), model="phot")()
    # A run that is named, or a folder that is there, is meant.
    with pytest.raises(UserError, match="expected a run folder written by `train`"):
        Enlarge(inputs=("a.png",), run="elsewhere")()
    (tmp_path / "runs" / "super-resolution").mkdir(parents=True)
    with pytest.raises(UserError, match="expected a run folder written by `train`"):
        Enlarge(inputs=("a.png",))()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("colorize", "found no colorize; train one: kgan pix2pix train --data FOLDER --task colorize"),
        ("photo", "found no photo; train one: kgan pix2pix train --data FOLDER"),
        (None, "found no runs/pix2pix; train one (kgan pix2pix train --data FOLDER), or name another"),
    ],
)
def test_an_app_that_nothing_ships_for_says_what_is_missing_in_one_line(box, tmp_path, capsys, model, words):
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "grey.png")
    assert dispatch.main(["pix2pix", "predict", "grey.png", *(["--model", model] if model else [])]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "no model ships with kgan for this app" in said
    assert words in said


def test_what_ships_has_a_whole_card_and_is_small():
    for card in shipped.cards():
        assert card.file.is_file()
        assert card.bytes < 10e6
        assert card.measured
        assert card.commands
        assert all(work["license"] for work in card.data)
    assert sum(card.bytes for card in shipped.cards()) < 40e6


def test_the_one_for_spoilt_pictures_takes_noise_and_blocks_out_of_a_smooth_one():
    """Two slopes and an edge, spoilt by NumPy and Pillow, beside Pillow's bicubic; texture is another matter."""
    import io

    from kgan.app.run.loading import load_model
    from kgan.pictures.pixels import to_float
    from kgan.tasks.super_resolution.enlarging import served

    across, down = np.meshgrid(np.arange(192), np.arange(192))
    original = np.where(across + down < 180, 60 + across // 4, 180 - down // 4).astype(np.float32)
    original = np.repeat(original[..., None], 3, axis=-1)
    whole = Image.fromarray(original.astype(np.uint8))
    small = np.asarray(whole.resize((48, 48), Image.Resampling.BICUBIC), np.float32)
    noisy = small + 8 * np.random.default_rng(0).standard_normal(small.shape)
    coded = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(coded, "JPEG", quality=60)
    given = Image.open(coded)
    network = served(load_model(shipped.find("super-resolution", "photo-x4-degraded").file))
    ours = 127.5 * (np.asarray(network(to_float(np.asarray(given))[None]))[0] + 1)
    bicubic = np.asarray(given.resize((192, 192), Image.Resampling.BICUBIC), np.float32)
    errors = [np.square(made.clip(0, 255) - original).mean() for made in (ours, bicubic)]
    assert errors[0] < 0.7 * errors[1], errors
