"""Each loss against formulas written in NumPy float64, values and gradients, and at extreme logits."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import losses


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def log_sigmoid(x):
    return -np.logaddexp(0.0, -x)


def log_one_minus_sigmoid(x):
    return -np.logaddexp(0.0, x)


def cross_entropy(x, target):
    return -(target * log_sigmoid(x) + (1 - target) * log_one_minus_sigmoid(x)).mean()


# name -> (discriminator, generator), written from the papers with probabilities where the papers have them
FORMULAS = {
    "minimax": (
        lambda r, f: -np.log(sigmoid(r)).mean() - np.log(1 - sigmoid(f)).mean(),
        lambda r, f: np.log(1 - sigmoid(f)).mean(),
    ),
    "non-saturating": (
        lambda r, f: -np.log(sigmoid(r)).mean() - np.log(1 - sigmoid(f)).mean(),
        lambda r, f: -np.log(sigmoid(f)).mean(),
    ),
    "wasserstein": (lambda r, f: -(r.mean() - f.mean()), lambda r, f: -f.mean()),
    "least-squares": (
        lambda r, f: ((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2,
        lambda r, f: ((f - 1) ** 2).mean() / 2,
    ),
    "hinge": (
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda r, f: -f.mean(),
    ),
    "relativistic": (
        lambda r, f: -np.log(sigmoid(r - f)).mean(),
        lambda r, f: -np.log(sigmoid(f - r)).mean(),
    ),
    "relativistic-average": (
        lambda r, f: -np.log(sigmoid(r - f.mean())).mean() - np.log(1 - sigmoid(f - r.mean())).mean(),
        lambda r, f: -np.log(sigmoid(f - r.mean())).mean() - np.log(1 - sigmoid(r - f.mean())).mean(),
    ),
}
CROSS_ENTROPY = ("minimax", "non-saturating", "relativistic", "relativistic-average")


def numeric_gradient(function, arguments, which, step=1e-5):
    gradient = np.zeros_like(arguments[which])
    for index in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = [a.copy() for a in arguments]
            moved[which][index] += sign * step
            ends.append(function(*moved))
        gradient[index] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def value_and_gradients(function, real, fake):
    real, fake = (tf.convert_to_tensor(x if tf.is_tensor(x) else np.float32(x)) for x in (real, fake))
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = function(real, fake)
    gradients = tape.gradient(value, [real, fake], unconnected_gradients="zero")
    return float(value), [g.numpy() for g in gradients]


def test_every_name_has_a_formula_here():
    assert set(losses.NAMES) == set(FORMULAS)


@pytest.mark.parametrize("shape", [(7, 1), (3, 2, 4, 1)], ids=["scalar", "patch"])
@pytest.mark.parametrize("side", [0, 1], ids=["discriminator", "generator"])
@pytest.mark.parametrize("name", losses.NAMES)
def test_value_and_gradient_equal_numpy(name, side, shape):
    rng = np.random.default_rng(len(name) + side)
    real, fake = rng.normal(0.5, 2.0, shape), rng.normal(-0.5, 2.0, shape)
    pair = losses.get(name)
    value, gradients = value_and_gradients((pair.discriminator, pair.generator)[side], real, fake)
    formula = FORMULAS[name][side]
    assert value == pytest.approx(formula(real, fake), rel=2e-6, abs=2e-6)
    for which in (0, 1):
        np.testing.assert_allclose(
            gradients[which], numeric_gradient(formula, [real, fake], which), rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize("name", CROSS_ENTROPY)
def test_label_smoothing_is_one_sided(name):
    rng = np.random.default_rng(3)
    real, fake = rng.normal(size=(6, 1)), rng.normal(size=(6, 1))
    smooth, plain = losses.get(name).__class__(label_smoothing=0.1), losses.get(name)
    if name == "relativistic":
        expected = cross_entropy(real - fake, 0.9)
    elif name == "relativistic-average":
        expected = cross_entropy(real - fake.mean(), 0.9) + cross_entropy(fake - real.mean(), 0.0)
    else:
        expected = cross_entropy(real, 0.9) + cross_entropy(fake, 0.0)
    assert float(smooth.discriminator(real, fake)) == pytest.approx(expected, rel=1e-6)
    assert float(smooth.generator(real, fake)) == float(plain.generator(real, fake))


def test_smoothed_optimum_is_the_target_probability():
    # D(x) = 0.9 is where the gradient of real's term vanishes: logit log(0.9 / 0.1)
    logit = np.full((4, 1), np.log(9.0))
    _, (gradient, _) = value_and_gradients(losses.NonSaturating(0.1).discriminator, logit, logit)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-7)


def test_hand_worked_literals():
    zero = np.zeros((2, 1))
    assert float(losses.get("non-saturating").discriminator(zero, zero)) == pytest.approx(2 * np.log(2))
    assert float(losses.get("minimax").generator(None, zero)) == pytest.approx(-np.log(2))
    assert float(losses.get("hinge").discriminator([[2.0]], [[0.0]])) == 1.0
    assert float(losses.get("wasserstein").discriminator([[3.0]], [[-1.0]])) == -4.0
    assert float(losses.LeastSquares(a=-1, b=1, c=0).discriminator([[3.0]], [[1.0]])) == 4.0
    assert float(losses.LeastSquares(a=-1, b=1, c=0).generator(None, [[4.0]])) == 8.0


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("name", losses.NAMES)
def test_extreme_logits_stay_finite(name, dtype):
    pair = losses.get(name)
    for sign in (1, -1):
        real = tf.constant(np.array([[1e4], [-1e4], [0.0]]) * sign, dtype)
        for function in (pair.discriminator, pair.generator):
            value, gradients = value_and_gradients(function, real, -real)
            assert np.isfinite(value)
            assert all(np.isfinite(g).all() for g in gradients)
    assert pair.discriminator(real, real).dtype == "float32"


def test_saturation_is_what_the_names_say():
    confident_fake = np.full((1, 1), -20.0)
    _, (_, saturated) = value_and_gradients(losses.get("minimax").generator, confident_fake, confident_fake)
    _, (_, alive) = value_and_gradients(
        losses.get("non-saturating").generator, confident_fake, confident_fake
    )
    assert abs(saturated.item()) < 1e-8
    assert alive.item() == pytest.approx(-1.0)


@pytest.mark.parametrize("name", losses.NAMES)
def test_generator_uses_real_is_true_to_the_maths(name):
    pair = losses.get(name)
    if pair.generator_uses_real:
        one, two = (float(pair.generator(np.full((2, 1), x), np.ones((2, 1)))) for x in (0.0, 1.0))
        assert one != two
    else:
        assert np.isfinite(float(pair.generator(None, np.ones((2, 1)))))


def test_the_threshold_lies_where_both_answers_cost_the_same():
    perfect = {"minimax": (50, -50), "non-saturating": (50, -50), "hinge": (1, -1), "least-squares": (1, 0)}
    for name, (real, fake) in perfect.items():
        pair = losses.get(name)
        as_real, as_fake = (
            pair.discriminator([pair.threshold], [fake]),
            pair.discriminator([real], [pair.threshold]),
        )
        assert float(as_real) == pytest.approx(float(as_fake), abs=1e-6), name
        assert float(as_real) > 0.1
    assert losses.LeastSquares(-1.0, 1.0, 0.0).threshold == 0.0
    assert losses.get("wasserstein").threshold is losses.get("relativistic").threshold is None


def test_pairing_refuses_to_broadcast():
    with pytest.raises(ValueError, match=r"one shape, received real \(4, 1\) and fake \(4,\)"):
        losses.get("relativistic").discriminator(np.zeros((4, 1)), np.zeros(4))


@pytest.mark.parametrize(
    "pair", [losses.NonSaturating(0.2), losses.LeastSquares(-1.0, 1.0, 0.0), losses.Hinge()], ids=repr
)
def test_serialization_round_trip(pair):
    again = losses.get(keras.saving.serialize_keras_object(pair))
    assert type(again) is type(pair)
    assert again.get_config() == pair.get_config()


def test_unknown_names_and_objects_list_the_known_ones():
    for wrong in ("hinges", 3, None):
        with pytest.raises(ValueError, match="minimax, non-saturating, wasserstein, least-squares") as caught:
            losses.get(wrong)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=r"received 0\.5"):
        losses.NonSaturating(label_smoothing=0.5)


def test_an_object_of_ones_own_is_taken_as_it_is():
    class Mine:
        def discriminator(self, real, fake):
            return 0.0

        def generator(self, real, fake):
            return 0.0

    mine = Mine()
    assert losses.get(mine) is mine
