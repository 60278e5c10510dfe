"""Faults C13 and C14: what `kgan data` says of a folder is what training makes of it."""

import json

import numpy as np
import pytest
from PIL import Image

from kgan.data.describe import describe, kind_of


def photographs(folder, names, size=(80, 70)):
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(path)
    return folder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.json", json.dumps({"camera": "x", "images": 3})),
        ("metadata.json", json.dumps([1, 2])),
        ("list_attr.csv", "file,smiling\n1.png,1\n2.png,-1\n"),
        ("notes.csv", "a,b\n1,2\n"),
        ("other.jsonl", '{"file": "elsewhere.png", "caption": "of something else"}\n'),
    ],
)
def test_C13_a_table_that_holds_no_captions_makes_no_captions(tmp_path, name, text):
    photographs(tmp_path, ["1.png", "2.png", "3.png"])
    (tmp_path / name).write_text(text)
    assert kind_of(tmp_path) == "images"
    assert "kgan image-generation train" in describe(tmp_path)


def test_C13_a_table_of_captions_still_does(tmp_path):
    photographs(tmp_path, ["1.png", "2.png"])
    (tmp_path / "captions.csv").write_text("file,caption\n1.png,a red thing\n2.png,a blue thing\n")
    assert kind_of(tmp_path) == "captions"
    text = describe(tmp_path)
    assert "captions (captions.csv)" in text
    assert "passed over" not in text


def test_C14_photographs_name_every_app_that_fits(tmp_path):
    text = describe(photographs(tmp_path / "my photos", ["1.png", "2.png"]))
    for command in (
        "kgan image-generation train --data",
        "kgan super-resolution train --data",
        "kgan inpainting train --data",
        "kgan pix2pix train --data",
    ):
        assert command in text
    assert "my photos' --task colorize" in text
    small = describe(photographs(tmp_path / "digits", ["1.png", "2.png"], size=(28, 28)))
    assert "image-generation" in small
    assert "super-resolution" not in small


def test_C14_two_folders_name_what_they_could_be(tmp_path):
    text = describe(photographs(tmp_path / "x", ["cats/1.png", "dogs/2.png"]))
    for words in ("--labels", "kgan cyclegan train", "kgan pix2pix train"):
        assert words in text
    unpaired = describe(photographs(tmp_path / "y", ["trainA/1.png", "trainB/2.png"]))
    assert "kgan cyclegan train" in unpaired
    assert "kgan image-generation" not in unpaired


def test_C14_caption_files_that_were_read_are_not_passed_over(tmp_path):
    photographs(tmp_path, ["1.png", "2.png"])
    for number in (1, 2):
        (tmp_path / f"{number}.txt").write_text("a thing\n")
    text = describe(tmp_path)
    assert "2 captions" in text
    assert "passed over" not in text
    (tmp_path / "thumbs.db").write_text("x")
    assert "1 other file passed over: thumbs.db" in describe(tmp_path)
