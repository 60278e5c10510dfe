"""Each layer against the same thing written with loops in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan import layers

RNG = np.random.default_rng(0)


def image(*shape):
    return RNG.normal(size=shape).astype("float32")


def test_pixel_shuffle_puts_each_channel_where_the_formula_says():
    x = image(2, 3, 5, 2 * 9)
    y = layers.PixelShuffle(3)(x).numpy()
    for row in range(9):
        for column in range(15):
            i, j = row % 3, column % 3
            first = (i * 3 + j) * 2
            np.testing.assert_array_equal(y[:, row, column], x[:, row // 3, column // 3, first : first + 2])
    np.testing.assert_array_equal(y, tf.nn.depth_to_space(x, 3))
    with pytest.raises(ValueError, match="multiple of 4 channels, received 6; give"):
        layers.PixelShuffle(2)(image(1, 2, 2, 6))


@pytest.mark.parametrize(("scale", "height", "width"), [(4, 5, 7), (2, 1, 6), (3, 2, 1)])
def test_bicubic_upsampling_is_a_weighted_mean_of_what_lies_around(scale, height, width):
    def cubic(x):
        x = abs(x)
        if x < 1:
            return 1.5 * x**3 - 2.5 * x**2 + 1
        return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0

    x = image(2, height, width, 2)
    y = layers.BicubicUpsampling2D(scale)(x).numpy()
    assert y.shape == (2, height * scale, width * scale, 2)
    for row in range(height * scale):
        for column in range(width * scale):
            weights = np.zeros((height, width))
            for i in range(height):
                for j in range(width):
                    down, across = (row + 0.5) / scale - 0.5 - i, (column + 0.5) / scale - 0.5 - j
                    weights[i, j] = cubic(down) * cubic(across)
            expected = np.einsum("bijc,ij->bc", x, weights / weights.sum())
            np.testing.assert_allclose(y[:, row, column], expected, atol=1e-5)


def test_bicubic_upsampling_is_what_pillow_does_but_for_its_rounding():
    smooth = np.clip(np.cumsum(image(9, 8, 3), axis=0) * 8 + 128, 40, 215).round().astype("uint8")
    made = layers.BicubicUpsampling2D(4)(smooth[None].astype("float32")).numpy()[0]
    pillow = np.asarray(Image.fromarray(smooth).resize((32, 36), Image.Resampling.BICUBIC), "float32")
    assert np.abs(made - pillow).max() < 1.1


def test_minibatch_standard_deviation_by_group_and_slice():
    x = image(6, 4, 3, 4)
    y = layers.MinibatchStandardDeviation(3, features=2)(x).numpy()
    np.testing.assert_array_equal(y[..., :4], x)
    for sample in range(6):
        group = x[sample % 2 :: 2].astype("float64")  # samples i and i + batch / group_size, ...
        for which in range(2):
            expected = group[..., 2 * which : 2 * which + 2].std(axis=0).mean()
            np.testing.assert_allclose(y[sample, ..., 4 + which], expected, rtol=1e-5)


@pytest.mark.parametrize("batch", [1, 5])
def test_minibatch_standard_deviation_of_a_batch_that_is_no_multiple(batch):
    x = image(batch, 2, 2, 3)
    y = layers.MinibatchStandardDeviation(4)(x).numpy()
    np.testing.assert_allclose(y[..., 3], x.astype("float64").std(axis=0).mean(), atol=1.1e-4)


def test_minibatch_standard_deviation_of_equal_samples_has_a_finite_gradient():
    x = tf.ones((4, 2, 2, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(layers.MinibatchStandardDeviation(4)(x))
    assert np.isfinite(tape.gradient(y, x)).all()


def test_reflection_padding_equals_numpy():
    x = image(2, 5, 4, 3)
    for padding, numpy_padding in (
        (2, (2, 2, 2, 2)),
        ((1, 3), (1, 1, 3, 3)),
        (((0, 4), (1, 2)), (0, 4, 1, 2)),
    ):
        top, bottom, left, right = numpy_padding
        expected = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), mode="reflect")
        np.testing.assert_array_equal(layers.ReflectionPadding2D(padding)(x), expected)
    with pytest.raises(ValueError, match="expected a width above that, received 4"):
        layers.ReflectionPadding2D((1, 4))(x)
    with pytest.raises(ValueError, match="received -1"):
        layers.ReflectionPadding2D(-1)


def test_reflection_padding_has_a_gradient_with_xla():
    x = tf.constant(image(1, 4, 4, 1))

    @tf.function(jit_compile=True)
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layers.ReflectionPadding2D(1)(x))
        return tape.gradient(y, x)

    counts = np.array([[1, 2, 2, 1]]) * np.array([[1, 2, 2, 1]]).T  # second from a border is seen twice
    np.testing.assert_array_equal(gradient(x)[0, ..., 0], counts)


def test_channelwise_dense_is_one_matrix_per_channel():
    layer = layers.ChannelwiseDense()
    x = image(2, 3, 4, 5)
    layer(x)
    layer.bias.assign(image(12, 5))
    y = layer(x).numpy()
    for channel in range(5):
        expected = (
            x[..., channel].reshape(2, 12) @ layer.kernel.numpy()[channel] + layer.bias.numpy()[:, channel]
        )
        np.testing.assert_allclose(y[..., channel].reshape(2, 12), expected, rtol=1e-4, atol=1e-5)
    assert sum(w.numpy().size for w in layer.weights) == 5 * 12 * 12 + 12 * 5
    assert np.abs(layer.kernel).max() <= np.sqrt(3 / 12)


def convolve(x, kernel, stride):
    """'same' convolution with loops, float64."""
    size = kernel.shape[0]
    height, width = (-(-s // stride) for s in x.shape[1:3])
    total = [max((n - 1) * stride + size - s, 0) for n, s in zip((height, width), x.shape[1:3], strict=True)]
    x = np.pad(x.astype("float64"), ((0, 0), *((t // 2, t - t // 2) for t in total), (0, 0)))
    y = np.zeros((len(x), height, width, kernel.shape[-1]))
    for i in range(height):
        for j in range(width):
            window = x[:, i * stride : i * stride + size, j * stride : j * stride + size]
            y[:, i, j] = np.tensordot(window, kernel, 3)
    return y


def test_gated_convolution_is_features_times_gate():
    layer = layers.GatedConv2D(3, 3, strides=2, activation="relu")
    x = image(2, 6, 5, 4)
    layer(x)
    kernel, bias = layer.convolution.kernel.numpy(), image(6)
    layer.convolution.bias.assign(bias)
    both = convolve(x, kernel, 2) + bias
    expected = np.maximum(both[..., :3], 0) / (1 + np.exp(-both[..., 3:]))
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_partial_convolution_follows_the_two_equations(stride):
    layer = layers.PartialConv2D(3, 3, strides=stride)
    x, mask = image(2, 7, 6, 4), (RNG.random((2, 7, 6, 1)) > 0.7).astype("float32")
    mask[0, :4] = 0
    layer([x, mask])
    layer.bias.assign(image(3))
    outputs, new_mask = layer([x, mask])
    known = convolve(mask, np.ones((3, 3, 1, 1)), stride)
    expected = convolve(x * mask, layer.convolution.kernel.numpy(), stride) * 9 / np.maximum(known, 1)
    expected = np.where(known > 0, expected + layer.bias.numpy(), 0)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(new_mask, known > 0)
    assert 0 < new_mask.numpy().mean() < 1
    hidden = x + 100 * (1 - mask)  # what lies under the mask cannot be seen
    np.testing.assert_array_equal(layer([hidden, mask])[0], outputs)


def test_partial_convolution_wants_one_mask_channel():
    with pytest.raises(ValueError, match=r"one channel, received \(1, 4, 4, 3\)"):
        layers.PartialConv2D(2)([image(1, 4, 4, 3), image(1, 4, 4, 3)])


def test_conditional_batch_normalization_scales_by_label():
    layer = layers.ConditionalBatchNormalization(3)
    x, label = image(6, 4, 4, 2) * 3 + 1, np.array([0, 1, 2, 2, 1, 0], "int32")
    layer([x, label])
    scale, offset = image(3, 2), image(3, 2)
    layer.scale.assign(scale)
    layer.offset.assign(offset)
    normal = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-5)
    expected = normal * scale[label][:, None, None] + offset[label][:, None, None]
    np.testing.assert_allclose(layer([x, label], training=True), expected, rtol=1e-3, atol=1e-4)
    vectors = layers.ConditionalBatchNormalization(3)
    assert vectors([x[:, 0, 0], label]).shape == (6, 2)


def test_label_planes_belong_to_their_own_sample():
    x, label = image(5, 3, 4, 2), np.array([2, 0, 1, 1, 2], "int32")
    y = layers.LabelPlanes(3)([x, label]).numpy()
    np.testing.assert_array_equal(y[..., :2], x)
    for sample, which in enumerate(label):
        np.testing.assert_array_equal(y[sample, ..., 2:], np.broadcast_to(np.eye(3)[which], (3, 4, 3)))
    layer = layers.LabelPlanes(3, embedding_size=7)
    y = layer([x, label]).numpy()
    for sample, which in enumerate(label):
        vector = layer.embeddings.numpy()[which]
        np.testing.assert_array_equal(y[sample, ..., 2:], np.broadcast_to(vector, (3, 4, 7)))


def test_gated_convolutions_one_after_the_other_neither_fade_nor_grow():
    keras.utils.set_random_seed(0)
    x = image(2, 24, 24, 32)
    for _ in range(12):
        x = layers.GatedConv2D(32)(x)
    # Glorot's initializer gives 1.4e-5.
    assert 0.3 < np.sqrt(np.mean(np.square(x))) < 3
