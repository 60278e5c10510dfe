"""Two replicas learn and show what one does, whatever the size of the last batch; no number is ever NaN."""

import keras
import numpy as np
import pytest

from kgan import GAN

RANDOM = np.random.default_rng(0)
POINTS = RANDOM.normal(size=(48, 2)).astype("float32")
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.02}}


def make(**settings):
    keras.utils.set_random_seed(1)
    generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(2)])
    discriminator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)]
    )
    model = GAN(generator, discriminator, latent_size=4)
    model.compile(
        **{
            "generator_optimizer": SGD,
            "discriminator_optimizer": SGD,
            "jit_compile": False,
            "metrics": [keras.metrics.MeanSquaredError(name="error")],
            **settings,
        }
    )
    return model


def same(pair, single, tolerance=2e-6):
    ours, theirs = (
        {name: value for name, value in model.state().items() if not name.startswith("mean|")}
        for model in (pair, single)
    )
    assert set(ours) == set(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, atol=tolerance, err_msg=name)


@pytest.mark.parametrize(
    ("samples", "settings"),
    [
        (32, {"penalty": "wgan-gp", "ema_half_life": 100.0}),
        pytest.param(33, {"loss": "relativistic-average"}, marks=pytest.mark.slow),
        pytest.param(35, {"penalty": "dragan", "ema_half_life": 100.0}, marks=pytest.mark.slow),
    ],
)
def test_K10_K11_fit_validation_and_evaluate_are_those_of_one_replica(two_replicas, samples, settings):
    data = POINTS[:samples]
    options = {"batch_size": 16, "shuffle": False, "verbose": 0, "validation_data": POINTS[: samples - 16]}
    single = make(**settings)
    expected = single.fit(data, **options).history
    with two_replicas.scope():
        pair = make(**settings)
    found = pair.fit(data, **options).history
    same(pair, single)
    assert all(np.all(np.isfinite(values)) for values in found.values())
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=2e-6, err_msg=name)
    again, once = (
        model.evaluate(data, batch_size=16, verbose=0, return_dict=True) for model in (pair, single)
    )
    for name, value in once.items():
        assert again[name] == pytest.approx(value, rel=1e-4, abs=2e-6), name


@pytest.mark.slow
def test_K11_several_turns_and_a_short_last_batch(two_replicas):
    settings = {"discriminator_steps": 2, "generator_batch": "fresh"}
    options = {"batch_size": 6, "shuffle": False, "verbose": 0}
    single = make(**settings)
    expected = single.fit(POINTS[:35], **options).history  # six batches, the last of five samples
    with two_replicas.scope():
        pair = make(**settings)
    found = pair.fit(POINTS[:35], **options).history
    same(pair, single)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=2e-6, err_msg=name)


@pytest.mark.slow
def test_K11_means_over_samples_that_are_unevenly_spread(two_replicas):
    import tensorflow as tf

    from kgan import backend

    parts = [np.array([[1.0], [2.0], [3.0]], "float32"), np.array([[10.0]], "float32")]

    def split(context):
        return tf.constant(parts[context.replica_id_in_sync_group])

    values = two_replicas.experimental_distribute_values_from_function(split)

    @tf.function
    def step(x):
        first, total = backend.place_in_batch(tf.shape(x)[0])
        return backend.global_mean(x), first, total

    means, firsts, totals = (
        two_replicas.experimental_local_results(value) for value in two_replicas.run(step, args=(values,))
    )
    assert [float(mean) for mean in means] == [4.0, 4.0]
    assert [int(first) for first in firsts] == [0, 3]
    assert [int(total) for total in totals] == [4, 4]


def test_K10_batches_by_themselves_are_predicted_once_and_trained_on_by_fit_alone(two_replicas):
    latent = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    with two_replicas.scope():
        model = make()
    found = model.predict_on_batch({"latent": latent})
    np.testing.assert_allclose(found, model.generator(latent), atol=1e-6)
    for work, instead in ((model.train_on_batch, "fit"), (model.test_on_batch, "evaluate")):
        with pytest.raises(ValueError, match=f"expected one device, .* found 2. Use {instead}"):
            work(POINTS[:4])


@pytest.mark.parametrize("count", [1, 3])
def test_K11_one_batch_of_fewer_samples_than_its_size(two_replicas, count):
    options = {"batch_size": 4, "verbose": 0}
    single = make(loss="relativistic-average")
    expected = single.fit(POINTS[:count], shuffle=False, **options).history
    with two_replicas.scope():
        pair = make(loss="relativistic-average")
    found = pair.fit(POINTS[:count], shuffle=False, **options).history
    same(pair, single)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("count", [1, 5])
def test_K11_predict_on_fewer_samples_than_replicas(two_replicas, count):
    from kgan import Pix2Pix
    from kgan.networks import patchgan, unet

    def build():
        keras.utils.set_random_seed(1)
        model = Pix2Pix(
            unet.generator((16, 16), 1, 1, width=2), patchgan.discriminator(1, 1, patch=1, width=2)
        )
        model.compile(jit_compile=False)
        return model

    images = RANDOM.uniform(-1, 1, (count, 16, 16, 1)).astype("float32")
    expected = build().predict({"source": images}, batch_size=4, verbose=0)
    with two_replicas.scope():
        pair = build()
    np.testing.assert_allclose(pair.predict({"source": images}, batch_size=4, verbose=0), expected, atol=1e-6)
