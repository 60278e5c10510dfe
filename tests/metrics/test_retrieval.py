"""Recall and R-precision in cases whose answer is known beforehand."""

import numpy as np
import pytest

from kgan.metrics.retrieval import r_precision, recall_at


def test_recall_by_hand():
    queries = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    candidates = np.array([[2.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    right = np.eye(3, dtype=bool)
    # The third query's scores are 2, 1, 1: its own comes third.
    assert recall_at(queries, candidates, right) == pytest.approx(2 / 3)
    assert recall_at(queries, candidates, right, k=3) == 1.0
    assert recall_at(queries, candidates, ~right) == pytest.approx(1 / 3)


def test_r_precision_of_perfect_of_reversed_and_of_random_pictures():
    captions = [f"caption {number}" for number in range(200)]
    texts = np.random.default_rng(0).normal(size=(200, 16))
    assert r_precision(5 * texts, texts, captions) == 1.0
    assert r_precision(-texts, texts, captions) == 0.0
    pictures = np.random.default_rng(1).normal(size=(200, 16))
    assert r_precision(pictures, texts, captions, candidates=4) == pytest.approx(0.25, abs=0.1)


def test_equal_captions_are_no_wrong_candidates():
    texts = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert r_precision(texts, texts, ["a", "a", "b"]) == 1.0
    with pytest.raises(ValueError, match="at least two different captions"):
        r_precision(texts, texts, ["a", "a", "a"])
