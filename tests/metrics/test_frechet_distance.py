import numpy as np
import pytest
import scipy.linalg

from kgan.metrics.frechet_distance import FrechetDistance, frechet_distance, frechet_inception_distance


def test_gaussians_on_a_line_have_a_closed_form():
    # (2 - 5)^2 + (3 - 1)^2
    assert frechet_distance([2.0], [[9.0]], [5.0], [[1.0]]) == pytest.approx(13.0)
    assert frechet_distance(np.zeros(2), np.eye(2), np.ones(2), 4 * np.eye(2)) == pytest.approx(4.0)


def test_rotated_gaussians_equal_scipys_matrix_root():
    random = np.random.default_rng(0)
    a, b = (x @ x.T for x in random.normal(size=(2, 12, 12)))
    means = random.normal(size=(2, 12))
    root = scipy.linalg.sqrtm(a @ b).real
    expected = np.sum((means[0] - means[1]) ** 2) + np.trace(a + b - 2 * root)
    assert frechet_distance(means[0], a, means[1], b) == pytest.approx(expected, rel=1e-9)


def test_commuting_covariances_without_full_rank():
    a, b = np.diag([4.0, 0.0, 1.0, 0.0]), np.diag([1.0, 9.0, 0.0, 0.0])
    assert frechet_distance(np.zeros(4), a, np.zeros(4), b) == pytest.approx(1 + 9 + 1)


def test_fewer_samples_than_features_and_equal_sets_give_zero():
    features = np.random.default_rng(0).normal(size=(20, 200))
    assert frechet_inception_distance(features, features) == pytest.approx(0.0, abs=1e-5)
    shifted = frechet_inception_distance(features, features + 0.5)
    assert shifted == pytest.approx(200 * 0.25, rel=1e-6)


def test_batches_far_from_zero_give_the_moments_of_the_whole():
    features = np.random.default_rng(0).normal(size=(101, 5)) + 1e6
    accumulator = FrechetDistance()
    for start in range(0, 101, 10):
        accumulator.update(features[start : start + 10])
    np.testing.assert_allclose(accumulator.covariance, np.cov(features.T), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(accumulator.mean, features.mean(axis=0), rtol=1e-12)
    accumulator.reset()
    assert accumulator.count == 0


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="at least 2 samples; received 1"):
        frechet_inception_distance(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="50% of them finite"):
        frechet_inception_distance(np.array([[0.0], [np.nan]]), np.zeros((5, 1)))
    with pytest.raises(ValueError, match="Use one feature network"):
        frechet_distance(np.zeros(2), np.eye(2), np.zeros(3), np.eye(3))
