import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist
from scipy.stats import wasserstein_distance
from sklearn.metrics.pairwise import polynomial_kernel

from kgan.metrics.density_coverage import density_coverage
from kgan.metrics.distances import nearest_radii
from kgan.metrics.kernel_distance import kernel_distance, kernel_inception_distance
from kgan.metrics.mean_pairwise_distance import mean_pairwise_distance
from kgan.metrics.precision_recall import precision_recall
from kgan.metrics.sliced_wasserstein import sliced_wasserstein
from kgan.metrics.within_class_distance import within_class_distance


@pytest.fixture
def points():
    random = np.random.default_rng(0)
    return random.normal(size=(60, 4)), random.normal(0.5, 1.3, size=(50, 4))


def test_kernel_distance_equals_sums_over_sklearns_kernel(points):
    a, b = points

    def kernel(x, y):
        return polynomial_kernel(x, y, degree=3, gamma=1 / 4, coef0=1)

    within = sum(kernel(x, x)[~np.eye(len(x), dtype=bool)].mean() for x in (a, b))
    assert kernel_distance(a, b) == pytest.approx(within - 2 * kernel(a, b).mean(), rel=1e-10)


def test_kernel_distance_is_unbiased():
    random = np.random.default_rng(0)
    values = [kernel_distance(*random.normal(size=(2, 20, 3))) for _ in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20


def test_subsets_are_drawn_by_seed(points):
    first = kernel_inception_distance(*points, subsets=5, subset_size=20, seed=1)
    assert first == kernel_inception_distance(*points, subsets=5, subset_size=20, seed=1)
    assert first != kernel_inception_distance(*points, subsets=5, subset_size=20, seed=2)
    whole = kernel_inception_distance(points[0], points[0][::-1], subsets=100, subset_size=1000)
    assert whole[1] == 0.0


def test_precision_and_recall_equal_the_definition(points):
    real, fake = points

    def radii(x):
        return np.sort(cdist(x, x), axis=1)[:, 3]

    distances = cdist(real, fake)
    precision = np.mean((distances <= radii(real)[:, None]).any(axis=0))
    recall = np.mean((distances <= radii(fake)[None, :]).any(axis=1))
    assert precision_recall(real, fake) == (pytest.approx(precision), pytest.approx(recall))


def test_density_and_coverage_equal_the_definition(points):
    real, fake = points
    inside = cdist(real, fake) <= np.sort(cdist(real, real), axis=1)[:, 5][:, None]
    assert density_coverage(real, fake) == (
        pytest.approx(inside.sum() / (5 * len(fake))),
        pytest.approx(inside.any(axis=1).mean()),
    )


def test_collapse_keeps_precision_and_loses_recall():
    real = np.random.default_rng(0).normal(size=(200, 3))
    collapsed = np.repeat(real[:1], 50, axis=0) + 1e-3 * np.random.default_rng(1).normal(size=(50, 3))
    precision, recall = precision_recall(real, collapsed)
    assert precision == 1.0
    assert recall <= 0.01
    assert precision_recall(real, real + 100) == (0.0, 0.0)
    with pytest.raises(ValueError, match="count above 3"):
        precision_recall(real, real[:3])


def test_pairwise_distance_equals_scipys(points):
    assert mean_pairwise_distance(points[0]) == pytest.approx(pdist(points[0]).mean(), rel=1e-10)
    assert mean_pairwise_distance(np.array([[0.0], [1.0], [3.0]])) == pytest.approx(2.0)
    assert mean_pairwise_distance(np.ones((5, 2, 2, 1))) == 0.0
    many = np.random.default_rng(0).normal(size=(1500, 2))
    assert mean_pairwise_distance(many) == pytest.approx(pdist(many).mean(), rel=1e-9)


def test_within_class_distance_looks_at_one_class_at_a_time():
    x = np.array([0.0, 2.0, 100.0, 104.0, 7.0])[:, None]
    assert within_class_distance(x, np.array([0, 0, 1, 1, 2])) == pytest.approx(3.0)
    with pytest.raises(ValueError, match="received one of each"):
        within_class_distance(x, np.arange(5))
    with pytest.raises(ValueError, match="expected 5 labels"):
        within_class_distance(x, np.arange(4))


def test_sliced_wasserstein_in_one_dimension_is_scipys(points):
    a, b = points[0][:50, :1], points[1][:, :1]
    assert sliced_wasserstein(a, b, 4) == pytest.approx(wasserstein_distance(a[:, 0], b[:, 0]))


def test_sliced_wasserstein_of_a_shift_is_its_mean_projection(points):
    a = points[0][:, :2]
    assert sliced_wasserstein(a, a + np.array([3.0, 4.0]), 20_000) == pytest.approx(5 * 2 / np.pi, rel=0.01)
    assert sliced_wasserstein(a, a[:30]) < 0.5


def test_a_points_own_distance_is_not_its_neighbours_in_any_block():
    """Whole numbers on a line, more than are computed at once: the nearest is 1 away, the second too, the third 2."""
    points = np.arange(1500.0)[:, None]
    assert (nearest_radii(points, 1) == 1.0).all()
    third = nearest_radii(points, 3)
    assert (third[1:-1] == 4.0).all()  # squared
    assert (third[0], third[-1]) == (9.0, 9.0)
