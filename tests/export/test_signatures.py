"""Served signatures: pictures the right way up, and requests of a wrong shape answered rather than died of."""

import io
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

from kgan import AdversarialModel
from kgan.export import forms
from kgan.export.orientation import orientation, upright
from kgan.export.savedmodel import export


class Halve(AdversarialModel):
    """Image to image: a convolution that halves, and one more that oneDNN runs."""

    batch_keys = ("source",)

    def __init__(self, generator, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator

    generator_side = discriminator_side = property(lambda self: [])

    @property
    def input_signature(self):
        return {"source": keras.KerasTensor((None, None, None, 3), "float32", name="source")}

    def call(self, inputs, training=False):
        return self.generator(inputs["source"], training=training)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    source = keras.Input((None, None, 3))
    half = keras.initializers.Constant(0.5 * np.eye(3).reshape(1, 1, 3, 3))
    hidden = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(source)
    made = keras.layers.Conv2D(3, 1, kernel_initializer=half)(source) + 0.0 * keras.layers.Conv2D(3, 1)(
        hidden
    )
    return export(Halve(keras.Model(source, made)), tmp_path_factory.mktemp("exports") / "halve")


def photograph(way, size=(12, 20), kind="JPEG"):
    """A file of four flat quarters, stored as EXIF's orientation `way` says."""
    image = Image.new("RGB", size)
    half = (size[0] // 2, size[1] // 2)
    for place, color in zip(((0, 0), (half[0], 0), (0, half[1]), half), ("red", "lime", "blue", "gray")):
        image.paste(color, (*place, place[0] + half[0], place[1] + half[1]))
    exif = Image.Exif()
    exif[0x010F] = "a maker"  # so that the tag is not the first
    exif[0x0112] = way
    file = io.BytesIO()
    image.save(file, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("way", range(1, 9))
def test_P3_pictures_are_turned_as_pillow_turns_them(way, kind):
    file = photograph(way, kind=kind)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))))
    assert int(orientation(tf.constant(file))) == way
    found = upright(tf.io.decode_image(file, expand_animations=False), orientation(tf.constant(file)))
    assert found.shape == expected.shape
    assert np.abs(found.numpy().astype(int) - expected).mean() < 2  # two JPEG decoders


def test_P3_big_endian_and_broken_exif():
    file = photograph(6)
    start = file.index(b"Exif\0\0") + 6
    big = b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big")
    big += (0x0112).to_bytes(2, "big") + (3).to_bytes(2, "big") + (1).to_bytes(4, "big")
    big += (8).to_bytes(2, "big") + bytes(2)
    assert int(orientation(tf.constant(file[:start] + big + file[start + len(big) :]))) == 8
    for broken in (b"II*\0\xff\xff\xff\xff", b"II*\0\xff\xff\xff\x7f", b"II*\0\0\0\0\0", b"II*\0"):
        assert int(orientation(tf.constant(file[:start] + broken))) == 1
    for nothing in (b"", b"Exif", b"\xff\xd8", bytes(100)):
        assert int(orientation(tf.constant(nothing))) == 1


SERVE = """
import sys
import numpy as np, tensorflow as tf
signatures = tf.saved_model.load(sys.argv[1]).signatures
files = {name: open(f"{sys.argv[2]}/{name}", "rb").read() for name in sys.argv[4:]}
file = files["turned.jpg"]
mixed = signatures["png"](source_bytes=tf.constant([file, files["large.png"], files["dot.png"]]))["image_bytes"]
np.savez(sys.argv[3], *[tf.io.decode_png(one).numpy() for one in mixed])
whole = {"serving_default": tf.zeros([2, 16, 16, 3]), "uint8": tf.zeros([2, 16, 16, 3], tf.uint8)}
def ask(name, label, **wrong):
    try:
        signatures[name](**wrong)
        print(name, label, "ANSWERED")
    except tf.errors.InvalidArgumentError as error:
        print(name, label, "refused", str(error).split("[[")[0].replace("\\n", " "))
for name, value in whole.items():
    assert signatures[name](source=value)["image"].shape == (2, 16, 16, 3)
    for label, wrong in {"rank 3": value[0], "rank 5": value[None], "channels": value[..., :2],
                         "empty": value[:0], "wide": tf.zeros([1, 2, 10000, 3], value.dtype),
                         "no height": value[:, :0]}.items():
        ask(name, label, source=wrong)
ask("serving_default", "NaN", source=whole["serving_default"] + np.nan)
cases = {"empty": [], "rank 2": [[file]], "no picture": [b"no picture"], "nothing": [b""], "cut": [file[:200]],
         "one of two": [file, b"no"], "film": [files["film.gif"]], "wide": [files["wide.png"]],
         "bomb": [files["bomb.png"]], "wide JPEG": [files["wide.jpg"]]}
for label, wrong in cases.items():
    ask("png", label, source_bytes=tf.constant(wrong, tf.string))
assert len(signatures["png"](source_bytes=tf.constant([file]))["image_bytes"]) == 1
"""


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def requests():
    """Files as clients send them, by name."""
    wide, red = Image.new("RGB", (10_000, 2)), Image.new("RGB", (30, 7), "red")
    dot = encoded(Image.new("RGB", (1, 1), "white"), "PNG")
    bomb = dot[:16] + (60_000).to_bytes(4, "big") * 2 + dot[24:]  # says that it is of 60,000 by 60,000 pixels
    film = encoded(red, "GIF", save_all=True, append_images=[Image.new("RGB", (30, 7), "blue")])
    named = {
        "turned.jpg": photograph(6, (12, 20)),
        "large.png": encoded(red, "PNG"),
        "dot.png": dot,
        "bomb.png": bomb,
    }
    return named | {"film.gif": film, "wide.png": encoded(wide, "PNG"), "wide.jpg": encoded(wide, "JPEG")}


def test_P9_a_wrong_request_is_refused_in_words_and_the_next_one_served(exported, tmp_path):
    for name, file in requests().items():
        (tmp_path / name).write_bytes(file)
    arguments = [str(exported), str(tmp_path), str(tmp_path / "answer.npz"), *requests()]
    environment = {"TF_ENABLE_ONEDNN_OPTS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", SERVE, *arguments], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.strip().splitlines()
    assert len([line for line in lines if " refused" in line]) == 2 * 6 + 1 + 10
    assert [line for line in lines if "ANSWERED" in line] == []
    said = {line.partition(" refused ")[0]: line for line in lines}
    for case, words in {
        "serving_default empty": "source: expected a batch of at least one, received an empty one",
        "serving_default NaN": "source: expected finite numbers, received NaN or infinity",
        "uint8 wide": "expected sides of 1 to 2048 pixels; received height and width",
        "png no picture": "expected a PNG or JPEG file; received",
        "png film": "expected a PNG or JPEG file; received",
        "png wide": "expected sides of 1 to 2048 pixels",
        "png wide JPEG": "expected sides of 1 to 2048 pixels",
        "png bomb": "expected sides of 1 to 2048 pixels",
    }.items():
        assert words in said[case], said[case]
    # A file of 12x20 pixels to be turned by a quarter: 12 rows of 20; lower left (blue) comes to the upper left.
    with np.load(tmp_path / "answer.npz") as answers:
        turned, large, dot = (answers[name].astype(int) for name in answers.files)
    assert turned.shape == (12, 20, 3)
    blue = np.array([0, 0, 254]) / 127.5 - 1
    np.testing.assert_allclose(turned[3, 5], (blue / 2 + 1) * 127.5, atol=8)  # JPEG keeps colour coarsely
    # Each of its own size: red is (1, -1, -1), half of which is 191, 64, 64.
    assert large.shape == (7, 30, 3)
    np.testing.assert_allclose(large[2, 3], [191, 64, 64], atol=1)
    assert dot.tolist() == [[[191, 191, 191]]]


@pytest.mark.parametrize(
    ("shape", "dtype", "kind"),
    [
        ((None, 8, 8, 3), "float32", forms.Picture),
        ((None, 8, 8, 7), "float32", forms.Latent),
        ((None, 5, 8, 8, 1), "float32", forms.Frames),
        ((None,), "int32", forms.Label),
        ((None, 16), "float32", forms.Latent),
        ((None,), "string", forms.Caption),
    ],
)
def test_forms_are_told_by_shape_and_type(shape, dtype, kind):
    form = forms.form_of("x", tf.TensorSpec(shape, dtype))
    assert type(form) is kind
    assert (form.bytes.dtype == tf.uint8) == issubclass(kind, forms.Picture)


def test_frames_there_and_back():
    clips = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 1), np.uint8)
    form = forms.form_of("frames", tf.TensorSpec((None, 3, 4, 5, 1), tf.float32))
    files = forms.encode(tf.constant(clips))
    assert files.shape == (2, 3)
    np.testing.assert_array_equal(form.from_files(files), clips)
