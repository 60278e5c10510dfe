"""Order, resuming, splits, workers, and items that cannot be loaded, on sources of arrays."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.data.source.guard import user_error
from kgan.data.source.keys import fold, fold_each
from kgan.data.source.source import Part, Source
from kgan.data.source.split import Split
from kgan.errors import UserError

BAD = (5, 17, 50)


def take(dataset, count):
    return list(dataset.take(count).as_numpy_iterator())


def numbers(batches):
    return np.concatenate([batch["number"] for batch in batches])


def numbered(count, **arguments):
    return Source.from_arrays({"number": np.arange(count)}, **arguments)


def noisy(count=103, bad=()):
    """Items with a random draw of their own; those in `bad` cannot be loaded."""
    refused = tf.constant([-1, *bad], tf.int64)

    def load(row, key):
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(row["index"] != refused), ["bad"])]):
            number = tf.identity(row["index"])
        draw = tf.zeros([]) if key is None else tf.random.stateless_uniform([], fold(key, "draw"))
        return {"number": number, "draw": draw}

    part = Part({"number": np.arange(count)}, load, explain=lambda row: f"{row['number']}.png: is bad")
    return Source(part)


def test_arrays_come_out_as_models_want_them():
    pixels = np.arange(2 * 2 * 3 * 3, dtype=np.uint8).reshape(2, 2, 3, 3) * 7
    source = Source.from_arrays(
        {"image": pixels, "label": np.int64([4, 5]), "caption": np.array([b"x", b"y"])}
    )
    (batch,) = take(source.batches(2, training=False), 1)
    np.testing.assert_allclose(batch["image"], pixels / 127.5 - 1, atol=1e-6)
    assert source.keys == ("caption", "image", "label")
    assert source.element_spec["image"] == tf.TensorSpec((2, 3, 3), tf.float32)
    assert source.element_spec["label"] == tf.TensorSpec((), tf.int32)
    assert batch["label"].tolist() == [4, 5]
    assert batch["caption"].tolist() == [b"x", b"y"]


def test_an_epoch_is_a_permutation_keyed_by_seed_and_epoch():
    source = numbered(20)
    seen = numbers(take(source.batches(5, seed=3), 12)).reshape(3, 20)
    for epoch in seen:
        assert sorted(epoch) == list(range(20))
    assert len({tuple(epoch) for epoch in seen}) == 3
    np.testing.assert_array_equal(numbers(take(source.batches(5, seed=3), 4)), seen[0])
    assert not np.array_equal(numbers(take(source.batches(5, seed=4), 4)), seen[0])


def test_orders_are_uniform():
    source = numbered(4)
    epochs = numbers(take(source.batches(4), 1200)).reshape(1200, 4)
    counts = np.stack([(epochs == number).sum(0) for number in range(4)])
    assert ((counts - 300) ** 2 / 300).sum() < 33  # chi squared, 9 degrees of freedom: once in 10,000 seeds


def test_full_batches_only_and_what_is_left_out_changes():
    source = numbered(23)
    assert source.batches_per_epoch(5) == 4
    first, second = np.split(numbers(take(source.batches(5), 8)), 2)
    assert len(set(first)) == len(set(second)) == 20
    assert set(first) != set(second)


def test_a_batch_larger_than_the_data_goes_over_it_again():
    source = numbered(3)
    assert source.batches_per_epoch(8) == 1
    assert np.bincount(numbers(take(source.batches(8), 1))).tolist() in [[3, 3, 2], [3, 2, 3], [2, 3, 3]]


@pytest.mark.parametrize("start", [1, 9, 10, 23])
def test_start_resumes_exactly(start):
    source = noisy(bad=BAD)
    whole = take(source.batches(10, seed=5), 26)
    rest = take(source.batches(10, seed=5, start=start), 26 - start)
    for one, other in zip(whole[start:], rest):
        np.testing.assert_array_equal(one["number"], other["number"])
        np.testing.assert_array_equal(one["draw"], other["draw"])


def test_skipped_items_are_not_loaded():
    loaded = []

    def load(row, key):
        return {"number": tf.ensure_shape(tf.numpy_function(note, [row["index"]], tf.int64), [])}

    def note(index):
        loaded.append(int(index))
        return index

    source = Source(Part({"number": np.arange(1000)}, load))
    take(source.batches(10, start=95), 1)
    assert len(loaded) < 100


def test_draws_are_keyed_by_item_epoch_and_seed():
    source = noisy(16)
    batches = take(source.batches(16, seed=1), 2)
    first, second = (batch["draw"][np.argsort(batch["number"])] for batch in batches)
    assert len(set(first)) == 16
    assert not np.any(first == second)
    (other,) = take(source.batches(16, seed=2), 1)
    assert not np.any(first == other["draw"][np.argsort(other["number"])])


def test_evaluation_is_one_pass_in_order():
    source = noisy(23)
    batches = take(source.batches(10, training=False), 9)
    assert [len(batch["number"]) for batch in batches] == [10, 10, 3]
    assert numbers(batches).tolist() == list(range(23))
    assert not np.any(batches[0]["draw"])


def test_workers_share_each_global_batch():
    source = noisy(40)
    whole = take(source.batches(8, seed=2), 7)
    shares = [take(source.batches(8, seed=2, share=(worker, 2)), 7) for worker in (0, 1)]
    for batch, first, second in zip(whole, *shares):
        for key in ("number", "draw"):
            np.testing.assert_array_equal(batch[key], np.concatenate([first[key], second[key]]))
    with pytest.raises(UserError, match=r"multiple of the 3 worker"):
        source.batches(8, share=(0, 3))


def test_an_item_that_fails_is_replaced_and_reported():
    source = noisy(bad=BAD)
    good = set(range(103)) - set(BAD)
    batches = take(source.batches(10, seed=5), 30)
    assert all(len(batch["number"]) == 10 for batch in batches)
    assert set(numbers(batches)) == good
    assert source.report() == ["5.png: is bad", "17.png: is bad", "50.png: is bad"]
    sound = take(noisy().batches(10, seed=5), 30)
    for one, other in zip(batches, sound):
        whole = ~np.isin(other["number"], BAD)
        np.testing.assert_array_equal(one["number"][whole], other["number"][whole])
        np.testing.assert_array_equal(one["draw"][whole], other["draw"][whole])


def test_evaluation_leaves_out_what_fails():
    source = noisy(bad=BAD)
    assert source.report() == []
    assert numbers(take(source.batches(10, training=False), 99)).tolist() == sorted(
        set(range(103)) - set(BAD)
    )
    assert len(source.report()) == 3


def test_when_nothing_can_be_loaded_it_says_so():
    source = noisy(4, bad=range(4))
    with pytest.raises(tf.errors.OpError) as caught:
        take(source.batches(2), 1)
    found = user_error(caught.value)
    assert "expected readable files; found 4 that are not, such as" in str(found)
    assert ".png: is bad; check the disk" in str(found)
    assert user_error(tf.errors.NotFoundError(None, None, "no such thing")) is None


def test_splits_are_disjoint_complete_and_stable():
    source = numbered(50)
    training, apart = source.split(0.2, seed=1)
    sides = [set(numbers(take(side.batches(1, training=False), 99))) for side in (training, apart)]
    assert len(sides[1]) == 10
    assert sides[0] | sides[1] == set(range(50))
    assert not sides[0] & sides[1]
    again = numbers(take(source.split(0.2, seed=1)[1].batches(1, training=False), 99))
    assert set(again) == sides[1]
    assert set(numbers(take(source.split(0.2, seed=2)[1].batches(1, training=False), 99))) != sides[1]


def test_a_split_keeps_groups_together_and_obeys_the_owner():
    groups = np.repeat(np.arange(10), 5)
    training, apart = numbered(50, groups=groups).split(0.3)
    sides = [set(groups[numbers(take(side.batches(1, training=False), 99))]) for side in (training, apart)]
    assert len(sides[1]) == 3
    assert not sides[0] & sides[1]
    owner = np.arange(50) >= 44
    training, apart = numbered(50, held_out=owner).split(0.3)
    assert numbers(take(apart.batches(1, training=False), 99)).tolist() == [44, 45, 46, 47, 48, 49]
    assert len(training) == 44


def test_too_little_to_split():
    with pytest.raises(UserError, match="at least two items to hold some out; found 1"):
        numbered(1).split()
    with pytest.raises(UserError, match=r"between 0 and 1; found 1.5"):
        numbered(9).split(1.5)


def test_fingerprints_tell_data_apart():
    assert numbered(9).fingerprint() == numbered(9).fingerprint()
    training, apart = numbered(9).split()
    found = {source.fingerprint() for source in (numbered(9), numbered(8), training, apart)}
    assert len(found) == 4


def test_parts_are_shuffled_on_their_own():
    parts = [
        Part({"x": np.arange(count)}, lambda row, key, name=name: {name: row["x"]})
        for name, count in (("a", 4), ("b", 10))
    ]
    source = Source(parts)
    assert len(source) == 10
    assert source.batches_per_epoch(5) == 2
    batches = take(source.batches(5, seed=1), 4)
    a, b = (np.concatenate([batch[key] for batch in batches]).reshape(2, 10) for key in "ab")
    for epoch in b:
        assert sorted(epoch) == list(range(10))
    for epoch in a:
        assert sorted(epoch[:4]) == sorted(epoch[4:8]) == [0, 1, 2, 3]
    for one, other in zip(batches[3:], take(source.batches(5, seed=1, start=3), 1)):
        np.testing.assert_array_equal(one["a"], other["a"])
    last = take(source.batches(5, training=False), 3)
    assert last[1]["a"].tolist() == [1, 2, 3, 0, 1]
    assert last[1]["b"].tolist() == [5, 6, 7, 8, 9]
    training, apart = source.split(0.25)
    assert [len(part) for part in training.parts] == [3, 8]
    assert [len(part) for part in apart.parts] == [1, 2]


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"columns of one length; received lengths \[2, 3\]"):
        Source.from_arrays({"image": np.zeros((2, 4, 4, 3), np.uint8), "label": np.zeros(3)})


def test_items_loaded_in_several_goes_make_the_same_batches(monkeypatch):
    whole = take(noisy(bad=BAD).batches(10, seed=5), 26)
    for at_once in (4, 5):  # 4 goes across the ends of batches and epochs
        monkeypatch.setattr("kgan.data.source.source.AT_ONCE", at_once)
        source = noisy(bad=BAD)
        for one, other in zip(whole, take(source.batches(10, seed=5), 26), strict=True):
            np.testing.assert_array_equal(one["number"], other["number"])
            np.testing.assert_array_equal(one["draw"], other["draw"])
        for one, other in zip(whole[13:], take(source.batches(10, seed=5, start=13), 13), strict=True):
            np.testing.assert_array_equal(one["draw"], other["draw"])
        assert numbers(take(source.batches(10, training=False), 99)).tolist() == sorted(
            set(range(103)) - set(BAD)
        )


def test_an_item_has_the_draws_of_its_own_key():
    source = noisy(16)
    (batch,) = take(source.batches(16, seed=1, start=3), 1)
    keys = [fold(fold(1, "example"), 0, 3, number, 0) for number in batch["number"]]
    expected = [tf.random.stateless_uniform([], fold(key, "draw")) for key in keys]
    np.testing.assert_array_equal(batch["draw"], expected)
    for use, key in zip(("crop", "mirror"), fold_each(keys[0], "crop", "mirror"), strict=True):
        np.testing.assert_array_equal(key, fold(keys[0], use))


def test_M6_one_pass_shows_what_the_first_epoch_shows():
    def augment(example, key):
        return {"x": example["x"] + tf.random.stateless_uniform([], key)}

    source = Source.from_arrays({"x": np.arange(10, dtype="float32")}, augment=augment)
    epoch = np.sort(next(source.batches(10, seed=3).as_numpy_iterator())["x"])
    batches = [
        batch["x"] for batch in source.batches(4, seed=3, training=False, augmented=True).as_numpy_iterator()
    ]
    assert [len(batch) for batch in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(batches), epoch)
    assert (epoch % 1 > 0).all()


def test_a_split_says_whose_choice_it_is():
    arrays = {"x": np.arange(10.0)}
    own = Source.from_arrays(arrays, held_out=np.arange(10) >= 8)
    assert Split.of(own, 0.5).words == "the part that their owner held out"
    assert Split.of(own, 0.5).held_out.parts[0].rows["x"].tolist() == [8.0, 9.0]
    assert Split.of(Source.from_arrays(arrays), 0.2).words == "held out (20%), seed 0"
    assert Split.of(Source.from_arrays(arrays), 0).words == "those trained on"
    assert Split.of(own, 0).measured is own
