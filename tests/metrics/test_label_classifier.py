import time

import numpy as np
import pytest

from kgan.metrics.label_classifier import INDISTINGUISHABLE, LabelClassifier, merge_labels

BARS = 4


def bars(count, seed):
    """Images of a bright bar in one of four places, which is the label."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, BARS, count)
    images = np.full((count, 16, 16, 1), -1.0)
    for image, label in zip(images, labels, strict=True):
        image[:, 4 * label : 4 * label + 3] = 1.0
    return (images + random.normal(0, 0.2, images.shape)).astype("float32"), labels.astype("int32")


def endless(seed=0):
    while True:
        images, labels = bars(32, seed)
        yield {"image": images, "label": labels}
        seed += 1


@pytest.fixture(scope="module")
def reader():
    return LabelClassifier((16, 16, 1), "abcd", width=4, indistinguishable=("ad",)).fit(endless(), steps=40)


def test_groups_are_merged_into_their_first_label():
    np.testing.assert_array_equal(merge_labels(["o", "x", "O", "0"], ["oO0", "yz"]), [0, 1, 0, 0])
    assert all(len(set(group)) == len(group) for group in INDISTINGUISHABLE)
    assert len(set("".join(INDISTINGUISHABLE))) == len("".join(INDISTINGUISHABLE))


def test_reads_what_it_was_taught(reader):
    images, labels = bars(200, 1000)
    assert reader.accuracy(images, labels, merge=False) >= 0.99
    swapped = np.where(labels == 0, 3, np.where(labels == 3, 0, labels))
    assert reader.accuracy(images, swapped) >= 0.99
    assert reader.accuracy(images, swapped, merge=False) < 0.7


def test_collapse_shows_in_the_diversity_ratio(reader):
    images, labels = bars(200, 1000)
    scores = reader.score(images, labels, images, labels, "new bars")
    assert scores.values["diversity_ratio"] == pytest.approx(1.0)
    assert "a/d" in str(scores)
    assert "new bars" in str(scores)
    one_each = images[[np.flatnonzero(labels == label)[0] for label in labels]]
    collapsed = reader.score(one_each, labels, images, labels, "new bars").values
    assert collapsed["diversity_ratio"] == pytest.approx(0.0, abs=1e-6)
    assert collapsed["accuracy"] >= 0.99


@pytest.mark.slow
def test_the_same_seed_gives_the_same_reader():
    readings = []
    for _ in range(2):
        readings.append(LabelClassifier((16, 16, 1), "abcd", width=2, seed=3).fit(endless(), steps=2))
    images = bars(8, 5)[0]
    first, second = (np.asarray(one.network(images)) for one in readings)
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_too_few_batches_are_refused():
    with pytest.raises(ValueError, match="expected 5 batches; received 2"):
        LabelClassifier((16, 16, 1), "abcd", width=2).fit([next(endless())] * 2, steps=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_reads_glyphs_of_a_family_it_has_never_seen(seed):
    from kgan.data.samples.glyphs import glyphs

    training, held_out = glyphs(32).split(0.1, seed)
    start = time.perf_counter()
    reader = LabelClassifier((32, 32, 1), training.label_names).fit(training.batches(64, seed=seed))
    assert time.perf_counter() - start < 300
    batches = list(held_out.batches(64, training=False))
    images = np.concatenate([batch["image"] for batch in batches])
    labels = np.concatenate([batch["label"] for batch in batches])
    assert reader.accuracy(images, labels) >= 0.95
