"""Attributes beside pictures and their label maps: computed of each picture, or listed in a CSV file."""

import numpy as np
import pytest
from PIL import Image

from kgan.data.kinds.label_maps import label_maps
from kgan.data.kinds.scene_attributes import scene_attributes
from kgan.data.source.examples import batch_of
from kgan.errors import UserError
from kgan.pictures.look import attributes_of


@pytest.fixture
def scenes(tmp_path):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for index in range(3):
        Image.new("RGB", (8, 8), (80 * index, 50, 60)).save(tmp_path / f"images/{index}.png")
        Image.fromarray(np.eye(8, dtype="uint8")).save(tmp_path / f"labels/{index}.png")
    return tmp_path


def test_computed_of_each_picture(scenes):
    source = scene_attributes(label_maps(scenes, (8, 8)))
    batch = batch_of(source, 3)
    np.testing.assert_allclose(batch["attributes"], attributes_of(batch["target"]), atol=1e-5)
    assert source.label_names == ["0", "1"]
    assert "brightness" in source.summary()


def test_listed_as_deviations_from_the_mean(scenes):
    table = scenes / "looks.csv"
    table.write_text("file,fog,season\nimages/2.png,3,1\n0.png,1,1\n1.png,2,1\n", encoding="utf-8")
    batch = batch_of(scene_attributes(label_maps(scenes, (8, 8)), table), 3)
    order = np.argsort(batch["target"][:, 0, 0, 0])
    np.testing.assert_allclose(batch["attributes"][order, 0], np.array([-1, 0, 1]) * 1.5**0.5, rtol=1e-6)
    np.testing.assert_array_equal(batch["attributes"][:, 1], 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,fog\n0.png,1\n", r"expected a row for each picture, found none for images/1\.png and 1 more"),
        ("name,fog\n0.png,1\n", r"expected columns 'file' and one an attribute, found \['fog', 'name'\]"),
        ("file,fog\n0.png,1\n1.png,thick\n", r"line 3: expected 1 numbers, found others"),
        ("", "expected columns 'file' and one an attribute, found none"),
    ],
)
def test_tables_that_do_not_fit(scenes, text, message):
    table = scenes / "looks.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        scene_attributes(label_maps(scenes, (8, 8)), table)
    with pytest.raises(UserError, match="expected a CSV file of attributes, found none to read"):
        scene_attributes(label_maps(scenes, (8, 8)), scenes / "none.csv")
