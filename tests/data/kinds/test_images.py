"""Images out of folders: pixels of every format and mode, orientation, transparency, labels, splits, augmentation."""

import zipfile

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan.data.kinds.images import images
from kgan.data.source.keys import fold
from kgan.data.views.color_jitter import jitter
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.tiff import OtherTiff, open_tiff
from tests.data.pictures_on_disk import gradient, seen, write

STORED = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF orientation -> Pillow's operation that undoes it
PLAIN = gradient()


def folder_of_formats(folder):
    """Writes the gradient in many ways; returns name -> the pixels to expect, or None for the gradient itself."""
    image = Image.fromarray(PLAIN)
    grey = PLAIN[:, :, 0]
    image.save(folder / "rgb.png")
    image.save(folder / "rgb.bmp")
    image.save(folder / "rgb.tif")
    image.save(folder / "rgb.webp", lossless=True)
    image.save(folder / "rgb.jpg", quality=100, subsampling=0)
    image.save(folder / "no extension that fits.jpg", format="PNG")
    image.convert("CMYK").save(folder / "cmyk.tif")
    image.save(folder / "animated.webp", save_all=True, append_images=[image.transpose(0)], lossless=True)
    expected = dict.fromkeys([path.name for path in folder.iterdir()])
    Image.fromarray(grey).save(folder / "grey.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(folder / "sixteen.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(folder / "sixteen.tif")
    Image.fromarray(grey / np.float32(255)).save(folder / "float.tif")
    expected |= dict.fromkeys(
        ["grey.png", "sixteen.png", "sixteen.tif", "float.tif"], np.stack([grey] * 3, -1)
    )
    few = image.quantize(16)
    few.save(folder / "palette.png")
    few.save(folder / "palette.gif")
    expected |= dict.fromkeys(["palette.png", "palette.gif"], np.asarray(few.convert("RGB")))
    two = [few, few.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    two[0].save(folder / "animated.gif", save_all=True, append_images=two[1:])
    expected["animated.gif"] = np.asarray(few.convert("RGB"))
    return expected


def test_every_format_and_mode(tmp_path):
    expected = folder_of_formats(tmp_path)
    source = images(tmp_path, (20, 30))
    names = [name.decode() for name in source.parts[0].rows["name"]]
    assert sorted(names) == sorted(expected)
    for name, found in zip(names, seen(source)):
        pixels = PLAIN if expected[name] is None else expected[name]
        assert np.abs(found - pixels).max() <= (4 if name == "rgb.jpg" else 0), name
    assert source.report() == []


def test_one_known_pixel(tmp_path):
    pixels = np.zeros((9, 7, 3), np.uint8)
    pixels[2, 5] = (250, 20, 100)
    for end in ("png", "bmp", "tif"):
        write(tmp_path / f"one.{end}", pixels)
    for found in seen(images(tmp_path, (9, 7))):
        assert found[2, 5].tolist() == [250, 20, 100]
        assert found.sum() == 370


@pytest.mark.parametrize("end", ["jpg", "png", "webp", "tif"])
def test_exif_rotated_photographs_come_out_upright(tmp_path, end):
    options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}.get(end, {})
    Image.fromarray(PLAIN).save(tmp_path / f"1.{end}", **options)
    for orientation, undo in STORED.items():
        exif = Image.Exif()
        exif[0x112] = orientation
        Image.fromarray(PLAIN).transpose(undo).save(tmp_path / f"{orientation}.{end}", exif=exif, **options)
    source = images(tmp_path, (20, 30))
    assert source.parts[0].rows["width"].tolist() == [30] * 8
    for orientation, found in enumerate(seen(source), 1):
        assert np.abs(found - PLAIN).max() <= (4 if end == "jpg" else 0), orientation
    corner = images(tmp_path, (4, 6), fit="crop")  # the window, too, is found on the upright picture
    for orientation, found in enumerate(seen(corner), 1):
        assert np.abs(found - PLAIN[8:12, 12:18]).max() <= (6 if end == "jpg" else 0), orientation


def transparent(folder):
    """Writes pictures whose left half is transparent, half-transparent in one column; returns the RGBA pixels."""
    pixels = np.concatenate([PLAIN, np.full((20, 30, 1), 255, np.uint8)], -1)
    pixels[:, :15, 3] = 0
    pixels[:, 20, 3] = 102
    write(folder / "a.png", pixels)
    write(folder / "b.webp", pixels, lossless=True, exact=True)
    write(folder / "c.tif", pixels)
    return pixels.astype(float)


@pytest.mark.parametrize("background", [(255, 255, 255), (10, 200, 30)])
def test_transparency_lies_over_the_background(tmp_path, background):
    pixels = transparent(tmp_path)
    alpha = pixels[..., 3:] / 255
    expected = pixels[..., :3] * alpha + np.array(background) * (1 - alpha)
    for found in seen(images(tmp_path, (20, 30), background=background)):
        assert np.abs(found - expected).max() <= 1
        assert found[3, 3].tolist() == list(background)


def test_a_transparent_palette_lies_over_white(tmp_path):
    few = Image.fromarray(PLAIN).quantize(16)
    few.save(tmp_path / "a.png", transparency=int(np.asarray(few)[0, 0]))
    few.save(tmp_path / "b.gif", transparency=int(np.asarray(few)[0, 0]))
    for found in seen(images(tmp_path, (20, 30))):
        assert found[0, 0].tolist() == [255, 255, 255]
        assert found[-1, -1].tolist() == np.asarray(few.convert("RGB"))[-1, -1].tolist()


def test_channels(tmp_path):
    transparent(tmp_path)
    write(tmp_path / "d.png", PLAIN)
    write(tmp_path / "e.jpg", PLAIN, quality=100, subsampling=0)
    with_alpha = seen(images(tmp_path, (20, 30), channels=4))
    assert with_alpha.shape == (5, 20, 30, 4)
    assert with_alpha[:3, 0, 20, 3].tolist() == [102] * 3
    assert with_alpha[3:, ..., 3].min() == 255
    grey = seen(images(tmp_path, (20, 30), channels=1))
    expected = PLAIN @ [0.299, 0.587, 0.114]
    assert grey.shape == (5, 20, 30, 1)
    assert np.abs(grey[3, ..., 0] - expected).max() <= 1
    assert np.abs(grey[4, ..., 0] - expected).max() <= 3


def test_sub_folders_are_labels(tmp_path):
    for name, value in (("b/1", 10), ("a/x/2", 20), ("c é/3", 30)):
        write(tmp_path / f"{name}.png", np.full((4, 4, 3), value, np.uint8))
    source = images(tmp_path, (4, 4), labels=True)
    assert source.label_names == ["a", "b", "c é"]
    (batch,) = source.batches(9, training=False).as_numpy_iterator()
    assert batch["label"].tolist() == [0, 1, 2]
    np.testing.assert_allclose(batch["image"][:, 0, 0, 0], np.array([20, 10, 30]) / 127.5 - 1, atol=1e-6)
    assert "3 classes, from 1 images" in source.summary()
    write(tmp_path / "loose.png", PLAIN)
    with pytest.raises(UserError, match=r"in the folder of its class; found 1 in none: loose.png"):
        images(tmp_path, (4, 4), labels=True)


def test_one_class_is_no_class(tmp_path):
    write(tmp_path / "only/1.png", PLAIN)
    with pytest.raises(UserError, match=r"at least two classes.* found none, as in only/1.png"):
        images(tmp_path, (4, 4), labels=True)


def test_train_and_test_folders_are_the_split(tmp_path):
    for place in ("train/a/1", "train/b/2", "test/a/3", "test/b/4", "val/b/5"):
        write(tmp_path / f"{place}.png", PLAIN)
    source = images(tmp_path, (20, 30), labels=True)
    assert source.label_names == ["a", "b"]
    training, apart = source.split(0.5)
    assert sorted(training.parts[0].rows["name"].tolist()) == [b"train/a/1.png", b"train/b/2.png"]
    assert len(apart) == 3


def test_a_zip_gives_what_its_folder_gives(tmp_path):
    expected = folder_of_formats(tmp_path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in expected:
            archive.write(tmp_path / name, f"all/{name}")
    folder, zipped = images(tmp_path, (10, 16)), images(tmp_path / "all.zip", (10, 16))
    np.testing.assert_array_equal(seen(folder), seen(zipped))
    assert zipped.report() == []


def test_files_that_go_bad_are_skipped_and_reported(tmp_path):
    for number in range(12):
        write(tmp_path / f"{number:02}.png", np.full((8, 8, 3), number, np.uint8))
    source = images(tmp_path, (8, 8))
    (tmp_path / "03.png").unlink()
    (tmp_path / "05.png").write_text("oops")
    write(tmp_path / "07.png", np.full((9, 9, 3), 7, np.uint8))
    batches = list(source.batches(4, seed=1).take(12).as_numpy_iterator())
    values = np.rint((np.concatenate([batch["image"] for batch in batches])[:, 0, 0, 0] + 1) * 127.5)
    assert set(values) == set(range(12)) - {3, 5, 7}
    assert source.report() == [
        "03.png: is not there any more",
        "05.png: cannot identify image file " + source.report()[1].partition("file ")[2],
        "07.png: has 9 x 9 pixels now; it had 8 x 8",
    ]


def test_fit(tmp_path):
    pixels = np.repeat(np.uint8([[0] * 4 + [100] * 8 + [200] * 4]), 8, 0)[..., None].repeat(3, -1)  # 8 x 16
    write(tmp_path / "one.png", pixels)
    cover = seen(images(tmp_path, (4, 4), fit="cover"))
    assert cover.min() == cover.max() == 100
    stretch = seen(images(tmp_path, (4, 4), fit="stretch"))
    assert stretch[0, 0, :, 0].tolist() == [0, 100, 100, 200]
    crop = seen(images(tmp_path, (8, 10), fit="crop"))
    np.testing.assert_array_equal(crop[0], pixels[:, 3:13])
    enlarged = seen(images(tmp_path, (16, 16), fit="crop"))
    assert enlarged.shape == (1, 16, 16, 3)
    assert enlarged.min() == enlarged.max() == 100


def test_jpegs_are_reduced_while_decoding_and_stay_the_same_picture(tmp_path):
    smooth = gradient(400, 600)
    write(tmp_path / "a.jpg", smooth, quality=100, subsampling=0)
    write(tmp_path / "b.png", smooth)
    for size in ((40, 60), (150, 200), (390, 590)):
        jpeg, png = seen(images(tmp_path, size))
        assert np.abs(jpeg - png).max() <= 6, size


def test_training_windows_lie_in_the_picture_and_vary(tmp_path):
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(48), np.arange(32)[:, None]
    write(tmp_path / "one.png", pixels)
    batch = next(images(tmp_path, (8, 12), fit="crop").batches(200).as_numpy_iterator())["image"]
    found = np.rint((batch + 1) * 127.5).astype(int)
    rows, columns = found[..., 1], found[..., 0]
    np.testing.assert_array_equal(np.diff(rows, axis=1), 1)
    steps = np.unique(np.diff(columns, axis=2))
    assert steps.tolist() == [-1, 1]  # mirrored or not
    mirrored = (np.diff(columns, axis=2) < 0).all((1, 2))
    assert 70 < mirrored.sum() < 130
    assert rows.min() == 0
    assert rows.max() == 31
    assert columns.min() == 0
    assert columns.max() == 47


def test_load_size_then_crop(tmp_path):
    write(tmp_path / "one.png", PLAIN)
    view = View((256, 256), "stretch", load_size=(286, 286))
    window = view.window(tf.constant(572), tf.constant(1144), fold(1, "x"))
    assert (int(window.height), int(window.width)) == (512, 1024)
    whole = view.window(tf.constant(572), tf.constant(1144), None)
    assert [int(value) for value in whole[:4]] == [0, 0, 572, 1144]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fit": "squeeze"}, "fit to be one of cover, stretch, crop; found 'squeeze'"),
        ({"load_size": (4, 4)}, "load_size to be no smaller than the image size"),
        ({"fit": "crop", "load_size": (99, 99)}, 'no load_size with fit "crop"'),
        ({"jitter": 2}, "jitter to be between 0 and 1; found 2"),
        ({"interpolation": "cubic"}, "expected area, bilinear or bicubic; found 'cubic'"),
    ],
)
def test_views_that_make_no_sense(arguments, message):
    with pytest.raises(UserError) as caught:
        View((8, 8), **arguments)
    assert message in str(caught.value)


def test_jitter_keeps_grey_grey_and_its_key():
    image = tf.constant(np.random.default_rng(0).uniform(-0.5, 0.5, (6, 5, 3)), tf.float32)
    one, same, other = (jitter(image, fold(seed, "x"), 0.4).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.02
    np.testing.assert_allclose(jitter(image, fold(1, "x"), 0.0), image, atol=1e-5)
    grey = jitter(tf.repeat(image[..., :1], 3, -1), fold(3, "x"), 0.9).numpy()
    np.testing.assert_allclose(grey, np.repeat(grey[..., :1], 3, -1), atol=2e-3)
    with_alpha = jitter(tf.concat([image, image[..., :1]], -1), fold(1, "x"), 0.4).numpy()
    np.testing.assert_array_equal(with_alpha[..., 3], image[..., 0])
    np.testing.assert_array_equal(with_alpha[..., :3], one)


def test_jittered_images_differ_from_epoch_to_epoch_only_by_their_key(tmp_path):
    write(tmp_path / "one.png", PLAIN)
    source = images(tmp_path, (20, 30), jitter=0.5, mirror=False)
    first, second = (batch["image"] for batch in source.batches(1, seed=4).take(2).as_numpy_iterator())
    assert np.abs(first - second).max() > 0.02
    (again,) = (batch["image"] for batch in source.batches(1, seed=4, start=1).take(1).as_numpy_iterator())
    np.testing.assert_array_equal(again, second)


def test_fingerprints_change_with_files_and_settings(tmp_path):
    write(tmp_path / "one.png", PLAIN)
    first = images(tmp_path, (8, 8)).fingerprint()
    assert images(tmp_path, (8, 8)).fingerprint() == first
    assert images(tmp_path, (8, 9)).fingerprint() != first
    assert images(tmp_path, (8, 8), mirror=False).fingerprint() != first
    write(tmp_path / "two.png", PLAIN)
    assert images(tmp_path, (8, 8)).fingerprint() != first


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", ["plain", "strips", "grey", "packed", "black is white", "turned"])
def test_tiffs_of_every_layout_give_the_pixels_of_their_windows(tmp_path, kind, channels):
    image = Image.fromarray(PLAIN)
    options = {"compression": "tiff_lzw"} if kind == "packed" else {}
    if kind == "strips":  # 7 rows each
        options = {"tiffinfo": {278: 7}}
    if kind in ("grey", "black is white"):
        image = image.convert("L")
    if kind == "black is white":
        options = {"tiffinfo": {262: 0}}
    if kind == "turned":
        options = {"tiffinfo": {274: 3}}
    image.save(tmp_path / "one.tif", **options)
    with open(tmp_path / "one.tif", "rb") as stream:
        if kind in ("plain", "strips", "grey"):
            assert open_tiff(stream).plain
        else:
            with pytest.raises(OtherTiff):
                open_tiff(stream)
    with Image.open(tmp_path / "one.tif") as stored:
        upright = np.asarray(stored)
    colours = upright[..., None].repeat(3, -1) if upright.ndim == 2 else upright
    expected = {
        1: np.rint(colours @ np.float32([0.299, 0.587, 0.114]))[..., None],
        3: colours,
        4: np.asarray(Image.fromarray(colours).convert("RGBA")),
    }[channels]
    found = seen(images(tmp_path, (8, 10), channels=channels, fit="crop"))[0]
    np.testing.assert_array_equal(found, expected[6:14, 10:20])


def test_a_tiff_that_was_cut_short_is_skipped_and_reported(tmp_path):
    for number in range(3):
        write(tmp_path / f"{number}.tif", PLAIN)
    source = images(tmp_path, (20, 30))
    path = tmp_path / "1.tif"
    path.write_bytes(path.read_bytes()[:-100])
    assert len(seen(source)) == 2
    assert "1.tif" in source.report()[0]
