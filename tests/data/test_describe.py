"""What `kgan data` says of folders, and the contact sheet."""

import numpy as np
import pytest
from PIL import Image

from kgan.data.contact_sheet import contact_sheet
from kgan.data.describe import describe, kind_of
from kgan.data.kinds.captions import captions
from kgan.data.source.source import Source
from kgan.errors import UserError
from tests.data.pictures_on_disk import gradient, write

GREY = gradient(8, 8)[..., 0]

FOLDERS = {
    "images": ["1.png", "2.jpg", "deep/er/3.png"],
    "labels": ["cat/1.png", "dog/2.png", "emu/1.png"],
    "pairs": ["A/1.png", "B/1.png", "A/2.png", "B/2.png"],
    "unpaired": ["trainA/1.png", "trainB/x.png", "testA/2.png", "testB/y.png"],
    "captions": ["1.png", "2.png", "1.txt", "2.txt"],
    "label maps": ["labels/1.png", "images/1.png"],
    "qualities": ["hq/1.png", "lq/1.png"],
}


@pytest.mark.parametrize("kind", FOLDERS)
def test_kinds(tmp_path, kind):
    for name in FOLDERS[kind]:
        if name.endswith(".txt"):
            (tmp_path / name).write_text("a red thing\n")
        else:
            write(tmp_path / name, GREY if name.startswith("labels") else gradient(8, 8))
    assert kind_of(tmp_path) == kind


def test_pictures_twice_as_wide_as_high_are_pairs(tmp_path):
    for number in range(3):
        write(tmp_path / f"{number}.png", gradient(8, 16))
    assert kind_of(tmp_path) == "pairs"


def test_the_text_and_the_sheet(tmp_path):
    folder = tmp_path / "animals"
    for number in range(12):
        write(folder / f"{'cat' if number % 3 else 'dog'}/{number}.png", gradient(20, 30))
    for number in range(7):
        (folder / f"cat/bad{number}.png").touch()
    text = describe(folder, tmp_path / "out/sheet.png", (40, 60))
    assert "images with labels, their sub-folders" in text
    assert "12 images" in text
    assert "size 30 x 20" in text
    assert "2 classes, from 4 images (dog) to 8 (cat)" in text
    assert "7 of no use: cat/bad0.png (is empty), cat/bad1.png (is empty)" in text
    assert "cat/bad4.png (is empty) and 2 more" in text
    assert "each example's image: 40 x 60 x 3 float32" in text
    assert "each example's label: one int32" in text
    with Image.open(tmp_path / "out/sheet.png") as sheet:
        assert sheet.size == (4 + 12 * 64, 4 + 40 + 13 + 4)


def test_a_sheet_shows_the_pixels(tmp_path):
    pixels = np.zeros((2, 6, 5, 3), np.uint8)
    pixels[0], pixels[1] = (255, 0, 0), (0, 0, 255)
    source = Source.from_arrays({"image": pixels})
    with Image.open(contact_sheet(source, tmp_path / "sheet.png")) as sheet:
        colours = {sheet.getpixel((4, 4)), sheet.getpixel((4 + 5 + 4, 4))}
    assert colours == {(255, 0, 0), (0, 0, 255)}


@pytest.mark.parametrize(
    "arrays",
    [
        {"source": np.zeros((3, 8, 8, 1), np.int32), "target": np.zeros((3, 8, 8, 3), np.uint8)},
        {"frames": np.zeros((3, 12, 8, 8, 1), np.uint8)},
        {"image": np.zeros((3, 8, 8, 4), np.uint8), "mask": np.ones((3, 8, 8, 1), np.float32)},
        {"image": np.zeros((3, 8, 8, 1), np.uint8), "caption": np.array([b"caf\xc3\xa9", b"b", b"c"])},
    ],
)
def test_a_sheet_of_every_kind(tmp_path, arrays):
    path = contact_sheet(Source.from_arrays(arrays), tmp_path / "sheet.png", count=3)
    with Image.open(path) as sheet:
        assert sheet.mode == "RGB"


def test_nothing_to_describe(tmp_path):
    with pytest.raises(UserError, match="found an empty folder"):
        describe(tmp_path)
    with pytest.raises(UserError, match="found nothing there"):
        describe(tmp_path / "missing")


def test_the_count_is_told_once_and_the_command_can_be_pasted(tmp_path):
    folder = tmp_path / "my pictures"
    for number in range(3):
        write(folder / f"{number}.png", gradient(20, 30))
    text = describe(folder)
    assert "3 item" not in text
    assert text.count("3 images") == 1
    assert f"kgan image-generation train --data '{folder}'" in text


def test_C13_other_tables_are_no_captions(tmp_path):
    for number in range(2):
        write(tmp_path / f"{number}.png", gradient(8, 8))
    (tmp_path / "metadata.json").write_text('{"camera": "a", "images": 2}')
    assert kind_of(tmp_path) == "images"
    (tmp_path / "metadata.json").rename(tmp_path / "attributes.csv")
    (tmp_path / "attributes.csv").write_text("file,smiling,young\n0.png,1,-1\n")
    assert kind_of(tmp_path) == "images"
    (tmp_path / "attributes.csv").write_text("file,caption\n0.png,a cat\n")
    assert kind_of(tmp_path) == "captions"


def test_P6_two_qualities_are_super_resolutions_with_their_scale(tmp_path):
    write(tmp_path / "hq/a.png", gradient(48, 60))
    write(tmp_path / "lq/a.png", gradient(16, 20))
    text = describe(tmp_path, image_size=(24, 24))
    assert "pairs of two qualities" in text
    assert f"to train on it: kgan super-resolution train --data {tmp_path} --scale 3" in text


def test_C14_caption_files_that_are_used_are_not_passed_over(tmp_path):
    for number in range(2):
        write(tmp_path / f"{number}.png", gradient(8, 8))
        (tmp_path / f"{number}.txt").write_text("a thing")
    assert "passed over" not in captions(tmp_path, 8).summary()
    for number in range(2):
        (tmp_path / f"{number}.txt").unlink()
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "captions.csv").write_text("file,caption\n0.png,a cat\n1.png,a dog\n")
    assert "1 other file passed over: notes.md" in captions(tmp_path, 8).summary()
