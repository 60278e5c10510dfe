"""PatchNCE beside NumPy and closed forms."""

import keras
import numpy as np
import pytest
from keras import ops

from kgan.objectives import patch_nce


def unit(shape, seed):
    x = np.random.default_rng(seed).normal(size=shape)
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype("float32")


def in_numpy(queries, keys, temperature):
    """Equation 3 of Park et al. 2020, place by place: one positive, the others of the picture as negatives."""
    found = []
    for query, key in zip(queries.astype("float64"), keys.astype("float64")):
        for place, vector in enumerate(query):
            positive = np.exp(vector @ key[place] / temperature)
            negatives = sum(np.exp(vector @ other / temperature) for i, other in enumerate(key) if i != place)
            found.append(-np.log(positive / (positive + negatives)))
    return np.mean(found)


@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_beside_numpy(temperature):
    queries, keys = unit((3, 7, 5), 0), unit((3, 7, 5), 1)
    found = float(patch_nce(queries, keys, temperature))
    assert found == pytest.approx(in_numpy(queries, keys, temperature), rel=1e-5)


def test_closed_forms():
    # All alike: nothing tells the own key from the others.
    alike = np.repeat(unit((2, 1, 4), 0), 9, axis=1)
    assert float(patch_nce(alike, alike)) == pytest.approx(np.log(9), rel=1e-5)
    # Orthogonal ones: one score of 1 / t, the others 0.
    eye = np.eye(5, dtype="float32")[None]
    expected = np.log(np.exp(1 / 0.5) + 4) - 1 / 0.5
    assert float(patch_nce(eye, eye, 0.5)) == pytest.approx(expected, rel=1e-5)


def test_other_pictures_are_no_negatives():
    queries, keys = unit((2, 4, 3), 0), unit((2, 4, 3), 1)
    alone = [float(patch_nce(queries[i : i + 1], keys[i : i + 1])) for i in range(2)]
    assert float(patch_nce(queries, keys)) == pytest.approx(np.mean(alone), rel=1e-5)


def test_keys_are_constants_and_half_precision_is_computed_in_float32():
    queries, keys = (keras.Variable(unit((1, 4, 3), seed)) for seed in (0, 1))
    found = patch_nce(ops.cast(queries, "bfloat16"), ops.cast(keys, "bfloat16"))
    assert found.dtype == "float32"
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = patch_nce(queries.value, keys.value)
    of_queries, of_keys = tape.gradient(loss, [queries.value, keys.value])
    assert of_keys is None
    assert np.abs(of_queries).max() > 0


def test_what_does_not_fit():
    with pytest.raises(
        ValueError, match=r"one shape \(batch, patches, size\), received \(1, 4, 3\) and \(1, 5, 3\)"
    ):
        patch_nce(unit((1, 4, 3), 0), unit((1, 5, 3), 0))
    with pytest.raises(ValueError, match="received"):
        patch_nce(unit((4, 3), 0), unit((4, 3), 0))
    with pytest.raises(ValueError, match="temperature above 0, received 0"):
        patch_nce(unit((1, 4, 3), 0), unit((1, 4, 3), 0), 0)
