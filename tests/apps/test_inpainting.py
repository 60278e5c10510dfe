"""The inpainting app, as a user types it: known pixels untouched, masks of all kinds, every complaint."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from apps import inpainting
from kgan.app.run import loading
from kgan.app.run.run_folder import RunFolder
from kgan.cli import dispatch
from kgan.metrics.hole_scores import hole_scores
from kgan.networks import gated_inpainting
from kgan.pictures import picture_file
from kgan.pictures.picture import Picture
from kgan.pictures.pixels import to_float, to_uint8
from kgan.tasks.inpainting import predict_holes
from kgan.tiles.runner import ImageNetwork, Runner

pytestmark = pytest.mark.usefixtures("load_once")
APP = "inpainting"
TINY = ["--batch-size", 4, "--xla", "off", "--width", 4, "--image-size", 32, "--quiet", "--epochs", 1]


def kgan(verb, *flags):
    return dispatch.main([APP, verb, *map(str, flags)])


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def random_pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def box(height, width, top, left, bottom, right):
    mask = np.zeros((height, width), np.uint8)
    mask[top:bottom, left:right] = 255
    return mask


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "Fotos"
    for number in range(8):
        save(folder / f"{number}.png", random_pixels(40, 50, 3, seed=number))
    return folder


@pytest.fixture(scope="module")
def gated(tmp_path_factory, photos):
    """A run as training would leave it, of a network with its first weights."""
    run = tmp_path_factory.mktemp("runs") / "run"
    train = inpainting.Train(
        data=str(photos),
        run=str(run),
        held_out=0.25,
        width=4,
        image_size="32",
        xla="off",
        mask="boxes",
        network="paper",
    )
    RunFolder(run).begin(APP, train.settings(), {"summary": "", "fingerprint": ""})
    train.build().save(run / "model.keras")
    return run


@pytest.fixture(scope="module")
def encoder(tmp_path_factory, photos):
    """A run of a step or two."""
    run = tmp_path_factory.mktemp("runs") / "run"
    flags = ["--data", photos, "--held-out", 0.25, "--method", "context-encoder"]
    assert kgan("train", "--run", run, *flags, *TINY) == 0
    return run


@pytest.fixture(params=["gated", pytest.param("encoder", marks=pytest.mark.slow)])
def run(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"data": "photos"}, "mixed"),
        ({"data": "photos", "mask": "strokes"}, "strokes"),
        ({"data": "photos", "method": "context-encoder"}, "centre"),
        ({"data": "photos", "method": "lama"}, "mixed"),
        ({"network": "small"}, "centre"),
    ],
)
def test_masks_are_mixed_unless_told_otherwise(given, expected):
    assert inpainting.Train(**given).mask == expected


def test_lama_is_built_of_its_flags():
    flags = {"method": "lama", "network": "small", "width": 2, "image_size": "32", "data": "photos"}
    model = inpainting.Train(**flags, features="none", adversarial_weight=0.5).build(10)
    assert type(model).__name__ == "LaMa"
    assert model.perceptual is None
    assert model.generator.count_params() < 30_000
    weights = {"adversarial": 0.5, "features": 20, "perceptual": 2, "known": 10, "hole": 20}
    assert model.loss_weights == {f"generator/{name}": weight for name, weight in weights.items()}
    assert [(one.name, one.weight, one.interval) for one in model.penalties] == [("r1", 0.002, 8)]
    rates = [float(one.learning_rate) for one in (model.generator_optimizer, model.discriminator_optimizer)]
    assert rates == pytest.approx([1e-3, 4e-4])


@pytest.mark.slow
def test_known_pixels_come_back_bit_for_bit(run, tmp_path):
    pictures = {
        "alpha.png": random_pixels(21, 40, 4),
        "colour.png": random_pixels(50, 71, 3),
        "deep.png": np.random.default_rng(0).integers(0, 65536, (40, 44, 3), np.uint16),
        "grey.png": random_pixels(33, 33, 1),
    }
    masks = {}
    for name, pixels in pictures.items():
        height, width, channels = pixels.shape
        masks[name] = box(height, width, 3, 5, 14, 19) | box(
            height, width, height - 4, width - 6, height, width
        )
        save(tmp_path / "masks" / name, masks[name])
        parts = (pixels[..., :3], pixels[..., 3:]) if channels == 4 else (pixels, None)
        (tmp_path / "in").mkdir(exist_ok=True)
        picture_file.write(Picture(*parts), tmp_path / "in" / name)
    flags = ["--run", run, "--mask", tmp_path / "masks", "--output", tmp_path / "out"]
    assert kgan("predict", tmp_path / "in", *flags) == 0
    for name, pixels in pictures.items():
        found, hole = picture_file.read(tmp_path / "out" / name), masks[name] > 0
        assert found.pixels.dtype == pixels.dtype
        np.testing.assert_array_equal(found.pixels[~hole], pixels[..., :3][~hole])
        assert (found.pixels[hole] != pixels[..., :3][hole]).mean() > 0.9
        if found.alpha is not None:
            np.testing.assert_array_equal(found.alpha, pixels[..., 3:])


@pytest.mark.slow
def test_folders_of_masks_and_a_colour_give_the_same(gated, tmp_path):
    mask = box(30, 40, 5, 5, 15, 25)
    pixels = random_pixels(30, 40, 3)
    pixels[mask > 0] = (255, 0, 255)
    save(tmp_path / "in" / "sub" / "ein Bild.png", pixels)
    save(tmp_path / "masks" / "sub" / "ein Bild.bmp", mask)
    save(tmp_path / "inverted" / "sub" / "ein Bild.png", 255 - mask)
    ways = {
        "folder": ["--mask", tmp_path / "masks"],
        "inverted": ["--mask", tmp_path / "inverted", "--invert"],
        "colour": ["--colour", "#FF00ff"],
    }
    found = []
    for name, flags in ways.items():
        assert (
            kgan("predict", tmp_path / "in", "--run", gated, "--output", tmp_path / "out" / name, *flags) == 0
        )
        found.append(np.asarray(Image.open(tmp_path / "out" / name / "sub" / "ein Bild.png")))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_jpeg_says_that_it_is_not_exact(gated, tmp_path, capsys):
    source = save(tmp_path / "a.jpg", random_pixels(30, 40, 3))
    save(tmp_path / "mask.png", box(30, 40, 5, 5, 15, 25))
    flags = ["--run", gated, "--mask", tmp_path / "mask.png", "--output", tmp_path / "out"]
    assert kgan("predict", source, *flags) == 0
    assert "--format png keeps them" in capsys.readouterr().out
    assert kgan("predict", source, *flags, "--format", "png") == 0
    assert (tmp_path / "out" / "a.png").is_file()


def test_a_crop_around_the_hole_is_what_the_network_sees():
    pixels = random_pixels(60, 80, 3)
    mask = box(60, 80, 20, 30, 36, 46) > 0
    seen = []

    def fill(image, hole):
        seen.append((image, hole))
        return image * 0 + 0.5

    picture = Picture(pixels)
    found = predict_holes.fill_by_crops(fill, (32, 32), (16, 16), picture, mask)
    assert len(seen) == 1
    image, hole = seen[0]
    assert hole.sum() == 16 * 16
    assert hole[0, 8:24, 8:24].all()
    np.testing.assert_allclose(image[0, 0, 0], pixels[12, 22] / 127.5 - 1, atol=1e-5)
    np.testing.assert_array_equal(found[~mask], pixels[~mask])
    assert (found[mask] == 191).all()


def test_large_holes_are_painted_on_a_reduced_crop_and_far_ones_apart():
    mask = (box(150, 260, 40, 40, 104, 104) | box(150, 260, 70, 220, 80, 230)) > 0
    calls = []

    def fill(image, hole):
        calls.append(int(hole.sum()))
        return np.full_like(image, -1)

    picture = Picture(np.full((150, 260, 3), 255, np.uint8))
    found = predict_holes.fill_by_crops(fill, (32, 32), (16, 16), picture, mask)
    assert len(calls) == 2
    assert sorted(calls)[0] == 100
    assert 16 * 16 <= sorted(calls)[1] <= 18 * 18
    assert (found[mask] == 0).all()
    assert (found[~mask] == 255).all()


@pytest.mark.slow
def test_only_the_surroundings_of_a_hole_are_computed(gated, tmp_path, capsys):
    pixels, mask = random_pixels(400, 700, 3), box(400, 700, 150, 120, 190, 200)
    source, hole = save(tmp_path / "a.png", pixels), save(tmp_path / "mask.png", mask)
    found = {}
    for tile in (0, 344):
        flags = ["--run", gated, "--mask", hole, "--output", tmp_path / f"{tile}.png", "--tile", tile]
        assert kgan("predict", source, *flags) == 0
        found[tile] = np.asarray(Image.open(tmp_path / f"{tile}.png")).astype(int)
    # It looks 153 pixels around each, and half of a tile is the most that margins may be.
    assert "may differ a little from a whole one" in capsys.readouterr().out
    whole = loading.load_model(gated / "model.keras").predict_on_batch(
        {"image": to_float(pixels)[None], "mask": (mask > 0).astype("float32")[None, ..., None]}
    )
    assert np.abs(found[0] - to_uint8(whole[0]).astype(int)).max() <= 1
    difference = np.abs(found[0] - found[344])
    assert 0 < difference[mask > 0].mean() < 5
    assert difference[mask == 0].max() == 0


@pytest.mark.parametrize("size", [30, 90])
@pytest.mark.slow
def test_a_smooth_start_looks_around_its_hole_only(size):
    generator = gated_inpainting.generator(width=4, smooth_start=True)
    seen = []

    def call(images):
        seen.append(images["mask"].shape[1:3])
        return np.asarray(generator(images))

    run = Runner(ImageNetwork(call, generator), tile=0)
    picture = Picture(np.asarray(Image.fromarray(random_pixels(90, 110, 3)).resize((1100, 900))))
    mask = box(900, 1100, 400, 500, 400 + size, 500 + size) > 0
    found = predict_holes.fill_anywhere(run, picture, mask).astype(int)
    assert seen[0][0] < 800
    whole = generator({"image": picture.floats()[None], "mask": mask[None, ..., None].astype("float32")})
    assert np.abs(found - to_uint8(np.asarray(whole)[0]))[mask].max() <= 1


def test_evaluate_counts_the_hole_only_beside_two_baselines(run, tmp_path, capsys):
    assert kgan("evaluate", "--run", run, "--json", tmp_path / "scores.json", "--mask", "centre") == 0
    said = capsys.readouterr().out
    assert "hole: centre; 2 images of 32x32 from 2 pictures, held out (25%)" in said
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert set(scores["mean"]) == {"mean", "biharmonic", "this model"}


def test_hole_scores_against_formulas_in_numpy():
    original = random_pixels(24, 24, 3)
    mask = box(24, 24, 6, 6, 18, 18) > 0
    made = original.copy()
    made[mask] = np.clip(original[mask].astype(int) + 10, 0, 255)
    changed = made[mask].astype(float) - original[mask]
    scores = hole_scores(original, made, mask)
    assert scores["L1"] == pytest.approx(np.abs(changed).mean())
    assert scores["PSNR"] == pytest.approx(10 * np.log10(255**2 / np.mean(changed**2)))
    made[~mask] = 0
    assert hole_scores(original, made, mask)["L1"] == pytest.approx(scores["L1"])
    assert hole_scores(original, original, mask)["PSNR"] == np.inf


@pytest.mark.slow
def test_export_serves_what_predict_writes(gated, tmp_path):
    assert kgan("export", "--run", gated, "--output", tmp_path / "served") == 0
    serve = tf.saved_model.load(str(tmp_path / "served" / "run" / "1")).signatures["uint8"]
    for size in ((20, 20), (24, 37), (41, 30)):
        pixels, mask = random_pixels(*size, 3), box(*size, 4, 4, 12, 13)
        save(tmp_path / "in.png", pixels)
        save(tmp_path / "mask.png", mask)
        flags = [
            "--run",
            gated,
            "--mask",
            tmp_path / "mask.png",
            "--output",
            tmp_path / "out.png",
            "--overwrite",
        ]
        assert kgan("predict", tmp_path / "in.png", *flags) == 0
        served = np.asarray(serve(image=pixels[None], mask=mask[None, ..., None])["image"])[0]
        assert np.abs(served.astype(int) - np.asarray(Image.open(tmp_path / "out.png"))).max() <= 1
        np.testing.assert_array_equal(served[mask == 0], pixels[mask == 0])


def test_complaints_are_one_line_and_name_files(gated, photos, tmp_path, capsys):
    def complaint(verb, *flags):
        assert kgan(verb, *flags) == 2
        said = capsys.readouterr().err.strip()
        assert said.count("\n") == 0
        return said

    source = save(tmp_path / "a.png", random_pixels(30, 40, 3))
    shared = ["--run", gated, "--output", tmp_path / "out"]
    assert "found neither" in complaint("predict", source, *shared)
    assert "found both" in complaint("predict", source, *shared, "--mask", source, "--colour", "ffffff")
    assert "RRGGBB" in complaint("predict", source, *shared, "--colour", "pink")
    mask = save(tmp_path / "masks" / "wide.png", box(30, 41, 5, 5, 9, 9))
    said = complaint("predict", source, *shared, "--mask", mask)
    assert "expected a mask of 40x30 pixels for" in said
    assert "found 41x30 in" in said
    assert "wide.png" in said
    black = save(tmp_path / "black.png", np.zeros((30, 40), np.uint8))
    assert "which holds only the value 0" in complaint("predict", source, *shared, "--mask", black)
    assert "which holds only the value 0" in complaint(
        "predict", source, *shared, "--mask", black, "--invert"
    )
    assert "found none marked in" in complaint("predict", source, *shared, "--colour", "ff00fe")
    assert "found no a.* nor a_mask.* in" in complaint(
        "predict", source, *shared, "--mask", tmp_path / "masks"
    )
    smooth = save(tmp_path / "smooth.png", np.linspace(40, 210, 30 * 40).reshape(30, 40).astype(np.uint8))
    said = complaint("predict", source, *shared, "--mask", smooth)
    assert "smooth.png, which holds the greys of a photograph" in said
    assert said.endswith("are picture and mask swapped?")
    replaced = ["--run", gated, "--mask", mask, "--output", mask, "--overwrite"]
    assert "would replace an input" in complaint("predict", source, *replaced)
    assert "a folder; found nowhere" in complaint("train", "--mask", "nowhere")
    assert "no --features with --method gated" in complaint("train", "--features", "none")


def test_P7_masks_beside_their_pictures_and_of_any_two_values(gated, tmp_path):
    hole = box(30, 40, 5, 5, 12, 12) > 0
    kinds = {
        "_mask": hole * np.uint8(255),
        "_mask001": hole.astype(np.uint8),
        "-mask0": np.where(hole[..., None], np.uint8([255, 0, 0]), np.uint8([0, 0, 0])),
    }
    made = []
    for ending, mask in kinds.items():
        folder = tmp_path / ending
        pixels = random_pixels(30, 40, 3)
        save(folder / "p0.png", pixels)
        save(folder / f"p0{ending}.png", mask)
        output = tmp_path / f"out{ending}"
        assert kgan("predict", folder, "--mask", folder, "--run", gated, "--output", output) == 0
        assert [path.name for path in output.iterdir()] == ["p0.png"]
        made.append(np.asarray(Image.open(output / "p0.png")))
        np.testing.assert_array_equal(made[-1][~hole], pixels[~hole])
        assert (made[-1][hole] != pixels[hole]).any()
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])


def test_colours_are_read_and_matched():
    assert inpainting.colour("#fF0080") == (255, 0, 128)
    pixels = np.uint8([[[255, 0, 128], [250, 4, 128], [0, 0, 0]]])
    assert predict_holes.marked(pixels, (255, 0, 128)).tolist() == [[True, False, False]]
    assert predict_holes.marked(pixels, (255, 0, 128), 5).tolist() == [[True, True, False]]
    deep = pixels.astype(np.uint16) * 257
    assert predict_holes.marked(deep, (255, 0, 128)).tolist() == [[True, False, False]]
