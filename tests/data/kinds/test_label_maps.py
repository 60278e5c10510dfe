"""Label maps: classes, alignment, values that no class has."""

import numpy as np
import pytest
from PIL import Image

from kgan.data.kinds.label_maps import label_maps
from kgan.errors import UserError
from tests.data.pictures_on_disk import gradient, write

VALUES = [0, 7, 255]


@pytest.fixture
def streets(tmp_path):
    """Five maps with blocks of three values, grey or indexed, and images that show the same values."""
    rng = np.random.default_rng(0)
    for number in range(5):
        values = rng.choice(VALUES, (5, 6)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
        image = Image.fromarray(values)
        if number % 2:
            image = image.copy()
            image = image.convert("P")
            image.putdata(values.ravel().tolist())
            image.putpalette(rng.integers(0, 256, 768).astype(np.uint8).tobytes())
        path = tmp_path / f"labels/{number}.png"
        path.parent.mkdir(exist_ok=True)
        image.save(path)
        write(tmp_path / f"images/{number}.png", values[..., None].repeat(3, -1))
    return tmp_path


def shown(batch):
    return np.rint((batch["target"][..., :1] + 1) * 127.5).astype(int)


def test_classes_are_the_values_in_order_and_stay_aligned(streets):
    source = label_maps(streets, (24, 30), fit="crop")
    assert source.label_names == ["0", "7", "255"]
    assert source.element_spec["source"].shape == (24, 30, 1)
    batches = [*source.batches(10).take(2), *source.batches(5, training=False)]
    for batch in batches:
        batch = {key: value.numpy() for key, value in batch.items()}
        assert batch["source"].dtype == np.int32
        np.testing.assert_array_equal(np.array(VALUES)[batch["source"]], shown(batch))
    assert "3 classes, values [0, 7, 255]" in source.summary()


def test_resizing_mixes_no_classes(streets):
    batch = next(label_maps(streets, (31, 37)).batches(5).as_numpy_iterator())
    assert set(np.unique(batch["source"])) == {0, 1, 2}


def test_values_and_names(streets):
    source = label_maps(streets, (40, 48), values=[255, 0, 7], label_names=["sky", "road", "tree"])
    assert source.label_names == ["sky", "road", "tree"]
    batch = next(source.batches(5, training=False).as_numpy_iterator())
    np.testing.assert_array_equal(np.array([255, 0, 7])[batch["source"]], shown(batch))
    with pytest.raises(UserError, match="expected 3 label names"):
        label_maps(streets, values=VALUES, label_names=["sky"])
    few = label_maps(streets, (40, 48), values=[0, 7])
    assert list(few.batches(5, training=False)) == []
    assert few.report()[0] == "labels/0.png: has values that no class has"


def test_coloured_maps_are_refused(tmp_path):
    for side in ("labels", "images"):
        write(tmp_path / side / "1.png", gradient())
    with pytest.raises(
        UserError, match=r"expected label maps, indexed or grey pictures, .*its pixels are RGB"
    ):
        label_maps(tmp_path)
