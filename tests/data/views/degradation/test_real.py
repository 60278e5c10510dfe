"""Real-ESRGAN's degradation, piece by piece against NumPy, SciPy and Pillow."""

import io

import numpy as np
import pytest
import scipy.ndimage
import scipy.special
import tensorflow as tf
from PIL import Image

from kgan.data import Source
from kgan.data.samples import photograph_files
from kgan.data.source.keys import fold
from kgan.data.views import degradation
from kgan.data.views.degradation import blur_kernels, noise, two_pass
from kgan.pictures.pixels import to_float

PICTURE = photograph_files.read("skimage/data/chelsea.png")[:128, :160]
UNIT = (PICTURE / 255.0).astype(np.float32)


def by_covariance(size, across, along, rotation, of_form):
    """A kernel from the covariance matrix and its inverse, place by place."""
    turn = np.array([[np.cos(rotation), -np.sin(rotation)], [np.sin(rotation), np.cos(rotation)]])
    inverse = np.linalg.inv(turn @ np.diag([across**2, along**2]) @ turn.T)
    kernel = np.zeros((21, 21))
    for row in range(21):
        for column in range(21):
            place = np.array([column - 10, row - 10])
            if abs(place).max() <= size // 2:
                kernel[row, column] = of_form(place @ inverse @ place)
    return kernel / kernel.sum()


@pytest.mark.parametrize("size", [7, 13, 21])
@pytest.mark.parametrize(("across", "along", "rotation"), [(1.3, 1.3, 0.4), (0.8, 2.5, 1.1)])
def test_hills_are_those_of_their_covariance(size, across, along, rotation):
    forms = {
        "gaussian": (1.0, lambda q: np.exp(-q / 2)),
        "generalized": (0.7, lambda q: np.exp(-(q**0.7) / 2)),
        "plateau": (1.6, lambda q: 1 / (1 + q**1.6)),
    }
    for shape, (power, of_form) in forms.items():
        found = blur_kernels.bell(size, across, along, rotation, shape, power).numpy()
        np.testing.assert_allclose(
            found, by_covariance(size, across, along, rotation, of_form), atol=1e-6, err_msg=shape
        )


@pytest.mark.parametrize(("size", "cutoff"), [(7, 1.2), (21, 2.9)])
def test_sinc_is_the_circular_low_pass(size, cutoff):
    y, x = np.mgrid[-10:11, -10:11]
    radius = np.hypot(x, y)
    radius[10, 10] = 1e-9  # the limit at the centre
    expected = cutoff * scipy.special.j1(cutoff * radius) / (2 * np.pi * radius)
    expected[np.maximum(abs(x), abs(y)) > size // 2] = 0
    np.testing.assert_allclose(blur_kernels.sinc(size, cutoff).numpy(), expected / expected.sum(), atol=1e-6)


def test_blur_is_scipys_convolution():
    kernel = np.random.default_rng(0).random((21, 21)).astype(np.float32)
    kernel /= kernel.sum()
    found = blur_kernels.blurred(tf.constant(UNIT), tf.constant(kernel)).numpy()
    expected = [scipy.ndimage.correlate(UNIT[..., c], kernel, mode="mirror") for c in range(3)]
    np.testing.assert_allclose(found, np.stack(expected, -1), atol=1e-5)
    same = blur_kernels.blurred(tf.constant(UNIT), blur_kernels.pulse()).numpy()
    np.testing.assert_allclose(same, UNIT, atol=1e-6)


def test_kernels_are_drawn_as_often_as_in_the_paper():
    draw = tf.function(lambda number: blur_kernels.draw(fold(fold(0, "test"), number), (0.2, 3.0)))
    kernels = np.stack([draw(tf.constant(number)).numpy() for number in range(600)])
    np.testing.assert_allclose(kernels.sum((1, 2)), 1, atol=1e-4)
    # Only a sinc has negative weights.
    rings = (kernels < -1e-4).any((1, 2))
    assert 0.06 < rings.mean() < 0.15
    isotropic = np.isclose(kernels, kernels.transpose(0, 2, 1), atol=1e-6).all((1, 2))
    isotropic &= np.isclose(kernels, kernels[:, ::-1], atol=1e-6).all((1, 2))
    assert 0.6 < isotropic[~rings].mean() < 0.8
    outer = [np.flatnonzero(abs(kernel).sum(0)).size for kernel in kernels[rings]]
    assert set(outer) <= set(range(7, 22, 2))


def test_noise_has_the_deviation_that_is_asked_for():
    flat = np.full((128, 128, 3), 0.5, np.float32)
    key = fold(3, "test")
    colored = noise.gaussian(flat, key, 12.75, False).numpy() - flat
    grey = noise.gaussian(flat, key, 12.75, True).numpy() - flat
    assert abs(colored.std() - 0.05) < 0.001
    assert abs(np.corrcoef(colored[..., 0].ravel(), colored[..., 1].ravel())[0, 1]) < 0.03
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])
    # Poisson: variance of counts is their mean, so 0.5 * 256 / 256**2.
    light = noise.poisson(flat, key, 2.0, False).numpy() - flat
    assert abs(light.std() - 2 * np.sqrt(0.5 / 256)) < 0.002
    assert abs(light.mean()) < 0.002
    # Grey light is of the luma, 0.587 of pure green.
    green = np.zeros((128, 128, 3), np.float32)
    green[..., 1] = 1
    luma = noise.poisson(green, key, 1.0, True).numpy() - green
    np.testing.assert_allclose(luma[..., 0], luma[..., 1], atol=1e-6)
    assert abs(luma.std() - np.sqrt(0.587 / 256)) < 0.002


def test_resizes_are_area_bilinear_and_bicubic():
    x = tf.constant(UNIT)
    height, width = 32, 40
    rows, columns = (np.arange(height) + 0.5) * 4 - 0.5, (np.arange(width) + 0.5) * 4 - 0.5
    places = np.meshgrid(rows, columns, indexing="ij")
    bilinear = [scipy.ndimage.map_coordinates(UNIT[..., c], places, order=1) for c in range(3)]
    area = UNIT.reshape(height, 4, width, 4, 3).mean((1, 3))
    # Keys's cubic with a of -1/2, half way between pixels: -1/16, 9/16, 9/16, -1/16.
    taps = np.array([-1, 9, 9, -1]) / 16
    columns_first = sum(t * UNIT[:, k::4][:, :width] for k, t in enumerate(taps))
    bicubic = sum(t * columns_first[k::4][:height] for k, t in enumerate(taps))
    found = {}
    for number in range(40):
        made = two_pass.resize(x, (height, width), fold(number, "test")).numpy()
        for name, expected in {"area": area, "bilinear": np.stack(bilinear, -1), "bicubic": bicubic}.items():
            if np.abs(made - expected).max() < 2e-3:
                found[name] = found.get(name, 0) + 1
    assert sum(found.values()) == 40
    assert min(found[name] for name in two_pass.METHODS) > 5


def test_jpeg_is_pillows():
    made = two_pass.jpeg(tf.constant(UNIT), fold(5, "test")).numpy() * 255
    nearest = []
    for quality in range(30, 96):
        stream = io.BytesIO()
        Image.fromarray(PICTURE).save(stream, "JPEG", quality=quality, subsampling="4:2:0")
        nearest.append(np.abs(np.asarray(Image.open(stream), np.float32) - made).mean())
    # Of one of the qualities it is nearly the same: the two decoders enlarge colors in ways of their own.
    assert min(nearest) < 1.5
    assert max(nearest) > 2 * min(nearest)


def test_real_degradation_follows_its_key_and_keeps_the_picture():
    image = to_float(PICTURE[:96, :128])
    draw = tf.function(lambda number: degradation.real(tf.constant(image), 4, fold(fold(0, "test"), number)))
    many = np.stack([draw(tf.constant(number)).numpy() for number in range(24)])
    assert many.shape == (24, 24, 32, 3)
    np.testing.assert_array_equal(many[1], draw(tf.constant(1)).numpy())
    levels = (many + 1) * 127.5
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)
    clean = degradation.bicubic(image, 4).numpy()
    blind = [degradation.blind(image, 4, fold(number, "test")).numpy() for number in range(24)]
    distance = np.abs(many - clean).mean((1, 2, 3))
    # Worse than one pass, and still a picture of the same thing.
    assert np.abs(np.stack(blind) - clean).mean() < distance.mean() < 0.3
    alike = [np.corrcoef(one.ravel(), clean.ravel())[0, 1] for one in many]
    assert np.median(alike) > 0.8


@pytest.mark.slow
def test_real_pairs_come_from_a_source_and_small_images_are_refused():
    source = Source.from_arrays({"image": np.stack([PICTURE[:96, :96], PICTURE[32:, 64:]])})
    pairs = degradation.paired(source, 4, "real")
    first, again = (next(iter(pairs.batches(2, training=False))) for _ in range(2))
    assert first["source"].shape == (2, 24, 24, 3)
    np.testing.assert_array_equal(first["source"], again["source"])
    whole = degradation.degraded(PICTURE, 4, "real", seed=1)
    assert whole.shape == (32, 40, 3)
    small = Source.from_arrays({"image": PICTURE[None, :64, :64]})
    with pytest.raises(ValueError, match="sides of at least 80 pixels for the real degradation at scale 4"):
        degradation.paired(small, 4, "real")
    with pytest.raises(ValueError, match="at least 88 pixels for the real degradation at scale 8"):
        degradation.degraded(PICTURE[:80], 8, "real")
