"""Each objective against NumPy float64, value and gradient, over random inputs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import objectives

RNG = np.random.default_rng(0)
SHAPE = (2, 4, 5, 3)


def image(*shape):
    return RNG.uniform(-1, 1, size=shape or SHAPE)


MASK = (RNG.random((2, 4, 5, 1)) > 0.5).astype("float64")


def masked(error):
    return np.mean([error[i][MASK[i, ..., 0] > 0].mean() for i in range(len(error))])


def slopes(x):
    return np.diff(x, axis=1), np.diff(x, axis=2)


FORMULAS = {
    "l1": (objectives.l1, lambda t, p: np.abs(t - p).mean()),
    "l2": (objectives.l2, lambda t, p: ((t - p) ** 2).mean()),
    "masked l1": (lambda t, p: objectives.l1(t, p, mask=MASK), lambda t, p: masked(np.abs(t - p))),
    "masked l2": (lambda t, p: objectives.l2(t, p, MASK), lambda t, p: masked((t - p) ** 2)),
    "charbonnier": (objectives.charbonnier, lambda t, p: np.hypot(t - p, 1e-3).mean()),
    "cycle": (objectives.cycle, lambda t, p: np.abs(t - p).mean()),
    "identity": (objectives.identity, lambda t, p: np.abs(t - p).mean()),
    "gradient difference": (
        objectives.gradient_difference,
        lambda t, p: sum(
            np.abs(np.abs(a) - np.abs(b)).mean() for a, b in zip(slopes(t), slopes(p), strict=True)
        ),
    ),
    "gradient difference, squared": (
        lambda t, p: objectives.gradient_difference(t, p, alpha=2),
        lambda t, p: sum(
            ((np.abs(a) - np.abs(b)) ** 2).mean() for a, b in zip(slopes(t), slopes(p), strict=True)
        ),
    ),
    "total variation": (
        lambda t, p: objectives.total_variation(p),
        lambda t, p: sum(np.abs(a).mean() for a in slopes(p)),
    ),
    "feature matching": (
        lambda t, p: objectives.feature_matching([t, [t[..., :1]]], [p, [p[..., :1]]]),
        lambda t, p: (np.abs(t - p).mean() + np.abs(t - p)[..., :1].mean()) / 2,
    ),
    "mean feature matching": (
        objectives.mean_feature_matching,
        lambda t, p: ((t.mean(0) - p.mean(0)) ** 2).sum(),
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_value_and_gradient_equal_numpy(name):
    function, formula = FORMULAS[name]
    target, prediction = image(), image()
    with tf.GradientTape() as tape:
        x = tf.constant(prediction, "float32")
        tape.watch(x)
        value = function(tf.constant(target, "float32"), x)
    assert value.dtype == "float32"
    assert value.shape == ()
    assert float(value) == pytest.approx(formula(target, prediction), rel=1e-5)
    numeric = np.zeros(SHAPE)
    for index in np.ndindex(SHAPE):
        step = np.zeros(SHAPE)
        step[index] = 1e-6
        numeric[index] = (formula(target, prediction + step) - formula(target, prediction - step)) / 2e-6
    np.testing.assert_allclose(tape.gradient(value, x), numeric, rtol=1e-3, atol=1e-6)


def test_a_sample_with_an_empty_mask_counts_nothing():
    mask = np.zeros((2, 4, 5, 1))
    mask[1, 0, 0] = 1
    target, prediction = image(), image()
    expected = np.abs(target - prediction)[1, 0, 0].mean() / 2
    assert float(objectives.l1(target, prediction, mask)) == pytest.approx(expected, rel=1e-5)


def test_half_precision_in_float32_out():
    target, prediction = (tf.constant(np.full((1, 64, 64, 3), v), "float16") for v in (0.0, 200.0))
    assert float(objectives.l2(target, prediction)) == pytest.approx(40000.0)  # above float16 when summed


@pytest.mark.parametrize("matching", [objectives.feature_matching, objectives.mean_feature_matching])
def test_real_features_are_constants(matching):
    real = tf.constant(image(), "float32")
    with tf.GradientTape() as tape:
        tape.watch(real)
        value = matching([real], [2 * tf.stop_gradient(real)])
    assert tape.gradient(value, real) is None


def test_shapes_are_not_broadcast():
    for function in (objectives.l1, objectives.l2, objectives.charbonnier, objectives.gradient_difference):
        with pytest.raises(ValueError, match="not broadcast"):
            function(np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4, 1)))
    with pytest.raises(ValueError, match="received 2 and 1"):
        objectives.feature_matching([np.zeros(2), np.zeros(2)], [np.zeros(2)])


def small_network(channels=3):
    inputs = keras.Input((None, None, channels))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="one")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    return keras.Model(inputs, keras.layers.Conv2D(2, 3, activation="relu", name="two")(x))


def correlate(x, layer):
    kernel, bias = (w.numpy().astype("float64") for w in layer.weights)
    patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    return np.einsum("bhwcij,ijcf->bhwf", patches, kernel) + bias


@pytest.mark.parametrize("before", [True, False])
def test_perceptual_equals_numpy_before_and_after_activation(before):
    network = small_network()
    target, prediction = image(2, 8, 7, 3), image(2, 8, 7, 3)

    def features(x):
        one = correlate(x, network.get_layer("one"))
        rectified = np.maximum(one, 0)
        two = correlate(rectified / np.sqrt(1 + 1e-3), network.get_layer("two"))
        return (one, two) if before else (rectified, np.maximum(two, 0))

    pairs = list(zip(features(target), features(prediction), strict=True))
    loss = objectives.Perceptual(network, {"two": 0.5, "one": 2.0}, "l2", before_activation=before)
    expected = (
        2.0 * ((pairs[0][0] - pairs[0][1]) ** 2).mean() + 0.5 * ((pairs[1][0] - pairs[1][1]) ** 2).mean()
    )
    assert float(loss(target, prediction)) == pytest.approx(expected, rel=1e-4)


def test_perceptual_is_frozen_and_passes_gradients_to_the_prediction_only():
    network = small_network()
    loss = objectives.Perceptual(network, ["two"])
    assert loss.trainable_variables == []
    assert len(network.trainable_variables) == 6  # the network given is as it was
    before = [w.numpy() for w in loss.weights]
    target, prediction = (tf.constant(image(2, 8, 8, 3), "float32") for _ in range(2))
    with tf.GradientTape() as tape:
        tape.watch([target, prediction])
        value = loss(target, prediction)
    to_target, to_prediction = tape.gradient(value, [target, prediction])
    assert to_target is None
    assert np.abs(to_prediction).max() > 0
    for one, two in zip(before, loss.weights, strict=True):
        np.testing.assert_array_equal(one, two.numpy())
    assert float(loss(target, target)) == 0.0


@pytest.mark.parametrize("preprocessing", ["caffe", "torch"])
def test_preprocessing_is_that_of_keras_applications(preprocessing):
    keras.utils.set_random_seed(0)
    network = small_network()
    target, prediction = image(1, 6, 6, 3), image(1, 6, 6, 3)
    loss = objectives.Perceptual(network, ["one"], preprocessing=preprocessing)
    one = network.get_layer("one")
    ready = [
        keras.applications.imagenet_utils.preprocess_input(
            ((x + 1) * 127.5).astype("float32"), data_format="channels_last", mode=preprocessing
        ).astype("float64")
        for x in (target, prediction)
    ]
    expected = np.abs(correlate(ready[0], one) - correlate(ready[1], one)).mean()
    assert float(loss(target, prediction)) == pytest.approx(expected, rel=1e-4)


def test_perceptual_saves_its_network_and_takes_grey_images(tmp_path):
    a, b = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    loss = objectives.Perceptual(small_network(), {"one": 2.0}, preprocessing="torch")
    model = keras.Model([a, b], loss(a, b))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x, y = image(2, 8, 8, 1), image(2, 8, 8, 1)
    assert float(again([x, y])) == float(model([x, y])) > 0
    compiled = tf.function(model, jit_compile=True)
    assert float(compiled([tf.constant(x), tf.constant(y)])) == pytest.approx(float(model([x, y])), rel=1e-5)
    config = again.layers[-1].get_config()
    assert config["layers"] == {"one": 2.0}
    assert config["preprocessing"] == "torch"


def test_perceptual_errors_are_one_line():
    network = small_network()
    for make, words in (
        (lambda: objectives.Perceptual(network, ["three"]), r"among .*one, norm, two; received \['three'\]"),
        (
            lambda: objectives.Perceptual(network, ["one"], "l3"),
            "Unknown criterion 'l3': expected one of 'l1', 'l2', 'direction'",
        ),
        (lambda: objectives.Perceptual(network, ["one"], preprocessing="vgg"), "Unknown preprocessing 'vgg'"),
        (lambda: objectives.Perceptual(keras.layers.Dense(2), ["one"]), "functional keras.Model"),
    ):
        with pytest.raises(ValueError, match=words) as caught:
            make()
        assert "\n" not in str(caught.value)


def test_direction_is_twice_one_minus_the_cosine():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 4, 5, 6)).astype("float32")
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    np.testing.assert_allclose(objectives.direction(a, 7 * b), (2 - 2 * cosine).mean((1, 2)), rtol=1e-5)
    network = small_network()
    images = rng.uniform(-1, 1, (2, 2, 8, 8, 3)).astype("float32")
    loss = objectives.Perceptual(network, ["two"], "direction", before_activation=False)
    one, two = (keras.Model(network.input, network.get_layer("two").output)(x) for x in images)
    np.testing.assert_allclose(loss(*images), np.mean(objectives.direction(one, two)), rtol=1e-5)
