import numpy as np
import pytest

from kgan.layers.any_size import CropLike, PadToMultiple


def test_padding_mirrors_as_often_as_needed():
    row = np.arange(3.0)[None, None, :, None]
    padded = np.asarray(PadToMultiple(8)(row))
    assert padded.shape == (1, 8, 8, 1)
    np.testing.assert_array_equal(padded[0, 0, :, 0], [0, 1, 2, 1, 0, 1, 2, 1])
    np.testing.assert_array_equal(padded[0, 7], padded[0, 0])


def test_padding_equals_numpys_reflect():
    image = np.random.default_rng(0).normal(size=(2, 13, 20, 3)).astype("float32")
    expected = np.pad(image, ((0, 0), (0, 3), (0, 0), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(np.asarray(PadToMultiple(4)(image)), expected)


def test_what_fits_passes_and_the_crop_takes_back():
    image = np.zeros((1, 8, 16, 2), "float32")
    assert PadToMultiple(8)(image).shape == image.shape
    assert PadToMultiple(4, least=12)(image).shape == (1, 12, 16, 2)
    assert CropLike(scale=2)([np.zeros((1, 24, 40, 3)), image]).shape == (1, 16, 32, 3)
    with pytest.raises(ValueError, match="received 4 and 6"):
        PadToMultiple(4, least=6)
