"""Colours against scikit-image, and the layer that gives them to a grey picture."""

import keras
import numpy as np
import pytest
from skimage import color

from kgan.layers.lab_colors import LabColors
from kgan.pictures.color import grey_from_rgb, lab_from_rgb, rgb_from_lab

COLORS = np.random.default_rng(0).uniform(-1, 1, (40, 50, 3)).astype("float32")


def test_lab_is_that_of_scikit_image():
    np.testing.assert_allclose(lab_from_rgb(COLORS), color.rgb2lab((COLORS + 1) / 2), atol=0.01)


def test_there_and_back():
    corners = np.stack(np.meshgrid(*[[-1, -0.98, 0, 1]] * 3), axis=-1).astype("float32")
    for colors in (COLORS, corners):
        np.testing.assert_allclose(rgb_from_lab(lab_from_rgb(colors)), colors, atol=2e-4)


def test_grey_keeps_the_lightness_and_grey_pictures():
    grey = np.asarray(grey_from_rgb(COLORS))
    lightness = lab_from_rgb(np.repeat(grey, 3, axis=-1))
    np.testing.assert_allclose(lightness[..., 0], lab_from_rgb(COLORS)[..., 0], atol=0.01)
    np.testing.assert_allclose(lightness[..., 1:], 0, atol=0.02)
    np.testing.assert_allclose(grey_from_rgb(np.repeat(grey, 3, axis=-1)), grey, atol=1e-4)


def test_colors_of_a_grey_picture():
    grey = np.asarray(grey_from_rgb(COLORS))[None]
    layer = LabColors()
    np.testing.assert_allclose(
        layer([np.zeros((1, 40, 50, 2), "float32"), grey]), np.repeat(grey, 3, -1), atol=1e-3
    )
    ab = np.asarray(lab_from_rgb(COLORS))[None, ..., 1:] / 110
    np.testing.assert_allclose(layer([ab, grey])[0], COLORS, atol=1e-3)
    assert LabColors.from_config(LabColors(reach=90.0).get_config()).reach == 90.0
    assert layer.compute_output_shape([(None, 4, 5, 2), (None, 4, 5, 1)]) == (None, 4, 5, 3)


@pytest.mark.parametrize("value", [-1.0, -0.999, 0.0, 1.0])
def test_gradients_are_finite_at_black_and_white(value):
    import tensorflow as tf

    images = tf.fill((1, 2, 2, 3), value)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(rgb_from_lab(lab_from_rgb(images)))
    assert np.all(np.isfinite(tape.gradient(total, images)))
    assert keras.backend.standardize_dtype(total.dtype) == "float32"
