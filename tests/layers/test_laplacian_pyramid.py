"""The Laplacian pyramid against NumPy; what it takes apart is the same again."""

import numpy as np
import pytest

from kgan.layers import BilinearDoubling, FromLaplacianPyramid, HalfSize, LaplacianPyramid

IMAGE = np.random.default_rng(0).uniform(-1, 1, (2, 16, 24, 3)).astype("float32")


def test_a_picture_is_rebuilt():
    parts = LaplacianPyramid(3)(IMAGE)
    assert [part.shape for part in parts] == [(2, 2, 3, 3), (2, 4, 6, 3), (2, 8, 12, 3), (2, 16, 24, 3)]
    np.testing.assert_allclose(FromLaplacianPyramid()(parts), IMAGE, atol=1e-6, rtol=0)
    # Most of what a smooth picture has is at the coarsest level.
    smooth = np.broadcast_to(np.linspace(-1, 1, 24)[:, None], (1, 16, 24, 3)).astype("float32")
    assert np.abs(LaplacianPyramid(1)(smooth)[1]).max() < 0.06


def test_half_and_double_in_numpy():
    """As loops over padded rows, each axis by itself."""
    row = np.array([1.0, 5.0, -2.0, 4.0])
    padded = np.array([1.0, 1.0, 5.0, -2.0, 4.0, 4.0])
    halved = [padded[i : i + 4] @ [1, 3, 3, 1] / 8 for i in (0, 2)]
    doubled = [v for i in range(1, 5) for v in (0.75 * padded[i] + 0.25 * padded[j] for j in (i - 1, i + 1))]
    column = np.array([2.0, -1.0])
    image = np.outer(column, row)[None, :, :, None].astype("float32")
    half_column = np.array([2.0, 2.0, -1.0, -1.0]) @ [1, 3, 3, 1] / 8
    np.testing.assert_allclose(HalfSize()(image)[0, 0, :, 0], half_column * np.array(halved), atol=1e-6)
    double_column = [2.0, 1.25, -0.25, -1.0]
    np.testing.assert_allclose(
        BilinearDoubling()(image)[0, ..., 0], np.outer(double_column, doubled), atol=1e-6
    )


def test_sides_that_cannot_be_halved():
    with pytest.raises(ValueError, match="multiples of 8 for 3 levels, received 12x24"):
        LaplacianPyramid(3)(IMAGE[:, :12])
