"""FourierUnit beside NumPy's FFT."""

import keras
import numpy as np
import pytest

from kgan.layers import FourierUnit
from kgan.layers.fourier_unit import picture, spectrum


@pytest.mark.parametrize("size", [(6, 8), (5, 7), (4, 5), (1, 2)])
def test_both_transforms_are_numpys(size):
    random = np.random.default_rng(0)
    images = random.normal(size=(2, *size, 3)).astype("float32")
    expected = np.fft.rfft2(images, axes=(1, 2), norm="ortho")
    real, imaginary = spectrum(images)
    np.testing.assert_allclose(real, expected.real, atol=1e-5)
    np.testing.assert_allclose(imaginary, expected.imag, atol=1e-5)
    np.testing.assert_allclose(picture((real, imaginary), size[1]), images, atol=1e-5)
    # Of any numbers, not only those of a picture: what a network puts there.
    parts = random.normal(size=(2, *expected.shape)).astype("float32")
    there = np.fft.irfft2(parts[0] + 1j * parts[1], s=size, axes=(1, 2), norm="ortho")
    np.testing.assert_allclose(picture(tuple(parts), size[1]), there, atol=1e-5)


def test_the_layer_is_its_formula():
    layer = FourierUnit(4)
    x = np.random.default_rng(0).normal(size=(2, 6, 5, 3)).astype("float32")
    found = layer(x, training=False)
    (kernel,) = layer.convolution.get_weights()
    parts = np.fft.rfft2(x, axes=(1, 2), norm="ortho")
    made = np.concatenate([parts.real, parts.imag], -1) @ kernel / np.sqrt(1 + 1e-5)
    made = np.maximum(made, 0)
    expected = np.fft.irfft2(made[..., :4] + 1j * made[..., 4:], s=(6, 5), axes=(1, 2), norm="ortho")
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert layer.count_params() == 6 * 8 + 4 * 8


def test_sizes_that_are_not_known_before():
    image = keras.Input((None, None, 3))
    layer = FourierUnit(2)
    model = keras.Model(image, layer(image))
    assert model.output_shape == (None, None, None, 2)
    x = np.random.default_rng(0).normal(size=(1, 7, 9, 3)).astype("float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), layer(x, training=False), atol=1e-5)
