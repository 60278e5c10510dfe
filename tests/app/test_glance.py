"""What a look at a few headers says of a folder, and what `kgan image-generation train` makes of it."""

import os

import pytest
from PIL import Image

from apps.image_generation import Train
from kgan.app.glance import Glance, glance


def pictures(folder, mode, size, names=("a/1.png", "b/1.png", "b/2.png")):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size).save(folder / name)
    return str(folder)


@pytest.mark.parametrize(
    ("mode", "size", "expected"),
    [
        ("L", (28, 30), Glance(28, True)),
        ("RGB", (28, 28), Glance(28, False)),
        ("LA", (300, 200), Glance(200, True)),
    ],
)
def test_sides_and_colors_are_those_of_the_pictures(tmp_path, mode, size, expected):
    folder = pictures(tmp_path, mode, size)
    (tmp_path / "a" / "notes.txt").write_text("no picture")
    (tmp_path / "a" / "broken.png").write_text("no picture")
    os.mkfifo(tmp_path / "a" / "pipe.png")
    assert glance(folder) == expected


def test_one_picture_in_color_and_the_folder_is_not_grey(tmp_path):
    pictures(tmp_path, "L", (28, 28))
    pictures(tmp_path, "RGB", (28, 28), ["a/2.png"])
    assert not glance(tmp_path).grey


@pytest.mark.parametrize("data", [None, "missing", "tfds:mnist", __file__])
def test_nothing_is_said_of_what_is_no_folder(data):
    assert glance(data) == Glance()


TOLD = {
    "scheme": "conditional",
    "loss": "relativistic",
    "penalty": ("r1=1",),
    "conditioning": "projection",
    "normalization": "none",
}
SMALL = {"image_size": "32", "learning_rate": 1e-3, "steps": 2000, "shows_after": 800}


@pytest.mark.parametrize(
    ("mode", "side", "given", "expected"),
    [
        ("L", 28, {"labels": True}, {**TOLD, **SMALL, "channels": 1, "width": 16}),
        ("RGB", 40, {"labels": True}, {**TOLD, **SMALL, "channels": 3, "width": 32}),
        ("RGB", 41, {"labels": True}, {**TOLD, "image_size": "64", "channels": 3, "learning_rate": 2e-4}),
        ("L", 28, {}, {"scheme": "gan", "loss": None, "image_size": "32", "channels": 1, "width": 32}),
        ("L", 28, {"labels": True, "scheme": "acgan"}, {"loss": None, "penalty": (), "learning_rate": 2e-4}),
        ("L", 28, {"labels": True, "image_size": "16", "channels": 3}, {"image_size": "16", "channels": 3}),
        ("L", 28, {"labels": True, "minutes": 4.0}, {**TOLD, "steps": None, "shows_after": 800}),
    ],
)
def test_recipes_suit_the_folder(tmp_path, monkeypatch, mode, side, given, expected):
    monkeypatch.setattr("kgan.app.device.kind", lambda: "cpu")
    train = Train(data=pictures(tmp_path, mode, (side, side)), **given)
    assert {name: getattr(train, name) for name in expected} == expected
