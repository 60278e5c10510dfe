"""The two conversions: known values, and the way there and back."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.pictures.pixels import batch_to_float, to_float, to_uint8


def test_known_values():
    np.testing.assert_allclose(to_float(np.uint8([0, 51, 255])), [-1, -0.6, 1], atol=1e-6)
    np.testing.assert_array_equal(
        to_uint8(np.float32([-1, -0.6, 0, 1, -9, 9, np.nan])), [0, 51, 128, 255, 0, 255, 0]
    )


@pytest.mark.parametrize("wrap", [np.asarray, tf.constant])
def test_every_value_survives_the_way_there_and_back(wrap):
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    there = to_float(wrap(values))
    assert isinstance(there, np.ndarray) == (wrap is np.asarray)
    np.testing.assert_array_equal(to_uint8(there), values)
    assert np.asarray(there).dtype == np.float32
    assert np.asarray(to_uint8(there)).dtype == np.uint8


def test_batches_are_converted_to_the_same_bits():
    values = np.arange(256, dtype=np.uint8).reshape(2, 16, 8, 1)
    np.testing.assert_array_equal(batch_to_float(tf.constant(values)), to_float(values))
