"""Folders that are not what they are given as: one line that says what was expected, found, and what to do."""

import numpy as np
import pytest
from PIL import Image

from apps import super_resolution
from kgan.cli import dispatch


@pytest.fixture
def complaint(capsys, tmp_path):
    """Trains on a folder, and returns what it is told."""

    def told(app, data, *flags):
        command = [app, "train", "--run", tmp_path / "run", "--data", data, *flags]
        assert dispatch.main(list(map(str, command))) == 2
        said = capsys.readouterr().err.strip()
        assert said.count("\n") == 0
        assert "; found" in said
        assert not (tmp_path / "run").exists()
        return said

    return told


def pictures(folder, names, size=(40, 40)):
    """Noise of a size (height, width)."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.fromarray(random.integers(0, 256, (*size, 3), np.uint8)).save(folder / name)
    return folder


def masks(folder, names, size=(40, 40), white=slice(5, 20)):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        mask = np.zeros(size, np.uint8)
        mask[white] = 255
        Image.fromarray(mask).save(folder / name)
    return folder


def test_pairs_without_a_partner(complaint, tmp_path):
    pictures(tmp_path / "data" / "A", ["1.png", "2.png", "ein Bild.png"])
    pictures(tmp_path / "data" / "B", ["1.jpg", "2.jpg"])
    said = complaint("pix2pix", tmp_path / "data")
    assert "expected a partner of the same name for each file" in said
    assert "found none for A/ein Bild.png; add it" in said


def test_the_partner_of_a_damaged_file_is_no_reason_to_stop(tmp_path):
    from kgan.apps.pix2pix import Train

    pictures(tmp_path / "data" / "A", ["1.png", "2.png", "3.png"])
    pictures(tmp_path / "data" / "B", ["1.png", "2.png"])
    (tmp_path / "data" / "B" / "3.png").write_bytes(b"nothing")
    assert len(Train(data=str(tmp_path / "data"), image_size="32").open_all()) == 2


def test_pairs_of_different_sizes(complaint, tmp_path):
    pictures(tmp_path / "data" / "trainA", ["1.png", "2.png"])
    pictures(tmp_path / "data" / "trainB", ["1.png"])
    pictures(tmp_path / "data" / "trainB", ["2.png"], (40, 60))
    said = complaint("pix2pix", tmp_path / "data")
    assert "found 1 pairs that differ: trainA/2.png (40x40 and 60x40)" in said


def test_sets_without_pairs_are_cyclegans(complaint, tmp_path):
    pictures(tmp_path / "data" / "trainA", ["horse 1.png", "horse 2.png"])
    pictures(tmp_path / "data" / "trainB", ["zebra 1.png"])
    for direction in ("AtoB", "BtoA"):
        said = complaint("pix2pix", tmp_path / "data", "--direction", direction)
        assert "found no two that match, such as trainA/horse 1.png" in said
        assert said.endswith("for two sets without pairs there is `kgan cyclegan`")


def test_single_pictures_are_no_pairs(complaint, tmp_path):
    data = pictures(tmp_path / "data", ["portrait.png"], (60, 40))
    pictures(data, ["landscape.png"], (40, 60))
    said = complaint("pix2pix", data)
    assert "found 1 that are not: portrait.png (40x60); for single pictures use --task colorize" in said


def test_pairs_side_by_side_are_pix2pixs(complaint, tmp_path):
    said = complaint("cyclegan", pictures(tmp_path / "data", ["1.png", "2.png"], (40, 80)))
    assert "found one, of pictures some twice as wide as high, such as 1.png (80x40)" in said
    assert "`kgan pix2pix`" in said
    said = complaint("cyclegan", pictures(tmp_path / "single", ["1.png", "2.png"], (40, 50)))
    assert "expected two sets of images" in said
    assert "pix2pix" not in said


@pytest.mark.parametrize("empty", ["trainA", "trainB"])
@pytest.mark.parametrize("app", ["cyclegan", "pix2pix"])
def test_an_empty_domain(app, empty, complaint, tmp_path):
    for name in ("trainA", "trainB"):
        pictures(tmp_path / "data" / name, [] if name == empty else ["1.png"])
    said = complaint(app, tmp_path / "data")
    assert f"expected images for both sides in {tmp_path / 'data'}; found none in {empty}; put" in said


@pytest.mark.parametrize("app", ["cyclegan", "pix2pix", "inpainting", "super-resolution"])
def test_a_folder_without_pictures(app, complaint, tmp_path):
    (tmp_path / "data").mkdir()
    assert "found an empty folder" in complaint(app, tmp_path / "data")
    (tmp_path / "data" / "notes.txt").write_text("none")
    assert "notes.txt" in complaint(app, tmp_path / "data")
    assert "found nothing at" in complaint(app, tmp_path / "missing")


def test_pictures_smaller_than_the_crops(complaint, tmp_path):
    data = pictures(tmp_path / "data", ["tiny.png"], (40, 60))
    said = complaint("super-resolution", data, "--scale", 8)
    assert "expected pictures of at least 96x96 pixels" in said
    assert "found 1, all smaller: tiny.png (has 60x40 pixels, fewer than 96x96)" in said
    assert "smaller image size" in said


def test_C9_one_small_picture_among_many_is_left_out_and_named(tmp_path):
    data = pictures(tmp_path / "data", ["tiny.png"], (40, 60))
    pictures(data, ["a.png", "b.png"], (100, 120))
    source = super_resolution.Train(data=str(data), held_out=0).open().training
    assert len(source) == 2
    assert "1 of no use: tiny.png (has 60x40 pixels, fewer than 96x96)" in source.summary()


def test_P6_two_qualities_are_pairs_at_their_own_scale(complaint, tmp_path):
    pictures(tmp_path / "data/hq", ["a.png", "b.png"], (192, 96))
    pictures(tmp_path / "data/lq", ["a.png", "b.png"], (96, 48))
    command = {"data": str(tmp_path / "data"), "held_out": 0, "image_size": "96"}
    source = super_resolution.Train(**command, scale=2).open().training
    assert {name: spec.shape.as_list() for name, spec in source.element_spec.items()} == {
        "source": [48, 48, 3],
        "target": [96, 96, 3],
    }
    said = complaint("super-resolution", tmp_path / "data", "--scale", 4)
    assert "expected pairs at scale 4" in said
    assert "found scale 2, such as a.png" in said.replace("lq/", "")
    said = complaint("super-resolution", tmp_path / "data", "--scale", 2, "--degradation", "blind")
    assert "expected no --degradation for pairs" in said


def test_masks(complaint, tmp_path):
    names = ["1.png", "2.png"]
    data, flags = pictures(tmp_path / "data", names), ["--image-size", 32, "--mask"]
    wide = masks(tmp_path / "wide", names, (40, 50))
    said = complaint("inpainting", data, *flags, wide)
    assert "found 2 pairs that differ: 1.png (40x40 and 50x40), 2.png" in said
    black = masks(tmp_path / "black", ["one mask.png"], white=slice(0))
    assert "found 1 that hold only the value 0: one mask.png" in complaint("inpainting", data, *flags, black)
    white = masks(tmp_path / "white", names, white=slice(None))
    assert "found 2 that hold only the value 255: 1.png, 2.png" in complaint(
        "inpainting", data, *flags, white
    )


def test_pictures_and_masks_the_wrong_way_round(complaint, tmp_path):
    names = ["1.png", "2.png"]
    smooth = np.linspace(40, 210, 40 * 40 * 3).reshape(40, 40, 3).astype(np.uint8)
    (tmp_path / "photos").mkdir()
    for name in names:
        Image.fromarray(smooth).save(tmp_path / "photos" / name)
    said = complaint("inpainting", masks(tmp_path / "masks", names), "--mask", tmp_path / "photos")
    assert "found 2 that are grey, such as photographs: 1.png, 2.png; replace them" in said
