"""Each penalty against closed forms and NumPy float64, value and gradient with respect to the weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import penalties

RNG = np.random.default_rng(0)
DIRECTION = np.array([[1.0], [2.0], [2.0]])  # norm 3


def draw(use, shape, distribution="normal"):
    """The same numbers every time, as a scheme's `draw` gives within a step."""
    rng = np.random.default_rng(sum(use.encode()))
    return tf.constant(
        getattr(rng, {"normal": "standard_normal", "uniform": "random"}[distribution])(shape), "float32"
    )


def no_draw(*_):
    raise AssertionError("this penalty draws nothing")


def network_gradient(x, first, second):
    """d/dx of tanh(x @ first) @ second, by hand, float64."""
    return (1 - np.tanh(x @ first) ** 2) * second.T @ first.T


def formula(name, real, fake, first, second):
    if name == "wgan-gp":
        u = draw(name, (len(real), 1), "uniform").numpy().astype("float64")
        norms = np.linalg.norm(network_gradient(u * fake + (1 - u) * real, first, second), axis=1)
        return np.mean((norms - 1) ** 2)
    if name == "dragan":
        u = draw(name, real.shape, "uniform").numpy().astype("float64")
        a = draw(f"{name} weight", (len(real), 1), "uniform").numpy().astype("float64")
        norms = np.linalg.norm(network_gradient(real + a * 0.5 * real.std() * u, first, second), axis=1)
        return np.mean((norms - 1) ** 2)
    if name in ("r1", "r2"):
        gradients = network_gradient(real if name == "r1" else fake, first, second)
        return 0.5 * np.mean(np.sum(gradients**2, axis=1))
    return np.mean((np.tanh(real @ first) @ second) ** 2)


@pytest.mark.parametrize(
    "name", [name for name in penalties.NAMES if name not in ("weight-clipping", "lecam")]
)
def test_value_and_weight_gradient_equal_numpy(name):
    real, fake = RNG.normal(size=(5, 4)), RNG.normal(size=(5, 4))
    first, second = RNG.normal(size=(4, 6)), RNG.normal(size=(6, 1))
    weights = [tf.Variable(first, dtype="float32"), tf.Variable(second, dtype="float32")]
    (penalty,) = penalties.get(name)
    with tf.GradientTape() as tape:
        value = penalty(
            lambda x: tf.tanh(x @ weights[0]) @ weights[1],
            tf.constant(real, "float32"),
            tf.constant(fake, "float32"),
            draw,
        )
    assert float(value) == pytest.approx(formula(name, real, fake, first, second), rel=1e-5)
    assert value.dtype == "float32"
    assert value.shape == ()
    for which, gradient in enumerate(tape.gradient(value, weights)):
        numeric = np.zeros(gradient.shape)
        for index in np.ndindex(numeric.shape):
            ends = []
            for sign in (1, -1):
                moved = [first.copy(), second.copy()]
                moved[which][index] += sign * 1e-5
                ends.append(formula(name, real, fake, *moved))
            numeric[index] = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(gradient, numeric, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ["wgan-gp", "dragan"])
def test_linear_critic_with_norm_3_costs_exactly_4(name):
    kernel = tf.constant(DIRECTION, "float32")
    real, fake = tf.random.normal((8, 3), seed=1), tf.random.normal((8, 3), seed=2)
    (penalty,) = penalties.get(name)
    assert float(penalty(lambda x: x @ kernel, real, fake, draw)) == 4.0
    assert penalty.weight == 10.0


def test_r1_of_a_linear_critic_is_half_its_squared_norm():
    kernel = tf.constant(DIRECTION, "float32")
    real = tf.random.normal((8, 3), seed=1)
    (r1,), (r2,) = penalties.get("r1"), penalties.get("r2")
    assert float(r1(lambda x: x @ kernel, real, real, no_draw)) == 4.5
    assert float(r2(lambda x: x @ kernel, real, real, no_draw)) == 4.5


def test_norm_is_taken_per_sample_not_over_the_batch():
    # norms 2, 0 and 5 cost ((2-1)^2 + (0-1)^2 + (5-1)^2) / 3; over the whole batch it would be (sqrt(29)-1)^2
    scale = tf.constant([[2.0], [0.0], [5.0]])
    x = tf.zeros((3, 4, 4, 1))

    def critic(images):
        return scale * images[:, 0, 0, :]

    value = float(penalties.gradient_norm(critic, x))
    assert value == pytest.approx((1 + 1 + 16) / 3)
    over_the_batch = (np.sqrt(4 + 25) - 1) ** 2
    assert abs(value - over_the_batch) > 10


def test_interpolation_weight_is_one_uniform_number_per_sample():
    asked = []

    def spy(use, shape, distribution="normal"):
        asked.append((tuple(int(s) for s in shape), distribution))
        return draw(use, shape, distribution)

    seen = []

    def critic(images):
        seen.append(images.numpy())
        return tf.reduce_sum(images, axis=(1, 2, 3))[:, None]

    penalties.WGANGP()(critic, tf.zeros((6, 4, 4, 2)), tf.ones((6, 4, 4, 2)), spy)
    assert asked == [((6, 1, 1, 1), "uniform")]
    points = seen[0]
    assert points.min() >= 0
    assert points.max() < 1
    np.testing.assert_array_equal(points, np.broadcast_to(points[:, :1, :1, :1], points.shape))
    assert len(np.unique(points)) == 6


def test_M10_dragan_draws_one_weight_a_sample_beside_the_noise_of_every_pixel():
    shapes, seen = {}, []

    def drawn(use, shape, distribution):
        shapes[use] = tuple(int(size) for size in shape)
        # Noise 1 everywhere; weights 0, 1/2 and 1: a sample that stays, one half way, one with all of the noise.
        return tf.ones(shape) if len(set(shape[1:])) > 1 else tf.reshape(tf.constant([0.0, 0.5, 1.0]), shape)

    def critic(images):
        seen.append(images)
        return tf.reduce_sum(images, axis=(1, 2, 3))

    real = tf.constant(RNG.normal(size=(3, 4, 5, 1)), "float32")
    penalties.DRAGAN()(critic, real, None, drawn)
    assert shapes == {"dragan": (3, 4, 5, 1), "dragan weight": (3, 1, 1, 1)}
    moved = (seen[0] - real).numpy() / real.numpy().std()
    np.testing.assert_allclose(moved[:, 0, 0, 0], [0.0, 0.25, 0.5], atol=1e-5)
    assert np.ptp(moved, axis=(1, 2, 3)).max() < 1e-5


def test_dragan_never_looks_at_fake():
    kernel = tf.constant(RNG.normal(size=(3, 1)), "float32")
    real = tf.random.normal((8, 3), seed=1)
    values = [
        float(penalties.DRAGAN()(lambda x: tf.tanh(x @ kernel), real, fake, draw))
        for fake in (real, 100 * real)
    ]
    assert values[0] == values[1]


def test_gradient_is_finite_where_the_critic_is_flat():
    weight = tf.Variable([[0.0], [0.0]])
    with tf.GradientTape() as tape:
        value = penalties.gradient_norm(lambda x: x @ weight, tf.ones((3, 2)))
    assert float(value) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(tape.gradient(value, weight).numpy()).all()


def test_weight_clipping_clips_trainable_variables_only():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization()])
    model.layers[0].kernel.assign(np.full((3, 4), 0.5))
    model.layers[0].bias.assign([-0.5, 0.005, 0.0, 0.5])
    (clipping,) = penalties.get("weight-clipping")
    clipping.constrain(model.variables)
    np.testing.assert_allclose(model.layers[0].kernel, np.full((3, 4), 0.01))
    np.testing.assert_allclose(model.layers[0].bias, [-0.01, 0.005, 0.0, 0.01])
    np.testing.assert_array_equal(model.layers[1].moving_variance, np.ones(4))  # a statistic, not a weight
    assert clipping(None, None, None, no_draw) is None


def test_half_precision_critics_get_a_float32_penalty():
    critic = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    half = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, "tanh", dtype="mixed_bfloat16"),
            keras.layers.Dense(1, dtype="mixed_bfloat16"),
        ]
    )
    half.set_weights(critic.get_weights())
    real, fake = tf.random.normal((8, 4), seed=1), tf.random.normal((8, 4), seed=2)
    for name in ("wgan-gp", "dragan", "r1", "r2", "drift"):
        (penalty,) = penalties.get(name)
        value = penalty(half, real, fake, draw)
        assert value.dtype == "float32"
        assert float(value) == pytest.approx(float(penalty(critic, real, fake, draw)), rel=0.05)


def test_compiles_with_xla():
    kernel = tf.constant(DIRECTION, "float32")

    @tf.function(jit_compile=True)
    def value(real, fake, u):
        return penalties.WGANGP()(lambda x: x @ kernel, real, fake, lambda *_: u)

    assert float(value(tf.ones((4, 3)), tf.zeros((4, 3)), tf.ones((4, 1)) / 2)) == pytest.approx(
        4.0, rel=1e-6
    )


def test_several_are_combined_in_order():
    found = penalties.get(["wgan-gp", None, penalties.Drift(1e-4), ("r1",)])
    assert [penalty.name for penalty in found] == ["wgan-gp", "drift", "r1"]
    assert penalties.get(None) == []


@pytest.mark.parametrize(
    "penalty",
    [
        penalties.WGANGP(5.0, 0.0, 4),
        penalties.DRAGAN(scale=1.0),
        penalties.R1(2.0, 16),
        penalties.WeightClipping(0.1),
    ],
    ids=repr,
)
def test_serialization_round_trip(penalty):
    (again,) = penalties.get(keras.saving.serialize_keras_object(penalty))
    assert type(again) is type(penalty)
    assert again.get_config() == penalty.get_config()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: penalties.get("gp"), "wgan-gp, dragan, r1, r2, weight-clipping, drift, lecam"),
        (lambda: penalties.get(["r1", "r1"]), "received r1, r1"),
        (lambda: penalties.R1(weight=-1), "received -1"),
        (lambda: penalties.R1(interval=0), "received 0"),
        (lambda: penalties.R1(interval=1.5), "received 1.5"),
        (lambda: penalties.WeightClipping(0.0), "received 0.0"),
    ],
)
def test_errors_are_one_line(make, words):
    with pytest.raises(ValueError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_name_may_carry_its_strength():
    assert penalties.get("r1=0.5")[0].weight == 0.5
    assert penalties.get(["weight-clipping=0.1", "drift"])[0].limit == 0.1
    lazy = penalties.get("r1=10/16")[0]
    assert (lazy.weight, lazy.interval) == (10.0, 16)
    for wrong in ("r1=strong", "r1=10/often", "r1=10/0", "weight-clipping=0.1/4", "r1=nan"):
        with pytest.raises(ValueError, match="expected NAME=NUMBER, such as"):
            penalties.get(wrong)
