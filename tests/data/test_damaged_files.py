"""Several hundred damaged files among good ones: no crash, every good file is read, every bad one is reported."""

import io

import numpy as np
import pytest
from PIL import Image

from kgan.data.kinds.images import images
from kgan.errors import UserError
from tests.data.pictures_on_disk import gradient, seen

FORMATS = {
    "jpg": {"quality": 90},
    "png": {},
    "webp": {"quality": 90},
    "bmp": {},
    "gif": {},
    "tif": {},
}
MODES = ("RGB", "L", "P", "1", "RGBA", "LA", "CMYK", "I;16", "F", "YCbCr", "HSV", "LAB")


def encode(image, extension, **options):
    stream = io.BytesIO()
    names = {"jpg": "JPEG", "tif": "TIFF"}
    image.save(stream, format=names.get(extension, extension.upper()), **{**FORMATS[extension], **options})
    return stream.getvalue()


def truncated(data, rng):
    return data[: rng.integers(1, max(2, len(data) - 40))]


def flipped(data, rng):
    found = bytearray(data)
    for place in rng.integers(0, len(found), rng.integers(1, 12)):
        found[place] ^= 1 << rng.integers(0, 8)
    return bytes(found)


def smeared(data, rng):
    start = rng.integers(0, len(data))
    length = rng.integers(1, 200)
    return data[:start] + rng.bytes(length) + data[start + length :]


def grown(data, rng):
    return data + rng.bytes(rng.integers(1, 300))


def odd_modes(rng):
    """Yields (extension, image) of every mode that a format takes."""
    for extension in FORMATS:
        for mode in MODES:
            pixels = gradient(20, 30)
            if mode == "I;16":
                image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 200)
            elif mode == "F":
                image = Image.fromarray(pixels[..., 0] / np.float32(255))
            else:
                image = Image.fromarray(pixels).convert(mode)
            try:
                yield extension, encode(image, extension)
            except (OSError, ValueError, KeyError):  # the format has no such mode
                continue


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """Writes the folder; returns it, the names of sound files, and the names of files that cannot be read."""
    folder = tmp_path_factory.mktemp("damaged")
    rng = np.random.default_rng(0)
    image = Image.fromarray(
        np.clip(gradient(20, 30) + rng.integers(-9, 9, (20, 30, 3)), 0, 255).astype(np.uint8)
    )
    sound, hopeless = set(), set()

    def add(name, data, group=None):
        (folder / name).write_bytes(data)
        if group is not None:
            group.add(name)

    for extension in FORMATS:
        whole = encode(image, extension)
        for number in range(5):
            add(f"good{number}.{extension}", whole, sound)
        for number in range(12):
            add(f"truncated{number}.{extension}", truncated(whole, rng))
            add(f"flipped{number}.{extension}", flipped(whole, rng))
            add(f"smeared{number}.{extension}", smeared(whole, rng))
        for number in range(3):
            add(f"grown{number}.{extension}", grown(whole, rng))
        for number in range(3):
            add(f"noise{number}.{extension}", rng.bytes(300), hopeless)
        add(f"text.{extension}", b"To whom it may concern\n" * 9, hopeless)
        add(f"empty.{extension}", b"", hopeless)
        for other in FORMATS:
            add(f"really {other}.{extension}", encode(image, other), sound)
    for number, (extension, data) in enumerate(odd_modes(rng)):
        add(f"mode{number}.{extension}", data, sound)
    for extension in ("jpg", "png"):  # these two tell by their last bytes
        for cut in (40, 60, 80):
            add(f"cut{cut}.{extension}", encode(image, extension)[:-cut], hopeless)
    return folder, sound, hopeless


def pillow_reads(path):
    try:
        Image.open(path).convert("RGB")
    except Exception:
        return False
    return True


def test_every_file_is_read_or_reported(damaged):
    folder, sound, hopeless = damaged
    files = {path.name for path in folder.iterdir()}
    assert len(files) > 300
    source = images(folder, (16, 24))
    indexed = {name.decode() for name in source.parts[0].rows["name"]}
    refused = files - indexed
    count = len(seen(source))
    reported = {line.partition(":")[0] for line in source.report()}
    assert sound <= indexed - reported
    assert hopeless <= refused
    assert reported <= indexed
    assert count == len(indexed) - len(reported)
    # What TensorFlow's decoders refuse and Pillow reads is read the second way.
    assert reported.isdisjoint(filter(lambda name: pillow_reads(folder / name), indexed))
    assert f"{len(refused)} of no use: " in source.summary()
    read = indexed - reported
    assert not [
        name for name in read if name.startswith("truncated") and name.endswith((".png", ".jpg", ".webp"))
    ]


def test_training_goes_on_among_them(damaged):
    folder, _, _ = damaged
    source = images(folder, (16, 24))
    steps = 2 * source.batches_per_epoch(16)
    for batch in source.batches(16).take(steps).as_numpy_iterator():
        assert batch["image"].shape == (16, 16, 24, 3)
        assert np.isfinite(batch["image"]).all()
    again = images(folder, (16, 24))
    whole, rest = (
        list(again.batches(16, start=start).take(8 - start).as_numpy_iterator()) for start in (0, 5)
    )
    for one, other in zip(whole[5:], rest):
        np.testing.assert_array_equal(one["image"], other["image"])


def test_a_folder_of_nothing_but_damage(damaged, tmp_path):
    folder, _, hopeless = damaged
    for name in hopeless:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(
        UserError, match=r"found 0 that can be read and \d+ that cannot: .* and \d+ more; replace"
    ):
        images(tmp_path)
