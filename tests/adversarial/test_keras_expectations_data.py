"""Keras's own expectations, one kind of data and one way to run after the other: the same steps, the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.adversarial import keras_table

BATCH = keras_table.BATCH


# Pairs come in every form that single pictures come in, and in that of two arrays.
CASES = [
    pytest.param(name, marks=[] if name == "Pix2Pix" else [pytest.mark.slow]) for name in keras_table.SCHEMES
]


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """(model without a graph to trace, its arrays, its state before training, its weights after two epochs)."""
    name = request.param
    model = keras_table.made(name, run_eagerly=True)
    arrays = keras_table.data(name)
    model.fit(arrays, batch_size=BATCH, verbose=0, shuffle=False)
    model.reset_metrics()
    start = model.state()
    model.fit(arrays, batch_size=BATCH, epochs=2, verbose=0, shuffle=False)
    return model, arrays, start, keras_table.weights(model)


class Batches(keras.utils.PyDataset):
    """Arrays as a PyDataset that counts."""

    def __init__(self, values, **options):
        super().__init__(**options)
        self.values, self.begun, self.ended, self.order = values, 0, 0, []

    def __len__(self):
        return len(keras.tree.flatten(self.values)[0]) // BATCH

    def __getitem__(self, index):
        self.order.append(index)
        return keras.tree.map_structure(lambda v: v[index * BATCH : (index + 1) * BATCH], self.values)

    def on_epoch_begin(self):
        self.begun += 1

    def on_epoch_end(self):
        self.ended += 1


def generator(values, epochs):
    for _ in range(epochs):
        batches = Batches(values)
        yield from (batches[index] for index in range(len(batches)))


def in_tuple(arrays):
    return tuple(arrays.values())


def bare(arrays):
    values = tuple(arrays.values())
    return values[0] if len(values) == 1 else values


KINDS = {
    "dict": lambda arrays: {"x": arrays},
    "arrays": lambda arrays: {"x": bare(arrays)},
    "x and y": lambda arrays: dict(zip("xy", in_tuple(arrays), strict=False)),
    "tensors": lambda arrays: {"x": {key: tf.constant(value) for key, value in arrays.items()}},
    "tf.data of dicts": lambda arrays: {"x": tf.data.Dataset.from_tensor_slices(arrays).batch(BATCH)},
    "tf.data of tuples": lambda arrays: {
        "x": tf.data.Dataset.from_tensor_slices(in_tuple(arrays)).batch(BATCH)
    },
    "tf.data of static shape": lambda arrays: {
        "x": tf.data.Dataset.from_tensor_slices(arrays).batch(BATCH, drop_remainder=True)
    },
    "tf.data without end": lambda arrays: {
        "x": tf.data.Dataset.from_tensor_slices(arrays).batch(BATCH).repeat(),
        "steps_per_epoch": "epoch",
    },
    "PyDataset": lambda arrays: {"x": Batches(arrays), "shuffle": False},
    "PyDataset of tuples": lambda arrays: {"x": Batches(in_tuple(arrays)), "shuffle": False},
    "PyDataset with two workers": lambda arrays: {"x": Batches(arrays, workers=2), "shuffle": False},
    "generator of dicts": lambda arrays: {"x": generator((arrays,), 2), "steps_per_epoch": "epoch"},
    "generator of tuples": lambda arrays: {"x": generator(in_tuple(arrays), 2), "steps_per_epoch": "epoch"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_gives_the_same_weights(case, kind):
    model, arrays, start, expected = case
    model.restore(start)
    given = KINDS[kind](arrays)
    if given.get("steps_per_epoch") == "epoch":
        given["steps_per_epoch"] = 4 // model.batches_per_step
    options = {"epochs": 2, "verbose": 0, **given}
    if not isinstance(given["x"], tf.data.Dataset | keras.utils.PyDataset) and hasattr(given["x"], "__len__"):
        options |= {"batch_size": BATCH, "shuffle": False}
    history = model.fit(**options).history
    assert len(history["loss"]) == 2
    keras_table.assert_same(expected, keras_table.weights(model))


VALIDATION = {
    "dict": lambda arrays: arrays,
    "tuple of a dict": lambda arrays: (arrays, None),
    "x and y": lambda arrays: in_tuple(arrays)[:2],
    "tf.data": lambda arrays: tf.data.Dataset.from_tensor_slices(arrays).batch(BATCH),
    "PyDataset": lambda arrays: Batches(arrays),
}


@pytest.mark.parametrize("kind", VALIDATION)
def test_every_kind_of_validation_data_gives_the_same_numbers(case, kind):
    model, arrays, start, _ = case
    model.restore(start)
    given = VALIDATION[kind](arrays)
    if kind == "x and y" and len(given) == 1:
        given = given[0]
    fit = {"batch_size": BATCH, "verbose": 0, "shuffle": False}
    history = model.fit(arrays, validation_data=given, **fit).history
    expected = model.evaluate(arrays, batch_size=BATCH, verbose=0, return_dict=True)
    for name, value in expected.items():
        np.testing.assert_allclose(history[f"val_{name}"], [value], rtol=1e-6, atol=1e-7)


def test_validation_split_keeps_the_last_part_out(case):
    model, arrays, start, _ = case
    model.restore(start)
    options = {"batch_size": BATCH, "verbose": 0, "shuffle": False}
    split = model.fit(arrays, validation_split=0.5, **options).history
    trained = keras_table.weights(model)
    model.restore(start)
    first = {key: value[:16] for key, value in arrays.items()}
    last = {key: value[16:] for key, value in arrays.items()}
    assert split == model.fit(first, validation_data=(last, None), **options).history
    keras_table.assert_same(trained, keras_table.weights(model))


def test_validation_only_every_second_epoch(case):
    model, arrays, start, _ = case
    model.restore(start)
    options = {"batch_size": BATCH, "verbose": 0, "validation_freq": 2, "validation_steps": 1}
    history = model.fit(arrays, epochs=2, validation_data=(arrays, None), **options).history
    assert (len(history["loss"]), len(history["val_loss"])) == (2, 1)


def test_K5_names_fit_values(case):
    model, arrays, *_ = case
    values = model.evaluate(arrays, batch_size=BATCH, verbose=0)
    named = model.evaluate(arrays, batch_size=BATCH, verbose=0, return_dict=True)
    assert dict(zip(model.metrics_names, values, strict=True)) == pytest.approx(named)
    assert model.metrics_names[0] == "loss"
    batch = {key: value[:BATCH] for key, value in arrays.items()}
    assert len(model.test_on_batch(batch)) == len(model.metrics_names)


def test_K4_loss_is_the_generator_sides_weighted_sum(case):
    model, arrays, *_ = case
    named = model.evaluate(arrays, batch_size=BATCH, verbose=0, return_dict=True)
    weight = {
        "Pix2Pix": {"l1": 100.0},
        "CycleGAN": {f"{term}_{of}": w for term, w in {"cycle": 10, "identity": 5}.items() for of in "ab"},
        "SRGAN": {"adversarial": 1e-3},
    }.get(type(model).__name__, {})
    if type(model).__name__ == "CycleGAN":
        weight |= {f"adversarial_{of}": model.loss_weights[f"generator/adversarial_{of}"] for of in "ab"}
    terms = {name.split("/")[1]: value for name, value in named.items() if name.startswith("generator/")}
    total = sum(weight.get(name, 1.0) * value for name, value in terms.items())
    assert named["loss"] == pytest.approx(total, rel=1e-5)


# The order of the data -----------------------------------------------------------------------------------


def order_of(model, *args, **options):
    """The order in which samples came by, read off their level (see `keras_table.data`), an epoch a row."""
    seen, generate = [], model.generate

    def watch(batch):
        first = next(iter(batch.values()))
        if hasattr(first, "numpy"):  # and not the symbolic batch before the first step
            seen.extend(np.asarray(first).mean(axis=(1, 2, 3)) + 0.5)
        return generate(batch)

    model.generate = watch
    try:
        epochs = 2
        model.fit(*args, epochs=epochs, verbose=0, **options)
    finally:
        del model.generate
    return np.round(np.reshape(seen, (epochs, -1)) * keras_table.COUNT).astype(int)


@pytest.mark.parametrize("kind", ["dict", "arrays", "x and y", "tensors"])
def test_K7_arrays_are_shuffled(case, kind):
    """Under a global seed, as here, Keras gives every epoch the same order; that is its affair."""
    model, arrays, *_ = case
    order = order_of(model, batch_size=BATCH, **KINDS[kind](arrays))
    for epoch in order:
        assert sorted(epoch) == list(range(keras_table.COUNT))
        assert list(epoch) != sorted(epoch)
    still = order_of(model, batch_size=BATCH, shuffle=False, **KINDS[kind](arrays))
    np.testing.assert_array_equal(still, [np.arange(keras_table.COUNT)] * 2)


def plain():
    """A model of Keras alone, to be held against."""
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


@pytest.mark.parametrize("workers", [1, 2])
def test_K7_a_pydataset_is_told_of_epochs_and_shuffled_as_keras_does(case, workers):
    model, arrays, *_ = case
    ours = Batches(arrays, workers=workers)
    order = order_of(model, ours)
    theirs = Batches((list(arrays.values())[-1], np.zeros(keras_table.COUNT)), workers=workers)
    plain().fit(theirs, epochs=2, verbose=0)
    assert (ours.begun, ours.ended) == (theirs.begun, theirs.ended)
    for epoch in order:
        assert sorted(epoch) == list(range(keras_table.COUNT))
    assert not all(list(epoch) == sorted(epoch) for epoch in order)


def test_a_dataset_keeps_its_order_without_a_word(case, recwarn):
    model, arrays, *_ = case
    order = order_of(model, tf.data.Dataset.from_tensor_slices(arrays).batch(BATCH))
    np.testing.assert_array_equal(order, [np.arange(keras_table.COUNT)] * 2)
    assert not [w for w in recwarn if "shuffle" in str(w.message)]
