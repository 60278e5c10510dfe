"""Keras's own expectations, one way to run after the other: eagerly, as a graph, with XLA, on two replicas.

In float64: a CycleGAN's weights are 1.7e-5 apart in float32 after eight steps on one replica and on two, by rounding.
"""

import keras
import numpy as np
import pytest

from tests.adversarial import keras_table
from tests.double_precision import double_precision

# Minutes; the callbacks' and the data's tables are in the quick suite.
pytestmark = pytest.mark.slow

BATCH = keras_table.BATCH
MODES = {
    "graph": {},
    "several steps an execution": {"steps_per_execution": 2},
    "more steps an execution than an epoch has": {"steps_per_execution": 7},
    "XLA": {"jit_compile": True},
    "automatic": {"jit_compile": "auto"},
}
# What is compiled takes seconds a scheme: the rest of the table is for `pytest -m slow`.
QUICK = {
    *((name, "graph") for name in keras_table.SCHEMES),
    *(("GAN", mode) for mode in MODES),
    ("WGANGP", "several steps an execution"),
    ("WGANGP", "XLA"),
}


@pytest.fixture(autouse=True)
def in_float64(same_seed):
    with double_precision():
        yield


def fitted(model, arrays):
    options = {"batch_size": BATCH, "verbose": 0, "shuffle": False}
    history = model.fit(arrays, epochs=2, validation_data=(arrays, None), **options).history
    return history, keras_table.weights(model)


@pytest.fixture(scope="module")
def eager():
    """What each scheme does step by step, without a graph; found once."""
    found = {}

    def of(name):
        if name not in found:
            found[name] = fitted(keras_table.made(name, run_eagerly=True), keras_table.data(name))
        return found[name]

    return of


def table():
    for name in keras_table.SCHEMES:
        for mode in MODES:
            yield pytest.param(name, mode, marks=[] if (name, mode) in QUICK else [pytest.mark.slow])


@pytest.mark.parametrize(("name", "mode"), list(table()))
def test_every_mode_ends_where_the_eager_one_does(eager, name, mode):
    expected, expected_weights = eager(name)
    model = keras_table.made(name, **MODES[mode])
    history, weights = fitted(model, keras_table.data(name))
    assert set(history) == set(expected)
    for term, values in expected.items():
        np.testing.assert_allclose(history[term], values, rtol=1e-9, atol=1e-9)
    keras_table.assert_same(expected_weights, weights, 1e-9)


@pytest.mark.parametrize("name", keras_table.CASES)
def test_two_replicas_end_where_one_does(eager, name, two_replicas):
    expected, expected_weights = eager(name)
    with two_replicas.scope():
        model = keras_table.made(name)
    history, weights = fitted(model, keras_table.data(name))
    for term, values in expected.items():
        np.testing.assert_allclose(history[term], values, rtol=1e-9, atol=1e-9)
    keras_table.assert_same(expected_weights, weights, 1e-9)
    assert model.optimizer.iterations.numpy() == 2 * 4 // model.batches_per_step


@pytest.mark.parametrize("name", list(keras_table.SCHEMES))
def test_K2_summary_counts_every_weight_once(name):
    model = keras_table.made(name)
    lines = []
    model.summary(print_fn=lambda line, **options: lines.append(line))
    text = "\n".join(lines)
    trainable = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert f"Trainable params: {trainable:,}" in text
    # SGD keeps a count and a rate for each side.
    assert "Optimizer params: 4" in text


@pytest.mark.parametrize("name", list(keras_table.SCHEMES))
def test_K5_a_rate_that_is_set_moves_both_sides(name):
    model = keras_table.made(name)
    model.optimizer.learning_rate = 0.05
    assert float(model.generator_optimizer.learning_rate) == pytest.approx(0.05)
    assert float(model.discriminator_optimizer.learning_rate) == pytest.approx(0.05)


@pytest.mark.parametrize("name", list(keras_table.SCHEMES))
def test_train_and_test_on_batch(name):
    model = keras_table.made(name, discriminator_steps=1, run_eagerly=True)
    batch = {key: value[:BATCH] for key, value in keras_table.data(name).items()}
    first = model.train_on_batch(batch, return_dict=True)
    assert np.isfinite(first["loss"])
    assert set(model.test_on_batch(batch, return_dict=True)) <= set(first)


@pytest.mark.parametrize("name", list(keras_table.SCHEMES))
def test_predict_takes_what_keras_takes(name):
    import tensorflow as tf

    model = keras_table.made(name, run_eagerly=True)
    arrays = (
        {"latent": np.ones((16, 4), "float32")} if name in ("GAN", "WGANGP") else keras_table.data(name, 16)
    )
    key = next(iter(arrays))
    expected = model.predict({key: arrays[key]}, verbose=0)
    assert expected.shape[0] == 16
    for given in (
        arrays[key],
        tf.constant(arrays[key]),
        tf.data.Dataset.from_tensor_slices(arrays[key]).batch(8),
        tf.data.Dataset.from_tensor_slices({key: arrays[key]}).batch(8),
        ((arrays[key][i : i + 8],) for i in (0, 8)),
    ):
        np.testing.assert_allclose(model.predict(given, verbose=0), expected, atol=1e-6)
    np.testing.assert_allclose(model.predict_on_batch(arrays[key]), expected, atol=1e-6)


@pytest.mark.parametrize("name", list(keras_table.SCHEMES))
def test_config_round_trip(name):
    model = keras_table.made(name)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(model))
    assert type(twin) is type(model)
    assert [v.shape for v in twin.weights] == [v.shape for v in model.weights]
    assert float(twin.optimizer.learning_rate) == pytest.approx(0.1)
