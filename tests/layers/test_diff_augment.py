"""Each augmentation against loops in NumPy; the same draws for real, fake, and both halves of a pair."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import DiffAugment, diff_augment

RNG = np.random.default_rng(0)


def draw(use, shape, distribution="normal"):
    assert distribution == "uniform"
    return tf.constant(np.random.default_rng(sum(use.encode())).random(shape), "float32")


def image(*shape):
    return RNG.uniform(-1, 1, size=shape).astype("float32")


def numbers(what, batch):
    return draw(f"diff-augment/{what}", (batch,), "uniform").numpy()


def test_color():
    x = image(5, 6, 4, 3)
    b, s, c = (numbers(w, 5)[:, None, None, None] for w in ("brightness", "saturation", "contrast"))
    y = x + (b - 0.5)
    grey = y.mean(3, keepdims=True)
    y = grey + (y - grey) * 2 * s
    mean = y.mean((1, 2, 3), keepdims=True)
    y = mean + (y - mean) * (c + 0.5)
    np.testing.assert_allclose(diff_augment(x, draw, "color"), y, atol=1e-5)


def test_translation_moves_by_whole_pixels_and_zeros_come_in():
    x = image(40, 16, 24, 2)
    y = diff_augment(x, draw, ["translation"]).numpy()
    seen = set()
    for sample, (u, v) in enumerate(
        zip(numbers("translation-y", 40), numbers("translation-x", 40), strict=True)
    ):
        down, right = int(np.floor(u * 5)) - 2, int(np.floor(v * 7)) - 3
        seen.add((down, right))
        expected = np.zeros((16, 24, 2))
        for i in range(16):
            for j in range(24):
                if 0 <= i - down < 16 and 0 <= j - right < 24:
                    expected[i, j] = x[sample, i - down, j - right]
        np.testing.assert_array_equal(y[sample], expected.astype("float32"))
    assert {down for down, _ in seen} == set(range(-2, 3))
    assert {right for _, right in seen} == set(range(-3, 4))


@pytest.mark.parametrize("size", [(8, 12), (7, 9)])
def test_cutout_is_half_the_sides_clipped_at_the_border(size):
    y = diff_augment(np.ones((60, *size, 1), "float32"), draw, ("cutout",)).numpy()
    for side, axis in zip(size, (2, 1), strict=True):
        covered = (y[..., 0] == 0).any(axis=axis)
        length = (side + 1) // 2
        assert covered.sum(1).max() == length
        assert covered.sum(1).min() >= length // 2
        assert covered[:, 0].any()
        assert covered[:, -1].any()
        for row in covered:  # one stretch
            edges = np.abs(np.diff(np.concatenate([[0], row, [0]]).astype(int))).sum()
            assert edges == 2


def test_real_and_fake_and_both_halves_of_a_pair_are_augmented_alike():
    augment = DiffAugment(channels=3)
    source, target = image(4, 8, 8, 3), image(4, 8, 8, 3)
    pair = augment(np.concatenate([source, target], -1), draw)
    np.testing.assert_allclose(pair[..., :3], augment(source, draw), atol=1e-6)
    np.testing.assert_allclose(pair[..., 3:], augment(target, draw), atol=1e-6)
    assert np.abs(pair[..., :3] - source).max() > 0.1


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
def test_gradients_flow_to_the_images(jit):
    x = tf.constant(image(3, 8, 8, 3))
    weights = tf.constant(image(3, 8, 8, 3))

    @tf.function(jit_compile=jit)
    def gradient(x):
        u = {name: draw(f"diff-augment/{name}", (3,), "uniform") for name in NAMES}
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(diff_augment(x, lambda use, *_: u[use.split("/")[1]]) * weights)
        return tape.gradient(value, x)

    result = gradient(x).numpy()
    # the augmentation is affine, so a finite difference of any size is exact
    for index in ((0, 3, 4, 1), (1, 0, 7, 2), (2, 5, 2, 0)):
        step = np.zeros(x.shape, "float32")
        step[index] = 0.5
        ends = [np.sum(diff_augment(x + sign * step, draw) * weights, dtype="float64") for sign in (1, -1)]
        assert result[index] == pytest.approx(ends[0] - ends[1], abs=2e-4)
    assert np.abs(result).max() > 0.05


NAMES = (
    "brightness",
    "saturation",
    "contrast",
    "translation-y",
    "translation-x",
    "cutout-y",
    "cutout-x",
)


def test_unknown_sizes_in_a_graph_and_half_precision():
    x = image(2, 8, 12, 3)
    graph = tf.function(
        lambda x: diff_augment(x, lambda use, shape, _: draw(use, (2,), "uniform")),
        input_signature=[tf.TensorSpec((None, None, None, 3))],
    )
    np.testing.assert_allclose(graph(x), diff_augment(x, draw), atol=1e-5)
    half = diff_augment(tf.cast(x, "bfloat16"), draw)
    assert half.dtype == "bfloat16"


def test_config_and_errors():
    augment = DiffAugment("cutout, color", channels=3)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(augment))
    assert (again.policy, again.channels) == (("cutout", "color"), 3)
    with pytest.raises(ValueError, match="'colour': expected some of color, translation, cutout"):
        DiffAugment("colour")
    with pytest.raises(ValueError, match="multiple of channels=3, received 4"):
        DiffAugment(channels=3)(image(1, 4, 4, 4), draw)
