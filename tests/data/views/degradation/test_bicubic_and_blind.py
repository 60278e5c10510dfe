"""Degradation: Pillow's bicubic, and a blind one that keeps its promises."""

import numpy as np
import pytest
from PIL import Image

from kgan.data import Source
from kgan.data.samples import photograph_files
from kgan.data.source.keys import fold
from kgan.data.views import degradation
from kgan.pictures.pixels import to_float, to_uint8

PICTURE = photograph_files.read("skimage/data/chelsea.png")[:192, :288]
NOISE = np.random.default_rng(0).integers(0, 256, (48, 72, 3), np.uint8)


def with_pillow(pixels, size):
    return np.asarray(Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BICUBIC)).astype(int)


@pytest.mark.parametrize("pixels", [PICTURE, NOISE], ids=["picture", "noise"])
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_shrinking_is_pillows(pixels, scale):
    found = degradation.shrunk(pixels, scale).astype(int)
    expected = with_pillow(pixels, found.shape[:2])
    assert np.abs(found - expected).max() <= 1
    as_tensor = to_uint8(degradation.bicubic(to_float(pixels), scale).numpy()).astype(int)
    assert np.abs(as_tensor - expected).max() <= 1


@pytest.mark.parametrize("scale", [2, 4])
def test_enlarging_is_pillows(scale):
    found = degradation.enlarged(NOISE, scale).astype(int)
    assert np.abs(found - with_pillow(NOISE, found.shape[:2])).max() <= 1


@pytest.mark.parametrize("size", [(31, 100), (77, 20), (1, 1), (48, 73)])
def test_any_size_is_pillows(size):
    found = degradation.resized(NOISE, size)
    assert np.abs(found - with_pillow(NOISE, size)).max() <= 1


def test_what_makes_no_whole_pixel_is_cut_and_16_bits_stay():
    deep = (NOISE[:47, :71].astype(np.uint16) * 257)[..., :1]
    small = degradation.shrunk(deep, 4)
    assert small.shape == (11, 17, 1)
    assert small.dtype == np.uint16
    shallow = degradation.shrunk(NOISE[:47, :71, :1], 4)
    assert np.abs(small / 257 - shallow).max() <= 0.5001


def test_weights_add_up_and_constants_stay():
    for before, after in ((7, 3), (3, 7), (100, 25), (1, 4)):
        np.testing.assert_allclose(degradation.taps(before, after)[1].sum(1), 1, atol=1e-6)
    flat = np.full((17, 9, 3), 200, np.uint8)
    assert (degradation.enlarged(flat, 4) == 200).all()


def test_blind_degradation_follows_its_key():
    image = to_float(PICTURE[:96, :96])
    first, again, other = (degradation.blind(image, 4, fold(number, "test")).numpy() for number in (1, 1, 2))
    assert first.shape == (24, 24, 3)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01
    clean = degradation.bicubic(image, 4).numpy()
    distances = [
        np.abs(degradation.blind(image, 4, fold(number, "test")).numpy() - clean).mean()
        for number in range(8)
    ]
    assert 0.01 < np.mean(distances) < 0.3


def test_pairs_are_made_of_any_source():
    images = np.stack([PICTURE[:32, :48], PICTURE[32:64, 48:96]])
    source = Source.from_arrays({"image": images})
    pairs = degradation.paired(source, 4, "bicubic")
    batch = next(iter(pairs.batches(2, training=False)))
    assert batch["source"].shape == (2, 8, 12, 3)
    np.testing.assert_array_equal(to_uint8(batch["target"].numpy()), images)
    np.testing.assert_array_equal(to_uint8(batch["source"].numpy())[0], degradation.shrunk(images[0], 4))
    blind = [
        next(iter(degradation.paired(source, 4, "blind").batches(2, training=False)))["source"].numpy()
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*blind)
    with pytest.raises(ValueError, match="32x48"):
        degradation.paired(source, 5)
    assert pairs.fingerprint() != degradation.paired(source, 4, "blind").fingerprint()


def test_whole_pictures_degrade_blindly_too():
    small = degradation.degraded(PICTURE[:50, :70], 4, "blind")
    assert small.shape == (12, 17, 3)
    assert small.dtype == np.uint8
