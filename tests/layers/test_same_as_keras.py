"""Layers, and an optimizer's step, that compute what Keras's do, only faster."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import layers
from kgan.backend.tensorflow import adam

XLA = pytest.mark.parametrize("xla", [False, True])


def images(*shape):
    return tf.constant(np.random.default_rng(0).normal(1.0, 2.0, shape).astype("float32"))


def run(layer, x, xla=False, **options):
    """Outputs; gradients of an uneven sum of their squares by input and weights; the weights afterwards."""
    if not layer.built:
        layer.build(x.shape)

    @tf.function(jit_compile=xla, autograph=False)
    def run_graph(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, **options)
            uneven = tf.reshape(tf.sin(tf.range(tf.size(y), dtype="int32") / 3), tf.shape(y))
            total = tf.reduce_sum(tf.square(y) * tf.cast(uneven, "float32"))
        return y, tape.gradient(total, [x, *[v.value for v in layer.trainable_variables]])

    y, gradients = run_graph(x)
    return [y, *gradients, *layer.get_weights()]


def check(ours, theirs, x, xla=False, **options):
    theirs.build(x.shape)
    ours.build(x.shape)
    weights = [np.random.default_rng(1).uniform(0.5, 1.5, v.shape) for v in theirs.get_weights()]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    for one, two in zip(run(ours, x, xla, **options), run(theirs, x, **options), strict=True):
        np.testing.assert_allclose(one, two, rtol=2e-5, atol=2e-5 * np.abs(two).max())


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 9, "padding": "same"},
        {"kernel_size": (7, 4), "padding": "valid"},
        {"kernel_size": (4, 3), "padding": "same", "use_bias": False, "activation": "tanh"},
        {"kernel_size": 5, "strides": 2, "padding": "same"},
        {"kernel_size": (1, 5), "padding": "same"},
    ],
)
def test_rowwise_convolution(options):
    check(layers.RowwiseConv2D(3, **options), keras.layers.Conv2D(3, **options), images(2, 11, 12, 4))


@pytest.mark.parametrize("scale", [2, 3])
def test_nearest_upsampling(scale):
    check(layers.NearestUpsampling(scale), keras.layers.UpSampling2D(scale), images(2, 5, 4, 3))


@XLA
@pytest.mark.parametrize("options", [{}, {"scale": False, "center": False, "synchronized": True}])
def test_batch_normalization_while_training(options, xla):
    ours, theirs = layers.BatchNormalization(**options), keras.layers.BatchNormalization(**options)
    check(ours, theirs, images(3, 5, 6, 4), xla, training=True)


def test_batch_normalization_of_vectors_and_in_inference():
    check(layers.BatchNormalization(), keras.layers.BatchNormalization(), images(6, 4), training=True)
    check(layers.BatchNormalization(), keras.layers.BatchNormalization(), images(3, 5, 6, 4), training=False)


def test_batch_normalization_does_not_cancel():
    x = 1000.0 + images(4, 8, 8, 2)
    layer = layers.BatchNormalization(epsilon=1e-5, synchronized=True)
    expected = (x - np.mean(x, (0, 1, 2))) / np.std(x, (0, 1, 2))
    np.testing.assert_allclose(layer(x, training=True), expected, atol=1e-3)


@XLA
@pytest.mark.parametrize("batch", [1, 2])
def test_instance_normalization(batch, xla):
    ours, theirs = layers.InstanceNormalization(), keras.layers.GroupNormalization(-1)
    check(ours, theirs, images(batch, 5, 6, 4), xla)


def test_instance_normalization_has_second_gradients():
    x, layer = images(1, 4, 4, 2), layers.InstanceNormalization(epsilon=1e-2)
    layer.build(x.shape)

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layer(x) ** 3)
        return tf.reduce_sum(tape.gradient(y, x) ** 2)

    with tf.GradientTape() as tape:
        tape.watch(x)
        value = slope(x)
    direction = images(1, 4, 4, 2)[:, ::-1]
    found = float(tf.reduce_sum(tape.gradient(value, x) * direction))
    numeric = float(slope(x + 1e-2 * direction) - slope(x - 1e-2 * direction)) / 2e-2
    assert found == pytest.approx(numeric, rel=2e-2)


def _apply_all(optimizer, variable, gradients, xla):
    step = tf.function(lambda gradient: optimizer.apply([gradient], [variable]), jit_compile=xla)
    for gradient in gradients:
        step(tf.constant(gradient))


@XLA
@pytest.mark.parametrize("kind", [keras.optimizers.Adam, keras.optimizers.AdamW])
def test_adam_in_one_operation(kind, xla):
    random = np.random.default_rng(0)
    start = random.normal(size=(7, 3)).astype("float32")
    gradients = random.normal(size=(6, 7, 3)).astype("float32")
    ends = []
    for fused in (False, True):
        variable, optimizer = keras.Variable(start), kind(1e-2, beta_1=0.5, clipnorm=2.0)
        optimizer.build([variable])
        if fused:
            adam.fuse(optimizer)
        _apply_all(optimizer, variable, gradients, xla and fused)
        assert int(optimizer.iterations) == 6
        ends.append([variable.numpy(), *[v.numpy() for v in optimizer.variables[2:]]])
    assert np.abs(ends[0][0] - start).max() > 0.02
    for one, two in zip(*ends):
        np.testing.assert_allclose(one, two, rtol=3e-5, atol=2e-6)


def test_other_optimizers_are_left_alone():
    for optimizer in (keras.optimizers.SGD(), keras.optimizers.Adam(amsgrad=True), keras.optimizers.Nadam()):
        adam.fuse(optimizer)
        assert "update_step" not in vars(optimizer)
