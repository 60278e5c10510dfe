"""Adaptive augmentation against matrices and loops in NumPy, written from the paper's appendix."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import augmentation
from kgan.augmentation import AdaptiveAugment, affine
from kgan.augmentation.adaptive import COLOR, GEOMETRY
from kgan.augmentation.warp import CENTER, SYMLET, resampling, warp

RNG = np.random.default_rng(0)


def draws(uniform=(), normal=(), batch=1, default=0.5):
    """A `draw` whose tables are these numbers, by column; other uniforms `default`, other normals 0."""

    def draw(use, shape, distribution="normal"):
        given, rest = (uniform, default) if distribution == "uniform" else (normal, 0.0)
        table = np.full((int(shape[0]), int(shape[1])), rest)
        for column, value in dict(given).items():
            table[:, column] = value
        return tf.constant(table, "float32")

    return draw


def random_draw(use, shape, distribution="normal"):
    rng = np.random.default_rng(sum(use.encode()))
    shape = tuple(int(side) for side in shape)
    return tf.constant(rng.random(shape) if distribution == "uniform" else rng.normal(size=shape), "float32")


def image(*shape):
    return RNG.uniform(-1, 1, size=shape).astype("float32")


def test_the_wavelet_is_orthonormal_with_six_vanishing_moments():
    assert SYMLET.sum() == pytest.approx(2**0.5)
    for shift in range(6):
        assert (SYMLET[2 * shift :] * SYMLET[: 12 - 2 * shift]).sum() == pytest.approx(
            float(shift == 0), abs=1e-9
        )
    high = SYMLET[::-1] * (-1.0) ** np.arange(12)
    assert [abs((high * np.arange(12) ** k).sum()) < 1e-6 for k in range(6)] == [True] * 6


@pytest.mark.parametrize("size", [8, 9, 32])
def test_up_and_down_again_changes_nothing_and_a_ramp_stays_one(size):
    up, down = resampling(size)
    np.testing.assert_allclose(down @ up, np.eye(size), atol=1e-6)
    ramp = np.arange(2 * size) @ np.eye(2 * size)[:, :size]
    inner = slice(12, 2 * size - 2)
    np.testing.assert_allclose(
        (up @ ramp[:size])[inner], ((np.arange(len(up)) - CENTER) / 2)[inner], atol=0.02
    )


@pytest.mark.parametrize("oversample", [False, True])
def test_quarter_turns_mirrors_and_whole_pixels_are_exact(oversample):
    # Smooth, where the filters of oversampling are to leave it alone.
    waves = np.sin(np.arange(12)[:, None] * 0.5 + np.arange(12) * 0.3)[None, :, :, None].astype("float32")
    x = waves if oversample else image(1, 12, 12, 3)
    turn = affine.rotation(tf.constant([np.pi / 2], "float32"))[:, :2]
    mirror = affine.scaling(1.0, tf.constant([-1.0]))[:, :2]
    move = affine.translation(tf.constant([2.0]), tf.constant([-1.0]))[:, :2]
    tolerance = {"atol": 0.02 if oversample else 1e-5}
    inner = (slice(None), slice(3, 9), slice(3, 9))
    # out[y, x] = in[-x, y]: a quarter turn.
    np.testing.assert_allclose(warp(x, turn, oversample)[inner], np.rot90(x, -1, (1, 2))[inner], **tolerance)
    np.testing.assert_allclose(warp(x, mirror, oversample)[inner], x[:, :, ::-1][inner], **tolerance)
    np.testing.assert_allclose(
        warp(x, move, oversample)[inner], np.roll(x, (-2, 1), (1, 2))[inner], **tolerance
    )


def test_bilinear_warp_equals_a_loop_and_mirrors_at_the_border():
    x = image(2, 7, 9, 2)
    matrices = RNG.normal(size=(2, 2, 3)) * [1, 1, 3]
    result = warp(x, tf.constant(matrices, "float32"), oversample=False).numpy()

    def folded(position, size):
        position = abs(position) % (2 * (size - 1))
        return min(position, 2 * (size - 1) - position)

    for b in range(2):
        for i in range(7):
            for j in range(9):
                y, z = matrices[b] @ [i - 3, j - 4, 1] + [3, 4]
                y, z = folded(y, 7), folded(z, 9)
                a, c = int(min(y, 5)), int(min(z, 7))
                u, v = y - a, z - c
                expected = (1 - u) * ((1 - v) * x[b, a, c] + v * x[b, a, c + 1])
                expected += u * ((1 - v) * x[b, a + 1, c] + v * x[b, a + 1, c + 1])
                np.testing.assert_allclose(result[b, i, j], expected, atol=1e-4)


def homogeneous(rows):
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    return matrix


def test_colors_are_the_papers_chain_of_matrices():
    x = image(1, 8, 8, 3)
    b, c, s, angle = 0.3, -0.7, 0.4, 0.8
    augment = AdaptiveAugment(transforms=COLOR)
    # Uniforms 14 to 20: made, made, (luma, made), (hue, made), made; normals 4 to 6: brightness, contrast, saturation.
    uniform = dict.fromkeys(range(14, 21), 0.0) | {16: 0.9, 18: angle}
    y = augment(x, draws(uniform, {4: b, 5: c, 6: s}), 0.5)
    v = np.array([1, 1, 1]) / 3**0.5
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    theta = (2 * angle - 1) * np.pi
    chain = np.eye(4)
    chain[:3, 3] = 0.2 * b
    chain = homogeneous(2 ** (0.5 * c) * np.eye(3)) @ chain
    chain = homogeneous(np.eye(3) - 2 * np.outer(v, v)) @ chain
    rotation = np.cos(theta) * np.eye(3) + np.sin(theta) * cross + (1 - np.cos(theta)) * np.outer(v, v)
    chain = homogeneous(rotation) @ chain
    chain = homogeneous(np.outer(v, v) + 2**s * (np.eye(3) - np.outer(v, v))) @ chain
    np.testing.assert_allclose(y, x @ chain[:3, :3].T + chain[:3, 3], atol=1e-5)
    grey = augment(x[..., :1], draws(uniform, {4: b, 5: c, 6: s}), 0.5)
    np.testing.assert_allclose(grey, -(2 ** (0.5 * c)) * (x[..., :1] + 0.2 * b), atol=1e-5)


def test_the_chain_of_moves_is_the_papers():
    x = image(1, 24, 16, 1)
    augment = AdaptiveAugment(transforms=GEOMETRY, oversample=False)
    uniform = {
        0: 0,
        1: 0.9,
        2: 0,
        3: 0.3,
        4: 0,
        5: 0.9,
        6: 0.1,
        7: 0,
        8: 0,
        9: 0.6,
        10: 0,
        11: 0,
        12: 0.4,
        13: 0,
    }
    y = augment(x, draws(uniform, {0: 0.5, 1: -0.6, 2: 0.2, 3: -0.4}), 0.9)

    def turn(theta):
        return np.array([[np.cos(theta), -np.sin(theta), 0], [np.sin(theta), np.cos(theta), 0], [0, 0, 1]])

    def move(down, right):
        return np.array([[1, 0, down], [0, 1, right], [0, 0, 1]])

    inverse = np.diag([1, -1, 1]) @ turn(np.pi / 2) @ move(round(0.8 * 3), round(-0.8 * 2))
    inverse = inverse @ np.diag([2**0.1, 2**0.1, 1])
    inverse = inverse @ turn(0.2 * np.pi) @ np.diag([2**0.12, 2**-0.12, 1]) @ turn(-0.2 * np.pi)
    inverse = inverse @ move(0.2 * 24 / 8, -0.4 * 16 / 8)
    expected = warp(x, tf.constant(inverse[None, :2], "float32"), oversample=False)
    np.testing.assert_allclose(y, expected, atol=1e-3)


def test_each_transform_is_made_with_probability_p():
    x = np.ones((4000, 8, 8, 1), "float32") * np.linspace(-1, 1, 8, dtype="float32")[None, None, :, None]
    flips = AdaptiveAugment(transforms=["flip"], oversample=False)(x, random_draw, 0.6).numpy()
    changed = (np.abs(flips - x).max((1, 2, 3)) > 0.1).mean()
    assert changed == pytest.approx(0.3, abs=0.03)  # half of those made mirror
    shifted = AdaptiveAugment(transforms=["luma"])(x, random_draw, 0.4).numpy()
    assert (np.abs(shifted - x).max((1, 2, 3)) > 0.1).mean() == pytest.approx(0.2, abs=0.03)
    turned = AdaptiveAugment(transforms=["rotate"], oversample=False)(x, random_draw, 0.75).numpy()
    # Twice with 1 - sqrt(1 - p): p in all.
    assert (np.abs(turned - x).max((1, 2, 3)) > 1e-3).mean() == pytest.approx(0.75, abs=0.03)


def test_nothing_at_probability_zero():
    x = image(6, 16, 12, 3)
    np.testing.assert_array_equal(AdaptiveAugment(transforms=GEOMETRY)(x, random_draw, 0.0), x)
    np.testing.assert_allclose(AdaptiveAugment()(x, random_draw, 0.0), x, atol=1e-6)


def test_pairs_real_and_fake_are_transformed_alike():
    augment = AdaptiveAugment(channels=3)
    a, b = image(4, 12, 12, 3), image(4, 12, 12, 3)
    pair = augment(np.concatenate([a, b], -1), random_draw, 0.9)
    np.testing.assert_allclose(pair[..., :3], augment(a, random_draw, 0.9), atol=1e-5)
    np.testing.assert_allclose(pair[..., 3:], augment(b, random_draw, 0.9), atol=1e-5)
    mask = np.ones((4, 12, 12, 1), "float32")
    np.testing.assert_allclose(augment(mask, random_draw, 0.9, color=False), mask, atol=0.01)


@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
@pytest.mark.slow
def test_gradients_and_their_gradients_flow_through(jit):
    x, weights = tf.constant(image(3, 10, 8, 3)), tf.constant(image(3, 10, 8, 3))
    augment = AdaptiveAugment()
    tables = {
        k: random_draw(k, (3, n), k.split("/")[1])
        for k, n in (("augment/uniform", 21), ("augment/normal", 7))
    }

    @tf.function(jit_compile=jit)
    def gradients(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                value = tf.reduce_sum(weights * augment(x, lambda use, *_: tables[use], 0.9) ** 2)
            gradient = inner.gradient(value, x)
            squared = tf.reduce_sum(gradient**2)
        return gradient, outer.gradient(squared, x)

    def value(x):
        return float(tf.reduce_sum(weights * augment(x, lambda use, *_: tables[use], 0.9) ** 2))

    first, second = gradients(x)
    for index in ((0, 4, 4, 1), (1, 5, 3, 2), (2, 3, 2, 0)):
        step = np.zeros(x.shape, "float32")
        step[index] = 0.25  # the transform is affine, its square quadratic: central differences are exact
        assert float(first[index]) == pytest.approx((value(x + step) - value(x - step)) / 0.5, abs=2e-3)
    # The gradient is linear in x, so d|g|^2/dx along x is 2 |g|^2 minus what the offsets add: check one direction.
    direction = tf.constant(image(3, 10, 8, 3))
    ends = [float(tf.reduce_sum(gradients(x + s * 0.25 * direction)[0] ** 2)) for s in (1, -1)]
    assert float(tf.reduce_sum(second * direction)) == pytest.approx((ends[0] - ends[1]) / 0.5, rel=1e-2)


def test_half_precision_stays_near():
    x = image(2, 16, 12, 3)
    half = AdaptiveAugment()(tf.cast(x, "bfloat16"), random_draw, 0.8)
    assert half.dtype == "bfloat16"
    np.testing.assert_allclose(
        tf.cast(half, "float32"), AdaptiveAugment()(x, random_draw, 0.8), atol=0.15, rtol=0.05
    )


def test_lookup_config_and_errors():
    assert augmentation.get(None) is augmentation.get("none") is None
    augment = AdaptiveAugment(
        transforms=["hue", "flip"], probability=keras.optimizers.schedules.CosineDecay(1.0, 4)
    )
    again = augmentation.get(keras.saving.serialize_keras_object(augment))
    assert again.transforms == ("flip", "hue")
    assert float(again.probability(4)) == 0
    assert augmentation.get("adaptive").adaptive
    for wrong, words in (
        (lambda: augmentation.get("ada"), "or one of none, diffaugment, adaptive"),
        (lambda: AdaptiveAugment(transforms=["colour"]), "received colour"),
        (lambda: AdaptiveAugment(target=1.5), "target in \\(-1, 1\\)"),
        (lambda: AdaptiveAugment(probability=2), "received 2"),
        (lambda: AdaptiveAugment().check((4, 32)), "at least 8x8 pixels.*received 4x32"),
        (lambda: augmentation.get("diffaugment").check((7, 7)), "at least 8x8 pixels.*received 7x7"),
    ):
        with pytest.raises(ValueError, match=words) as caught:
            wrong()
        assert "\n" not in str(caught.value)
