"""Each private name of Keras and TensorFlow does what kgan takes it for; what breaks with a new version breaks here."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kgan.backend.tensorflow import keras_private as private


def network():
    image = keras.Input((4, 4, 1))
    x = keras.layers.Conv2D(2, 3, kernel_regularizer="l2")(image)
    x = keras.Sequential([keras.layers.Flatten(), keras.layers.Dropout(0.5, seed=1)])(x)
    return keras.Model(image, keras.layers.Dense(1)(x))


def test_output_spec_traces_and_moves_nothing():
    variable = keras.Variable(1.0)

    def fn(x):
        variable.assign_add(1.0)
        return ops.sum(x, axis=-1)

    found = private.output_spec(fn, keras.KerasTensor((None, 3)))
    assert (found.shape, float(variable)) == ((None,), 1.0)


def test_calls_set_the_mode_of_the_layers_in_it():
    dropout, ones = keras.layers.Dropout(0.5), np.ones((1, 100), "float32")
    with private.calls(object(), True):
        assert np.min(dropout(ones)) == 0
    with private.calls(object(), False):
        assert np.min(dropout(ones)) == 1
    assert np.min(dropout(ones)) == 1


def test_lent_values_nest_and_other_assignments_stay():
    lent, outer, other = (keras.Variable(v) for v in (1.0, 2.0, 3.0))
    with private.lent([(outer, ops.convert_to_tensor(20.0))]):
        with private.lent([(lent, ops.convert_to_tensor(10.0))]):
            assert float(lent.value + outer.value) == 30.0
            other.assign(5.0)
            lent.assign(7.0)
        assert float(lent.value) == 1.0
        assert float(other.value) == 5.0
    assert [float(v) for v in (lent, outer, other)] == [1.0, 2.0, 5.0]


def test_layers_variables_and_random_states():
    model = network()
    names = [type(layer).__name__ for layer in private.flat_layers(model)]
    assert {"Functional", "Conv2D", "Sequential", "Dropout", "Dense"} <= set(names)
    assert [private.is_convolution(layer) for layer in private.flat_layers(model)].count(True) == 1
    assert private.is_convolution(keras.layers.Conv2DTranspose(1, 3))
    assert len(private.random_states(model)) == 1
    dense = keras.layers.Dense(1)
    dense.build((None, 2))
    assert [v.name for v in private.own_variables(dense)] == ["kernel", "bias"]

    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = model

    assert any(layer is model for layer in private.own_layers(Holder()))


def test_added_losses_are_collected_and_forgotten():
    image = keras.Input((2,))
    model = keras.Model(image, keras.layers.Dense(2, activity_regularizer="l2")(image))
    private.forget_losses([model])
    with private.calls(object(), True):
        model(np.ones((1, 2), "float32"))
        model(np.ones((1, 2), "float32"))
        assert len(private.added_losses([model])) == 2
        private.forget_losses([model])
        assert private.added_losses([model]) == []

    def count(x):
        private.forget_losses([model])
        model(x)
        return ops.ones((len(private.added_losses([model])), 1))

    assert private.output_spec(count, keras.KerasTensor((3, 2))).shape[0] == 1


def test_run_graph_calls_each_layer_our_way():
    model, seen = network(), []

    def call(layer, *inputs, **options):
        seen.append(type(layer).__name__)
        return layer(*inputs, **options)

    image = np.ones((1, 4, 4, 1), "float32")
    np.testing.assert_allclose(private.run_graph(model, image, call), model(image), atol=1e-6)
    assert "Dense" in seen


def test_optimizers_parts():
    variable = keras.Variable(np.ones(3, "float32"))
    adam = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5))
    assert private.built_for(adam) == []
    adam.build([variable])
    assert private.built_for(adam)[0] is variable
    adam.apply([ops.ones(3)], [variable])
    momentum, velocity = private.adam_slots(adam, variable)
    np.testing.assert_allclose(momentum, 0.1 * np.ones(3), rtol=1e-5)
    np.testing.assert_allclose(velocity, 0.001 * np.ones(3), rtol=1e-4)
    assert private.made_in(adam) is tf.distribute.get_strategy()
    private.set_schedule(adam, keras.optimizers.schedules.ExponentialDecay(0.4, 1, 0.5))
    assert private.schedule_of(adam).initial_learning_rate == 0.4


def test_data_adapters_and_specs():
    x, y = np.zeros((10, 2), "float32"), np.zeros((10,), "int32")
    adapter = private.adapter_of(x, y, batch_size=4, shuffle=True)
    assert adapter.num_batches == 3
    (train, _), (held, _) = private.split_for_validation((x, y), 0.2)
    assert (len(train), len(held)) == (8, 2)
    spec = private.step_spec(data_batch=(x, y))
    assert (spec[0].shape, spec[1].dtype) == ((10, 2), "int32")
    assert len(private.arrays_of(x, y)) == 1
    assert private.arrays_of(tf.data.Dataset.from_tensors(x), None) == []
    assert private.arrays_of(iter([x]), None) == []


def test_before_the_first_step_the_batch_is_known(two_replicas):
    told = []

    class Model(private.BeforeFirstStep, keras.Sequential):
        def before_first_step(self, spec):
            told.append(spec[0].shape)

    for scope in (tf.distribute.get_strategy().scope, two_replicas.scope):
        with scope():
            model = Model([keras.Input((2,)), keras.layers.Dense(1)])
            model.compile("sgd", "mse")
        model.fit(np.zeros((8, 2)), np.zeros((8, 1)), batch_size=4, verbose=0)
    assert told == [(4, 2), (2, 2)]  # a replica's share


def test_multi_worker_is_known():
    assert not private.is_multi_worker(tf.distribute.get_strategy())
