"""AdversarialDebiasing: promises, the projected gradient in closed form, what does not fit, and the two gaps."""

import keras
import numpy as np
import pytest

from kgan import AdversarialDebiasing
from kgan.layers import SharpenedSigmoid
from kgan.metrics.fairness_gaps import demographic_parity_gap, equalized_odds_gap
from kgan.networks import debiasing
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, softplus, terms
from tests.schemes.ways import plain_first

RANDOM = np.random.default_rng(0)
DATA = {
    "features": RANDOM.normal(size=(12, 3)).astype("float32"),
    "label": np.array([0, 1, 1, 0, 1, 0] * 2, "int32"),
    "protected": np.array([0, 0, 1, 1, 1, 0] * 2, "int32"),
}
POINTS = np.array([[-1.0], [0.5]], "float32")
BATCH = {key: value[:6] for key, value in DATA.items()}


def make(fairness="odds", projection=True):
    model = AdversarialDebiasing(
        debiasing.predictor(3), debiasing.adversary(fairness == "odds"), fairness, projection
    )
    random = np.random.default_rng(4)
    for network in (model.predictor, model.adversary):
        network.set_weights([random.normal(size=w.shape) for w in network.get_weights()])
    return model


@plain_first
def test_adversarial_debiasing(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_hand(model):
    """`L_P`, `L_A` and their gradients by the predictor's weights and bias, of `w x + b` and the paper's adversary."""
    kernel, bias = (w.astype("float64") for w in model.predictor.get_weights())
    c, weights, offset = (w.astype("float64") for w in model.adversary.get_weights())
    x, y, z = BATCH["features"].astype("float64"), BATCH["label"], BATCH["protected"]
    logit = (x @ kernel + bias)[:, 0]
    s = sigmoid((1 + abs(c)) * logit)
    slope, alone = np.full(6, weights[0, 0]), 0.0
    if model.fairness == "odds":
        slope, alone = slope + weights[2, 0] * y + weights[3, 0] * (1 - y), weights[1, 0] * y
    guess = slope * s + alone + offset[0]
    counted = y / y.mean() if model.fairness == "opportunity" else np.ones(6)
    losses = mean(softplus(logit) - y * logit), mean(counted * (softplus(guess) - z * guess))
    of_logit = (
        (sigmoid(logit) - y) / 6,
        counted * (sigmoid(guess) - z) * slope * s * (1 - s) * (1 + abs(c)) / 6,
    )
    return losses, [np.append(x.T @ g, g.sum()) for g in of_logit]


@pytest.mark.parametrize("fairness", ["parity", "odds", "opportunity"])
def test_terms(fairness):
    model = make(fairness)
    model.compile(loss_weights={"generator/protected": 0.3}, jit_compile=False)
    found, totals, _ = terms(model, BATCH)
    (label, protected), _ = by_hand(model)
    assert found["discriminator/protected"] == pytest.approx(protected, rel=1e-5)
    assert found["generator/label"] == pytest.approx(label, rel=1e-5)
    assert found["generator/protected"] == pytest.approx(-protected, rel=1e-5)
    assert totals["generator"] == pytest.approx(label - 0.3 * protected, rel=1e-5)


@pytest.mark.parametrize("projection", [True, False])
def test_the_predictor_steps_as_the_paper_has_it(projection):
    """W moves by `g - h (g . h) / (h . h) - alpha h`; with an alpha of 0 that is at right angles to h."""
    alpha = 0.3
    model = make(projection=projection)
    still = keras.optimizers.SGD(0.0)
    model.compile(
        keras.optimizers.SGD(1.0), still, loss_weights={"generator/protected": alpha}, jit_compile=False
    )
    _, (g, h) = by_hand(model)
    before = np.append(*(w.astype("float64").ravel() for w in model.predictor.get_weights()))
    model.train_on_batch(BATCH)
    after = np.append(*(w.astype("float64").ravel() for w in model.predictor.get_weights()))
    kept = g - h * (g @ h) / (h @ h) if projection else g
    np.testing.assert_allclose(before - after, kept - alpha * h, rtol=1e-4, atol=1e-6)
    assert abs(g @ h) > 0.05 * np.linalg.norm(g) * np.linalg.norm(h), "nothing to project"


def test_an_adversary_that_listens_to_nothing_leaves_the_predictor_alone():
    """h is zero: no projection, no not-a-number."""
    model = make()
    model.adversary.set_weights([np.zeros(w.shape) for w in model.adversary.get_weights()])
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(0.0), jit_compile=False)
    _, (g, _) = by_hand(model)
    before = model.predictor.get_weights()
    model.train_on_batch(BATCH)
    moved = [a - b for a, b in zip(before, model.predictor.get_weights())]
    np.testing.assert_allclose(np.append(*(m.ravel() for m in moved)), g, rtol=1e-4, atol=1e-6)


def test_what_does_not_fit():
    predictor, told, untold = debiasing.predictor(3), debiasing.adversary(), debiasing.adversary(False)
    with pytest.raises(
        ValueError, match="expected fairness among parity, odds, opportunity, received 'equal'"
    ):
        AdversarialDebiasing(predictor, told, "equal")
    with pytest.raises(ValueError, match="expected an adversary with inputs label and logit"):
        AdversarialDebiasing(predictor, untold)
    with pytest.raises(ValueError, match=r"expected an adversary with inputs logit of shape \(batch, 1\)"):
        AdversarialDebiasing(predictor, told, "parity")
    wide = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(
        ValueError, match=r"a predictor that returns one logit a row, \(batch, 1\), received outputs"
    ):
        AdversarialDebiasing(wide, told)
    model = make()
    model.compile(jit_compile=False)
    with pytest.raises(ValueError, match="expected labels from 0 to 1, received 0 to 2"):
        model.fit(BATCH | {"label": BATCH["label"] * 2}, verbose=0)
    with pytest.raises(ValueError, match="expected protected attributes from 0 to 1, received -1 to 1"):
        model.fit(BATCH | {"protected": BATCH["label"] * 2 - 1}, verbose=0)
    with pytest.raises(ValueError, match="expected 'protected' in each batch"):
        model.fit({key: BATCH[key] for key in ("features", "label")}, verbose=0)


def test_networks():
    sharp = SharpenedSigmoid()
    np.testing.assert_allclose(sharp(POINTS), sigmoid(2 * POINTS), rtol=1e-6)
    sharp.sharpness.assign(-2.0)
    np.testing.assert_allclose(sharp(POINTS[1:]), sigmoid(1.5), rtol=1e-6)
    assert debiasing.predictor(3, width=4, depth=2).count_params() == 3 * 4 + 4 + 4 * 4 + 4 + 5
    assert debiasing.adversary().count_params() == 1 + 4 + 1
    assert debiasing.adversary(False).count_params() == 1 + 1 + 1


def test_gaps_by_hand():
    # Of group 0: 3 of 4 accepted; of group 1: 1 of 4.
    decision = [1, 1, 1, 0, 1, 0, 0, 0]
    group = [0, 0, 0, 0, 1, 1, 1, 1]
    label = [1, 1, 0, 0, 1, 1, 0, 0]
    assert demographic_parity_gap(decision, group) == 0.5
    # True positives 2 of 2 and 1 of 2, false ones 1 of 2 and 0 of 2; then one more difference among the false.
    assert equalized_odds_gap(decision, label, group) == 0.5
    assert equalized_odds_gap([1, 1, 1, 1, 1, 0, 0, 0], label, group) == 1.0
    with pytest.raises(
        ValueError, match="rows with label 1 of both groups, found 0 with the attribute 0 and 2"
    ):
        equalized_odds_gap(decision[2:4] + decision[4:], label[2:4] + label[4:], group[2:4] + group[4:])
