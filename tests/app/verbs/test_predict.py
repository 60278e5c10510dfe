"""`predict`: files of the same names out, nothing destroyed, any size, all bits, and less memory when it runs out."""

import dataclasses
import os
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan.app import flags
from kgan.app.predicting.predict_files import plan
from kgan.app.verbs import predict
from kgan.cli.dispatch import parse
from kgan.data.views import degradation
from kgan.errors import UserError
from kgan.pictures import picture_file
from kgan.pictures.picture import Picture
from kgan.pictures.pixels import to_float, to_uint8
from kgan.tiles import memory
from kgan.tiles.runner import ImageNetwork, Progress, Runner, out_of_memory


def doubling(channels=3):
    """Twice as large, each pixel as it was."""
    image = keras.Input((None, None, channels), name="image")
    return keras.Model(image, keras.layers.UpSampling2D(2)(image))


def same(channels=3):
    image = keras.Input((None, None, channels), name="image")
    kernel = np.zeros((3, 3, channels, channels), "float32")
    kernel[1, 1] = np.eye(channels)
    convolution = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False)
    network = keras.Model(image, convolution(image))
    convolution.set_weights([kernel])
    return network


def image_network(network, scale=1, call=None):
    return ImageNetwork(call or (lambda images: network(images["image"]).numpy()), network, scale)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def random_pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


@dataclasses.dataclass
class Enlarge(predict.Predict):
    """Make pictures larger."""

    APP = "tiny"

    def image_network(self, model):
        return image_network(model, 2)


def run(*arguments):
    command = parse(Enlarge, list(map(str, arguments)), "tiny predict")
    command.check()
    return command.work(doubling())


# Which file becomes which ---------------------------------------------------------------------------------


def test_names_folders_unicode_and_spaces_survive(tmp_path):
    names = ["a.png", "über uns/ein Bild.jpg", "deep/er/画.webp", ".hidden/no.png"]
    for name in names:
        save(tmp_path / "in" / name, random_pixels(5, 7, 3))
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    run(tmp_path / "in", "--output", tmp_path / "out")
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    assert written == set(names[:3])
    assert Image.open(tmp_path / "out" / names[1]).format == "JPEG"
    assert Image.open(tmp_path / "out" / names[2]).size == (14, 10)


def test_existing_outputs_need_overwrite_and_inputs_are_never_replaced(tmp_path):
    source = tmp_path / "a.png"
    save(source, random_pixels(4, 4, 3))
    before = source.read_bytes()
    with pytest.raises(UserError, match="would replace an input"):
        run(source, "--output", tmp_path, "--overwrite")
    with pytest.raises(UserError, match="would replace an input"):
        run(source, "--output", source, "--overwrite")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(UserError, match="would replace an input"):
        run(source, "--output", tmp_path / "link", "--overwrite")
    run(source, "--output", tmp_path / "b.png")
    with pytest.raises(UserError, match=r"expected no .*b\.png yet"):
        run(source, "--output", tmp_path / "b.png")
    run(source, "--output", tmp_path / "b.png", "--overwrite")
    assert source.read_bytes() == before


def test_an_output_folder_inside_the_input_is_not_read_again(tmp_path):
    save(tmp_path / "a.png", random_pixels(4, 4, 3))
    run(tmp_path, "--output", tmp_path / "out")
    jobs = plan([tmp_path], tmp_path / "out", overwrite=True)
    assert [job.name for job in jobs] == ["a.png"]


def test_bad_input_is_told_in_one_line(tmp_path):
    with pytest.raises(UserError, match="found none; name it"):
        run()
    with pytest.raises(UserError, match="found nothing"):
        run(tmp_path / "missing.png")
    with pytest.raises(UserError, match="found none; name a folder"):
        run(tmp_path)
    save(tmp_path / "a.gif", random_pixels(4, 4))
    save(tmp_path / "a.png", random_pixels(4, 4, 3))
    with pytest.raises(UserError, match=r"a\.gif and .*a\.png would both become"):
        run(tmp_path, "--output", tmp_path / "out")
    broken = tmp_path / "b" / "broken.png"
    save(broken, random_pixels(40, 40, 3))
    broken.write_bytes(broken.read_bytes()[:500])
    with pytest.raises(UserError, match=r"broken\.png; found a file that is truncated"):
        run(broken, "--output", tmp_path / "out")


def test_one_bad_file_does_not_cost_the_others(tmp_path, capsys):
    save(tmp_path / "in" / "good.png", random_pixels(4, 4, 3))
    (tmp_path / "in" / "bad.png").write_bytes(b"not a picture")
    with pytest.raises(UserError, match="left out 1"):
        run(tmp_path / "in", "--output", tmp_path / "out")
    assert (tmp_path / "out" / "good.png").exists()
    assert "bad.png" in capsys.readouterr().out


# What survives --------------------------------------------------------------------------------------------


def test_png_keeps_every_pixel_and_alpha(tmp_path):
    pixels = random_pixels(7, 5, 4)
    save(tmp_path / "a.png", pixels)
    run(tmp_path / "a.png", "--output", tmp_path / "b.png")
    found = np.asarray(Image.open(tmp_path / "b.png"))
    # Under full transparency there is no color to keep (P2).
    shown = pixels[..., 3] > 0
    assert 0 < np.sum(~shown) < 3
    np.testing.assert_array_equal(found[::2, ::2, :3][shown], pixels[..., :3][shown])
    np.testing.assert_array_equal(found[..., 3:], degradation.enlarged(pixels[..., 3:], 2))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bits_survive(tmp_path, channels, suffix):
    pixels = np.random.default_rng(0).integers(0, 65536, (6, 9, channels), np.uint16)
    colours, alpha = (pixels, None) if channels in (1, 3) else (pixels[..., :-1], pixels[..., -1:])
    path = tmp_path / f"a{suffix}"
    picture_file.write(Picture(colours, alpha), path)
    run(path, "--output", tmp_path / "out")
    found = picture_file.read(tmp_path / "out" / path.name)
    assert found.deep
    if channels < 3:  # grey goes through luminance, whose weights add up to 1 in float32 only nearly
        assert np.abs(found.pixels[::2, ::2].astype(int) - colours).max() <= 1
    else:
        np.testing.assert_array_equal(found.pixels[::2, ::2], colours)
    assert (found.alpha is None) == (alpha is None)


def test_grey_palette_orientation_and_profile(tmp_path):
    save(tmp_path / "grey.png", random_pixels(4, 6))
    assert picture_file.read(tmp_path / "grey.png").pixels.shape == (4, 6, 1)
    palette = Image.fromarray(random_pixels(4, 6, 3)).convert("P", palette=Image.Palette.ADAPTIVE)
    palette.save(tmp_path / "palette.png", icc_profile=b"profile")
    found = picture_file.read(tmp_path / "palette.png")
    assert found.pixels.shape == (4, 6, 3)
    picture_file.write(found, tmp_path / "again.png")
    assert Image.open(tmp_path / "again.png").info["icc_profile"] == b"profile"
    turned = Image.fromarray(random_pixels(4, 6, 3))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert picture_file.read(tmp_path / "turned.jpg").size == (6, 4)


def test_formats(tmp_path):
    save(tmp_path / "in" / "a.jpg", random_pixels(8, 8, 3))
    save(tmp_path / "in" / "b.png", random_pixels(8, 8, 4))
    run(tmp_path / "in", "--output", tmp_path / "png", "--format", "png")
    assert {path.name for path in (tmp_path / "png").iterdir()} == {"a.png", "b.png"}
    run(tmp_path / "in", "--output", tmp_path / "jpeg", "--format", "jpeg", "--quality", "80")
    assert Image.open(tmp_path / "jpeg" / "b.jpg").mode == "RGB"


# Any size, in tiles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 200, 3), (131, 77, 3)])
@pytest.mark.parametrize("tile", [None, 0, 48])
def test_any_size(shape, tile):
    pixels = random_pixels(*shape).astype("float32")
    found = Runner(image_network(doubling(), 2), tile, say=lambda line: None)({"image": pixels})
    np.testing.assert_allclose(found, np.repeat(np.repeat(pixels, 2, 0), 2, 1), rtol=1e-6)


class Ballast:
    """A network that holds so many bytes a pixel while it runs, as far as `memory.used` tells."""

    def __init__(self, each, monkeypatch):
        self.each, self.now, self.windows = each, 10**9, []
        monkeypatch.setattr(memory, "used", lambda: self.now)
        monkeypatch.setattr(memory, "EVERY", 1e-4)

    def __call__(self, images):
        self.windows.append(images["image"].shape[1:3])
        self.now += self.each * images["image"][0, ..., 0].size
        time.sleep(0.01)  # to be seen
        self.now = 10**9
        return images["image"]


def test_C16_tiles_are_as_large_as_what_was_measured_allows(monkeypatch):
    network, said = image_network(same()), []
    network.call = ballast = Ballast(5000, monkeypatch)
    # For a tile of 128: 128 * 128 * 5,000 bytes, and PLANNED leaves a fifth.
    runner = Runner(
        network, memory_limit=10**9 + 128**2 * 5000 / 0.8 + 2 * 4 * 700 * 128 * 3, say=said.append
    )
    pixels = np.random.default_rng(0).normal(size=(500, 700, 3)).astype("float32")
    np.testing.assert_allclose(runner({"image": pixels}), pixels, atol=1e-6)
    largest = max(ballast.windows)
    assert 110 <= largest[0] <= 130
    assert 5000 * largest[0] * largest[1] < runner.memory_limit - 10**9
    assert "700 x 500 pixels: in " in said[0]
    # What fits by any estimate is run whole, and nothing is measured.
    ballast.windows.clear()
    runner({"image": pixels[:60, :90]})
    assert ballast.windows == [(60, 90)]


def test_C16_tiles_get_smaller_where_more_is_held_than_was_measured(monkeypatch):
    network, said = image_network(same()), []
    network.call = ballast = Ballast(5000, monkeypatch)
    runner = Runner(network, memory_limit=10**9 + 128**2 * 5000 / 0.8, say=said.append)
    pixels = np.random.default_rng(0).normal(size=(500, 700, 3)).astype("float32")
    bands = runner.bands({"image": pixels})
    found = [next(bands)]
    before = max(ballast.windows)
    ballast.each *= 3
    found += list(bands)
    np.testing.assert_allclose(np.concatenate(found), pixels, atol=1e-6)
    assert max(ballast.windows[-4:]) < before
    assert any("Near the memory limit" in line for line in said)


def test_C16_time_left_is_said_within_a_picture():
    said, now = [], [0.0]
    progress = Progress(100, said.append, clock=lambda: now[0])
    for _ in range(100):
        now[0] += 3.0
        progress()
    assert said[0] == "2 of 100 tiles, about 5 min left in this picture"
    assert said[1] == "22 of 100 tiles, about 4 min left in this picture"
    assert said[-1] == "82 of 100 tiles, about 54 s left in this picture"
    assert len(said) == 5


def test_P2_a_white_square_on_transparent_black_has_no_rim(tmp_path):
    kinds = {}
    clear = np.zeros((24, 24, 4), np.uint8)
    clear[8:16, 8:16] = 255
    kinds["rgba"] = Image.fromarray(clear)
    kinds["la"] = Image.fromarray(clear[..., 2:])
    kinds["palette"] = Image.fromarray(clear[..., 3] // 255).convert("P")
    kinds["palette"].putpalette([0, 0, 0, 255, 255, 255])
    trns = Image.fromarray(clear[..., :3])

    class Bicubic(Enlarge):
        def image_network(self, model):
            def call(images):
                pixels = to_uint8(images["image"][0])
                return to_float(degradation.enlarged(pixels, 2))[None]

            return image_network(model, 2, call)

    for name, image in kinds.items():
        image.save(tmp_path / f"{name}.png", **({"transparency": 0} if name == "palette" else {}))
    trns.save(tmp_path / "trns.png", transparency=(0, 0, 0))
    command = parse(Bicubic, [str(tmp_path), "--output", str(tmp_path / "out")], "tiny predict")
    command.check()
    command.work(doubling())
    reference = np.asarray(Image.fromarray(clear).convert("RGBa").resize((48, 48), Image.Resampling.BICUBIC))
    for name in (*kinds, "trns"):
        found = np.asarray(Image.open(tmp_path / "out" / f"{name}.png").convert("RGBA")).astype(int)
        assert found[found[..., 3] > 0][:, :3].min() == 255, name
        assert np.abs(found[..., 3] - reference[..., 3]).max() <= 1, name


def test_C3_a_pipe_among_pictures_is_passed_over_and_named(tmp_path, capsys):
    save(tmp_path / "in/a.png", random_pixels(5, 7, 3))
    os.mkfifo(tmp_path / "in/pipe.png")
    run(tmp_path / "in", "--output", tmp_path / "out")
    assert "pipe.png (is a pipe, not a file)" in capsys.readouterr().out
    with pytest.raises(UserError, match="found a pipe"):
        run(tmp_path / "in/pipe.png", "--output", tmp_path / "other")


def test_memory_that_runs_out_leads_to_smaller_tiles():
    said, sizes = [], []

    def call(images):
        height, width = images["image"].shape[1:3]
        sizes.append((height, width))
        if height * width > 60 * 60:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        return images["image"]

    pixels = np.random.default_rng(0).normal(size=(150, 210, 3)).astype("float32")
    runner = Runner(image_network(same(), call=call), 0, say=said.append)
    np.testing.assert_allclose(runner({"image": pixels}), pixels, atol=1e-6)
    assert sizes[:3] == [(150, 210), (105, 105), (52, 52)]
    assert any("Out of memory at 210 x 150 pixels; going on in tiles of 105" in line for line in said)
    before = len(sizes)
    runner({"image": pixels})
    assert max(sizes[before:]) == (52, 52)


def test_a_verb_whose_memory_runs_out_says_so_and_goes_on(tmp_path, capsys):
    network = same()

    def call(images):
        if images["image"].size > 3 * 64 * 64:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        return network(images["image"]).numpy()

    class Tight(Enlarge):
        def image_network(self, model):
            return image_network(network, call=call)

    for name in ("a.png", "b.png"):
        save(tmp_path / "in" / name, random_pixels(120, 90, 3))
    command = parse(Tight, [str(tmp_path / "in"), "--output", str(tmp_path / "out")], "tiny predict")
    command.check()
    command.work(network)
    said = capsys.readouterr().out
    assert said.count("Out of memory at 90 x 120 pixels; going on in tiles of 60") == 1
    found = np.asarray(Image.open(tmp_path / "out" / "b.png"))
    np.testing.assert_array_equal(found, random_pixels(120, 90, 3))


def test_memory_that_never_suffices_is_an_error_in_one_line():
    def call(images):
        raise MemoryError

    with pytest.raises(UserError, match="close other programs"):
        Runner(image_network(same(), call=call), say=lambda line: None)(
            {"image": np.zeros((99, 99, 3), "f4")}
        )


def test_what_is_out_of_memory():
    assert out_of_memory(tf.errors.ResourceExhaustedError(None, None, ""))
    assert out_of_memory(RuntimeError("RESOURCE_EXHAUSTED: Out of memory"))
    assert not out_of_memory(ValueError("shape"))
    assert memory.free() > 1e7
    assert 1e7 < memory.used() < 1e11


def test_tiles_that_differ_are_said():
    image = keras.Input((None, None, 3), name="image")
    network = keras.Model(image, keras.layers.GroupNormalization(-1, name="instance")(image))
    said = []
    Runner(image_network(network), 64, say=said.append)({"image": np.zeros((100, 100, 3), "float32")})
    assert any("differs from a whole one" in line and "instance" in line for line in said)


def test_shards_are_disjoint_complete_and_stable(tmp_path):
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for number in range(40):
        (folder / ("deep" if number % 2 else "") / f"{number}.png").touch()

    def names(shard):
        return {job.name for job in plan([folder], tmp_path / "out", shard=shard)}

    parts = [names((index, 3)) for index in (1, 2, 3)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 40
    assert min(map(len, parts)) >= 6
    # What another part has written is in nobody's way, and a new file moves no other.
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / min(name for name in parts[0] if "/" not in name)).touch()
    (folder / "new.png").touch()
    assert [names((index, 3)) - {"new.png"} for index in (2, 3)] == parts[1:]
    for wrong in ("0/3", "4/3", "1", "1/0", "a/b", "-1/2"):
        with pytest.raises(UserError, match="--shard as I/N"):
            flags.part(wrong)
    assert flags.part("2/3") == (2, 3)
