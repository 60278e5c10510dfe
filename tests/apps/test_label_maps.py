"""`kgan pix2pix --task labels`: pictures of label maps, from a folder to a served model."""

import numpy as np
import pytest
from kgan.apps.pix2pix import Train
from PIL import Image

from kgan.app.run.loading import load_model
from kgan.cli import dispatch
from kgan.data.kinds.computed_labels import COLORS, nearest
from kgan.errors import UserError
from kgan.tasks.translation import label_maps

VALUES = [0, 7, 255]


def indexed(path, values):
    image = Image.fromarray(values.astype(np.uint8), "P")
    image.putpalette(np.random.default_rng(0).integers(0, 256, 768).astype(np.uint8).tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def kgan(verb, *flags):
    return dispatch.main(["pix2pix", verb, *map(str, flags)])


@pytest.mark.slow
def test_a_folder_of_maps_becomes_a_model_that_draws_them(tmp_path, capsys):
    random = np.random.default_rng(0)
    for number in range(10):
        values = random.choice(VALUES, (4, 5)).repeat(5, 0).repeat(5, 1)
        indexed(tmp_path / f"data/labels/{number}.png", values)
        (tmp_path / "data/images").mkdir(exist_ok=True)
        Image.fromarray(values[..., None].repeat(3, -1).astype(np.uint8)).save(
            tmp_path / f"data/images/{number}.png"
        )
    run = tmp_path / "run"
    flags = ["--image-size", 16, "--width", 2, "--patch", 16, "--batch-size", 4, "--xla", "off", "--quiet"]
    assert (
        kgan("train", "--task", "labels", "--data", tmp_path / "data", "--run", run, "--steps", 2, *flags)
        == 0
    )
    model = load_model(run)
    assert (type(model).__name__, model.classes) == ("SPADE", 3)
    assert float(model.discriminator_optimizer.learning_rate) == pytest.approx(4e-4)
    source = tmp_path / "data/labels/3.png"
    assert kgan("predict", source, "--run", run, "--output", tmp_path / "made.png") == 0
    classes = np.searchsorted(VALUES, np.asarray(Image.open(source)))[..., None].astype("int32")
    expected = model.predict(classes[None], verbose=0)[0]
    found = np.asarray(Image.open(tmp_path / "made.png"), "float32") / 127.5 - 1
    np.testing.assert_allclose(found, expected, atol=0.01)
    odd = indexed(tmp_path / "odd.png", np.full((8, 8), 9))
    assert kgan("predict", odd, "--run", run, "--output", tmp_path / "other.png") == 2
    assert "expected label maps of the values 0, 7, 255; found 9" in capsys.readouterr().err
    assert kgan("evaluate", "--run", run, "--most", 4) == 0
    assert "classes in mean colors" in capsys.readouterr().out
    assert kgan("export", "--run", run, "--output", tmp_path / "served") == 0
    assert kgan_check(tmp_path / "served/run/1") == 0


def kgan_check(folder):
    return dispatch.main(["check", str(folder)])


def test_maps_are_read_shown_and_painted(tmp_path):
    path = indexed(tmp_path / "map.png", np.array([[0, 255], [7, 7]]))
    classes = label_maps.read(path, VALUES)
    np.testing.assert_array_equal(classes[..., 0], [[0, 2], [1, 1]])
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.png")
    with pytest.raises(UserError, match=r"expected a label map.*its pixels are RGB"):
        label_maps.read(tmp_path / "photo.png", VALUES)
    assert (label_maps.values_of(["0", "7"]), label_maps.values_of(["sky", "7"])) == ([0, 7], [0, 1])
    assert len(np.unique(label_maps.colored(classes, 3).reshape(-1, 3), axis=0)) == 3
    seen = {"source": np.array([[[[0], [0], [1]]]]), "target": np.array([[[[0.0], [1.0], [-1.0]]]])}
    np.testing.assert_array_equal(label_maps.painted(classes[None], seen)[0, ..., 0], [[0.5, 0], [-1, -1]])


def test_computed_maps_have_the_nearest_color():
    colors = np.array(list(COLORS.values()), "float32") / 127.5 - 1
    image = colors[[3, 7]].repeat(12, 0)[:, None].repeat(8, 1)
    found = np.asarray(nearest(image))[..., 0]
    assert (found[:9] == 3).all()
    assert (found[15:] == 7).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"l1_weight": 10.0}, "no --l1-weight"),
        ({"unconditional": True}, "no --unconditional"),
        ({"image_size": "4"}, "at least 8"),
    ],
)
def test_what_does_not_go_with_maps_is_refused(given, words):
    with pytest.raises(UserError, match=f"{words} with --task labels"):
        Train(**{"task": "labels", "image_size": "64", **given}).check()
