"""The look of a picture: attributes of plain colors, and a transfer whose mean and covariance are the other's."""

import numpy as np
import pytest
from skimage.color import rgb2lab

from kgan.pictures.look import ATTRIBUTES, attributes_of, transfer_look

RANDOM = np.random.default_rng(0)


def test_attributes_of_plain_colors():
    plain = np.array([[1, 1, 1], [-1, -1, -1], [1, 0.2, -0.6], [-0.6, 0.2, -0.6]], "float32")
    images = np.ones((1, 9, 10, 1), "float32") * plain[:, None, None]
    found = attributes_of(images)
    lab = rgb2lab((plain + 1) / 2) / 100
    dark = (plain.min(axis=1) + 1) / 2
    np.testing.assert_allclose(found, np.stack([lab[:, 0], lab[:, 2], dark, -lab[:, 1]], axis=1), atol=2e-3)
    assert found.shape == (4, len(ATTRIBUTES))
    spot = images[:1].copy()
    spot[0, 4, 5, 1] = -1
    assert attributes_of(spot)[0, 2] == pytest.approx(1 - 49 / 90, abs=1e-6)


def colors(mean, spread, size):
    """A picture whose colors scatter little around a mean, so that none is clipped."""
    return np.clip(mean + spread * RANDOM.normal(size=(*size, 3)), -0.95, 0.95).astype("float32")


def test_the_transferred_colors_have_the_looks_mean_and_covariance():
    photo, look = colors([0.1, 0, -0.1], 0.05, (20, 30)), colors([0.2, 0.0, 0.1], [0.08, 0.03, 0.05], (9, 11))
    moved = transfer_look(photo, look)
    assert moved.shape == photo.shape
    found, wanted = (rgb2lab((x + 1) / 2).reshape(-1, 3) for x in (moved, look))
    np.testing.assert_allclose(found.mean(axis=0), wanted.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(found.T), np.cov(wanted.T), rtol=0.03, atol=0.1)
    np.testing.assert_allclose(transfer_look(photo, look, strength=0), photo, atol=2e-3)
    np.testing.assert_allclose(transfer_look(photo, photo), photo, atol=2e-3)


def test_pictures_that_have_no_colors():
    grey = np.zeros((4, 4, 1), "float32")
    with pytest.raises(
        ValueError, match=r"pictures \(height, width, 3\) in color, received shape \(4, 4, 1\)"
    ):
        transfer_look(grey, grey)
    with pytest.raises(ValueError, match="expected strength from 0 to 1, received 2"):
        transfer_look(np.zeros((4, 4, 3)), np.zeros((4, 4, 3)), strength=2)
