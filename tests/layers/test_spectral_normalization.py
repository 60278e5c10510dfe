"""Miyato's algorithm: sigma beside NumPy's SVD, the gradient beside central differences, W bit-equal."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers.spectral_normalization import SpectralNormalization

RNG = np.random.default_rng(0)


def image(*shape):
    return RNG.normal(size=shape).astype("float32")


# layer, an input of it, the axis of W that holds output channels
CASES = {
    "dense": (lambda: keras.layers.Dense(7), image(3, 5), -1),
    "conv1d": (lambda: keras.layers.Conv1D(6, 3), image(2, 8, 4), -1),
    "conv2d": (lambda: keras.layers.Conv2D(6, 3, strides=2, padding="same"), image(2, 8, 8, 3), -1),
    "conv3d": (lambda: keras.layers.Conv3D(4, 3), image(1, 5, 5, 5, 2), -1),
    "transpose": (
        lambda: keras.layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
        image(2, 4, 4, 6),
        -2,
    ),
    "embedding": (lambda: keras.layers.Embedding(9, 5), np.array([[1, 2], [8, 0]], "int32"), -1),
}


def make(case, **options):
    keras.utils.set_random_seed(1)
    factory, inputs, axis = CASES[case]
    layer = SpectralNormalization(factory(), **options)
    layer(inputs)
    return layer, inputs, axis


def kernel_of(layer):
    return layer.layer.embeddings if isinstance(layer.layer, keras.layers.Embedding) else layer.layer.kernel


def svd(layer, axis):
    kernel = np.moveaxis(kernel_of(layer).numpy().astype("float64"), axis, 0)
    return np.linalg.svd(kernel.reshape(len(kernel), -1), compute_uv=False)[0]


@pytest.mark.parametrize("case", CASES)
def test_sigma_reaches_the_svd_and_the_output_is_the_layers_with_w_over_sigma(case):
    layer, inputs, axis = make(case, warm_up=1)
    for _ in range(100):
        layer.before_update()
    sigma = float(layer.sigma())
    assert sigma == pytest.approx(svd(layer, axis), rel=0.01)
    plain = CASES[case][0]()
    plain.build(inputs.shape)
    plain.set_weights([kernel_of(layer).numpy() / sigma, *[w.numpy() for w in layer.layer.weights[1:]]])
    np.testing.assert_allclose(layer(inputs, training=True), plain(inputs), rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(inputs.shape) == plain.compute_output_shape(inputs.shape)


def test_one_update_is_one_power_iteration():
    layer, _, _ = make("dense")
    w = layer.layer.kernel.numpy().T.astype("float64")
    u = layer.u.numpy().astype("float64")
    v = w.T @ u / np.linalg.norm(w.T @ u)
    u = w @ v / np.linalg.norm(w @ v)
    layer.before_update()
    np.testing.assert_allclose(layer.u, u, atol=1e-6)
    np.testing.assert_allclose(layer.v, v, atol=1e-6)
    twice, _, _ = make("dense", power_iterations=2)
    once, _, _ = make("dense")
    twice.before_update()
    once.before_update()
    once.before_update()
    np.testing.assert_array_equal(twice.u, once.u)


@pytest.mark.parametrize("case", CASES)
def test_a_forward_pass_leaves_everything_bit_equal(case):
    layer, inputs, _ = make(case)
    before = [variable.numpy() for variable in layer.variables]
    for training in (True, False):
        layer(inputs, training=training)
        tf.function(layer)(tf.constant(inputs), training=training)
    for variable, value in zip(layer.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_orthogonal_to_w(case):
    layer, inputs, _ = make(case)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(layer(inputs, training=True)))
    kernel = kernel_of(layer)
    gradient = tf.convert_to_tensor(tape.gradient(loss, kernel.value)).numpy().astype("float64")
    weight = kernel.numpy().astype("float64")
    cosine = (gradient * weight).sum() / np.linalg.norm(gradient) / np.linalg.norm(weight)
    assert np.linalg.norm(gradient) > 1e-3
    assert abs(cosine) < 1e-5


def test_the_gradient_equals_central_differences_with_u_and_v_held():
    layer, inputs, _ = make("dense")
    target = RNG.normal(size=(3, 7))
    u, v = layer.u.numpy().astype("float64"), layer.v.numpy().astype("float64")
    weight = layer.layer.kernel.numpy().astype("float64")

    def loss(w):
        return np.sum((inputs @ (w / (v @ w @ u)) - target) ** 2)

    with tf.GradientTape() as tape:
        value = tf.reduce_sum((layer(inputs, training=True) - target) ** 2)
    gradient = tape.gradient(value, layer.layer.kernel.value).numpy()
    numeric = np.zeros_like(weight)
    for index in np.ndindex(weight.shape):
        step = np.zeros_like(weight)
        step[index] = 1e-6
        numeric[index] = (loss(weight + step) - loss(weight - step)) / 2e-6
    assert float(value) == pytest.approx(loss(weight), rel=1e-5)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-3, atol=1e-3)


def test_sigma_follows_while_the_weights_are_trained():
    keras.utils.set_random_seed(0)
    layer = SpectralNormalization(keras.layers.Dense(16))
    head = keras.layers.Dense(1)
    x, y = image(64, 12), image(64, 1)
    head(layer(x))
    optimizer = keras.optimizers.Adam(0.002)
    variables = layer.trainable_variables + head.trainable_variables
    for _ in range(100):
        layer.before_update()
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((head(tf.tanh(layer(x, training=True))) - y) ** 2)
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
    assert float(layer.sigma()) == pytest.approx(svd(layer, -1), rel=0.05)


def network(dtype=None):
    keras.utils.set_random_seed(2)
    inputs = keras.Input((8, 8, 3))
    x = SpectralNormalization(keras.layers.Conv2D(4, 3, strides=2, padding="same", dtype=dtype))(inputs)
    x = keras.layers.Flatten()(keras.layers.LeakyReLU(0.2)(x))
    return keras.Model(inputs, SpectralNormalization(keras.layers.Dense(1, dtype=dtype), name="last")(x))


def test_functional_model_saves_and_loads(tmp_path):
    model, x = network(), image(2, 8, 8, 3)
    model.get_layer("last").before_update()
    model.get_layer("last").layer.kernel.assign(model.get_layer("last").layer.kernel * 1.5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(x), model(x))
    for one, two in zip(model.variables, again.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    assert again.get_layer("last").layer.units == 1
    assert len(model.non_trainable_variables) == 4  # u and v of two layers
    assert {v.aggregation for v in model.non_trainable_variables} == {"mean"}


def test_xla_and_its_second_order_gradient_agree_with_eager():
    model, x = network(), tf.constant(image(2, 8, 8, 3))

    def penalty(x):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                logits = tf.reduce_sum(model(x, training=True))
            value = tf.reduce_sum(inner.gradient(logits, x) ** 2)
        return value, outer.gradient(
            value, [v.value for v in model.trainable_variables if "kernel" in v.name]
        )

    compiled = tf.function(penalty, jit_compile=True)(x)
    for one, two in zip(tf.nest.flatten(compiled), tf.nest.flatten(penalty(x)), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-6)

    @tf.function(jit_compile=True)
    def update():
        for layer in model._flatten_layers():
            if hasattr(layer, "before_update"):
                layer.before_update()

    before = model.get_layer("last").u.numpy()
    kernel = model.get_layer("last").layer.kernel.numpy()
    model.get_layer("last").layer.kernel.assign(kernel[::-1])
    update()
    assert model.get_layer("last").u.shape == before.shape


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "xla"])
def test_an_outer_scope_that_replaces_weights_is_honoured(compiled):
    model, x = network(), tf.constant(image(2, 8, 8, 3))
    other = network()
    for one in other.trainable_variables:
        one.assign(np.random.default_rng(one.shape[0]).normal(size=one.shape))
    for one, two in zip(other.non_trainable_variables, model.non_trainable_variables, strict=True):
        one.assign(two)

    def averaged(x):
        pairs = zip(model.trainable_variables, [v.value for v in other.trainable_variables], strict=True)
        with keras.StatelessScope(state_mapping=list(pairs)):
            return model(x)

    function = tf.function(averaged, jit_compile=True) if compiled else averaged
    np.testing.assert_allclose(function(x), other(x), rtol=1e-4, atol=1e-5)
    assert np.abs(model(x) - other(x)).max() > 1e-2


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(dtype):
    model, x = network(dtype), image(2, 8, 8, 3)
    full = network()
    full.set_weights(model.get_weights())
    logits = model(x, training=True)
    assert logits.dtype == dtype.removeprefix("mixed_")
    np.testing.assert_allclose(tf.cast(logits, "float32"), full(x), atol=0.03)
    model.get_layer("last").before_update()
    assert model.get_layer("last").u.dtype == "float32"
    assert model.get_layer("last").layer.kernel.dtype == "float32"


def test_the_config_keeps_its_arguments():
    layer = SpectralNormalization(
        keras.layers.Dense(3), power_iterations=2, warm_up=4, seed=7, name="wrapped"
    )
    again = SpectralNormalization.from_config(layer.get_config())
    assert (again.power_iterations, again.warm_up, again.seed, again.name) == (2, 4, 7, "wrapped")
    assert again.layer.units == 3


def test_two_replicas_keep_the_same_vectors():
    devices = tf.config.list_logical_devices("CPU")
    if len(devices) < 2:
        pytest.skip("one logical CPU device in this process")
    strategy = tf.distribute.MirroredStrategy([d.name for d in devices[:2]])
    with strategy.scope():
        model = network()
    single = network()
    layer = model.get_layer("last")

    @tf.function
    def step():
        strategy.run(layer.before_update)

    step()
    single.get_layer("last").before_update()
    for value in strategy.experimental_local_results(layer.u.value):
        np.testing.assert_allclose(value, single.get_layer("last").u, atol=1e-6)


def test_zero_weights_give_zero_not_nan():
    layer = SpectralNormalization(keras.layers.Dense(3, kernel_initializer="zeros"))
    np.testing.assert_array_equal(layer(image(2, 4)), np.zeros((2, 3)))
    layer.before_update()
    np.testing.assert_array_equal(layer(image(2, 4)), np.zeros((2, 3)))


def test_errors_name_what_is_wrong():
    with pytest.raises(ValueError, match="received ReLU 'act'; leave it out"):
        SpectralNormalization(keras.layers.ReLU(name="act"))(image(2, 4))
    with pytest.raises(ValueError, match="received 0 and 15"):
        SpectralNormalization(keras.layers.Dense(2), power_iterations=0)
