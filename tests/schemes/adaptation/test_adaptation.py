"""Domain adaptation: promises, each term and gradient against NumPy, the papers' settings, what does not fit."""

import keras
import numpy as np
import pytest

from kgan import ADDA, DANN
from kgan.networks import lenet
from kgan.schedules import Annealed, SigmoidRise
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, softplus, terms
from tests.schemes.ways import plain_first

RANDOM = np.random.default_rng(0)
DATA = {
    "source": RANDOM.normal(size=(12, 3)).astype("float32"),
    "target": RANDOM.normal(1.0, 1.0, (12, 3)).astype("float32"),
    "label": RANDOM.integers(0, 2, 12).astype("int32"),
}
BATCH = {key: value[:6] for key, value in DATA.items()}


def linear(inputs, outputs, name):
    x = keras.Input((inputs,), name="x")
    return keras.Model(x, keras.layers.Dense(outputs, bias_initializer="normal")(x), name=name)


def dann():
    return DANN(linear(3, 4, "encoder"), linear(4, 2, "classifier"), linear(4, 1, "discriminator"))


def adda():
    return ADDA(linear(3, 4, "encoder"), linear(4, 2, "classifier"), linear(4, 1, "discriminator"))


@plain_first
@pytest.mark.parametrize("make", [dann, pytest.param(adda, marks=pytest.mark.slow)])
def test_adaptation(make, way):
    keys = make().batch_keys
    run_scheme_test(make, {key: DATA[key] for key in keys}, PLAIN, **way)


def applied(network, x):
    kernel, bias = (w.astype("float64") for w in network.get_weights())
    return np.asarray(x, "float64") @ kernel + bias


def test_dann_terms():
    model = dann()
    model.compile(loss_weights={"generator/domain": 0.3}, jit_compile=False)
    found, totals, _ = terms(model, BATCH)
    source, target = (applied(model.encoder, BATCH[key]) for key in ("source", "target"))
    logits = applied(model.classifier, source)
    label = mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(6), BATCH["label"]])
    judged = [applied(model.discriminator, features) for features in (source, target)]
    domain = mean(softplus(-judged[0])) + mean(softplus(judged[1]))
    assert found["discriminator/domain"] == pytest.approx(domain, rel=1e-5)
    assert found["generator/label"] == pytest.approx(label, rel=1e-5)
    assert totals == pytest.approx({"discriminator": domain, "generator": label - 0.3 * domain}, rel=1e-5)
    assert found["generator/accuracy"] == pytest.approx(mean(logits.argmax(1) == BATCH["label"]))
    assert found["discriminator/accuracy"] == pytest.approx((mean(judged[0] > 0) + mean(judged[1] < 0)) / 2)


def test_dann_turns_the_domain_gradient_round():
    """Equation 13: F goes along `dL_y/dF - lambda dL_d/dF`, both in closed form for linear networks."""
    model = dann()
    model.compile(
        keras.optimizers.SGD(1.0), keras.optimizers.SGD(0.0), loss_weights={"domain": 0.3}, jit_compile=False
    )
    kernel = model.encoder.get_weights()[0].astype("float64")
    source, target = (applied(model.encoder, BATCH[key]) for key in ("source", "target"))
    logits = applied(model.classifier, source)
    share = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    of_label = (share - np.eye(2)[BATCH["label"]]) / 6 @ model.classifier.get_weights()[0].T
    weights, sigmoid = model.discriminator.get_weights()[0].T, lambda x: 1 / (1 + np.exp(-x))
    of_source = -sigmoid(-applied(model.discriminator, source)) / 6 @ weights
    of_target = sigmoid(applied(model.discriminator, target)) / 6 @ weights
    domain = BATCH["source"].T @ of_source + BATCH["target"].T @ of_target
    expected = BATCH["source"].T @ of_label - 0.3 * domain
    model.train_on_batch(BATCH)
    np.testing.assert_allclose(kernel - model.encoder.get_weights()[0], expected, rtol=1e-4, atol=1e-6)


def test_danns_schedules_are_the_papers(tmp_path):
    model = dann()
    model.compile(**DANN.schedule(steps=10), jit_compile=False)
    # Ganin et al. 2016, section 5.2.2: gamma 10; mu_0 0.01, alpha 10, beta 0.75, momentum 0.9.
    weight = model.loss_weights["generator/domain"]
    for step, p in ((0, 0.0), (5, 0.5), (10, 1.0), (99, 1.0)):
        assert float(weight(step)) == pytest.approx(2 / (1 + np.exp(-10 * p)) - 1, abs=1e-6)
    rates = [float(Annealed(0.01, 10)(step)) for step in (0, 5, 10, 99)]
    assert rates == pytest.approx([0.01, 0.01 / 6**0.75, 0.01 / 11**0.75, 0.01 / 11**0.75], rel=1e-5)
    assert {optimizer.momentum for optimizer in model.optimizer.optimizers} == {0.9}
    model.fit(DATA, batch_size=6, verbose=0)
    logs = model.train_on_batch(BATCH, return_dict=True)  # the third step: p = 0.2
    total = logs["generator/label"] + (2 / (1 + np.exp(-2)) - 1) * logs["generator/domain"]
    assert logs["loss"] == pytest.approx(total, rel=0.2)  # means over the epoch so far
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").loss_weights["generator/domain"]
    assert isinstance(again, SigmoidRise)
    assert again.get_config() == weight.get_config()


def test_adda_terms_and_what_stays():
    model = adda()
    model.target_encoder.set_weights([w + 0.1 for w in model.target_encoder.get_weights()])
    model.compile(jit_compile=False)
    found, totals, _ = terms(model, BATCH)
    real = applied(model.discriminator, applied(model.source_encoder, BATCH["source"]))
    fake = applied(model.discriminator, applied(model.target_encoder, BATCH["target"]))
    expected = {
        "discriminator": mean(softplus(-real)) + mean(softplus(fake)),
        "generator": mean(softplus(-fake)),
    }
    assert totals == pytest.approx(expected, rel=1e-5)
    assert found["generator/adversarial"] == pytest.approx(expected["generator"], rel=1e-5)
    frozen = [w.copy() for network in (model.source_encoder, model.classifier) for w in network.get_weights()]
    model.fit({key: DATA[key] for key in ("source", "target")}, batch_size=6, verbose=0)
    after = [w for network in (model.source_encoder, model.classifier) for w in network.get_weights()]
    assert all(np.array_equal(a, b) for a, b in zip(frozen, after))
    read = applied(model.classifier, applied(model.target_encoder, BATCH["target"]))
    np.testing.assert_allclose(
        model.predict({"image": BATCH["target"]}, verbose=0), read, rtol=1e-4, atol=1e-5
    )


def test_the_target_encoder_starts_as_the_source_encoder():
    model = adda()
    for a, b in zip(model.source_encoder.get_weights(), model.target_encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert model.target_encoder is not model.source_encoder


def test_networks_that_do_not_fit():
    encoder, other = linear(3, 4, "encoder"), linear(3, 5, "encoder")
    classifier, judge = linear(4, 2, "classifier"), linear(4, 1, "discriminator")
    for scheme in (DANN, ADDA):
        with pytest.raises(
            ValueError, match=r"a classifier that takes .* makes, \(batch, 5\), received one for \(batch, 4\)"
        ):
            scheme(other, classifier, judge)
        with pytest.raises(ValueError, match="expected a discriminator that takes what the encoder makes"):
            scheme(encoder, classifier, linear(5, 1, "discriminator"))
        with pytest.raises(ValueError, match="a logit for each of at least 2 classes"):
            scheme(encoder, linear(4, 1, "classifier"), judge)
        with pytest.raises(ValueError, match="one logit a sample"):
            scheme(encoder, classifier, linear(4, 2, "discriminator")).compile()
    with pytest.raises(
        ValueError, match="expected a target_encoder that makes the source encoder's features"
    ):
        ADDA(encoder, classifier, judge, other)
    with pytest.raises(ValueError, match="expected two encoders, received one network twice"):
        ADDA(encoder, classifier, judge, encoder)


def test_labels_and_domains_that_do_not_fit():
    model = dann()
    model.compile(jit_compile=False)
    with pytest.raises(ValueError, match="expected labels from 0 to 1, received 0 to 2"):
        model.fit(BATCH | {"label": np.array([0, 1, 2, 0, 1, 2])}, verbose=0)
    with pytest.raises(ValueError, match="expected 'target' in each batch, found"):
        model.fit({key: BATCH[key] for key in ("source", "label")}, verbose=0)
    with pytest.raises(ValueError, match=r"expected 'target' of shape \(batch, 3\), received \(batch, 2\)"):
        model.fit(BATCH | {"target": BATCH["target"][:, :2]}, verbose=0)


def test_lenet(tmp_path):
    from tests.networks.builder_checks import check_builder

    size = {"image_size": (16, 20), "channels": 1, "features": 6}
    model = check_builder(lambda: lenet.encoder(**size, width=4), tmp_path, (6,), "encoder", side=16)
    # 16x20 to 12x16, 6x8, 2x4, 1x2 pixels of 10 channels.
    assert model.count_params() == 25 * 4 + 4 + 25 * 4 * 10 + 10 + 20 * 6 + 6
    assert lenet.classifier(3, 6).count_params() == 6 * 3 + 3
    assert lenet.discriminator(6, 5).count_params() == 6 * 5 + 5 + 5 * 5 + 5 + 6
    with pytest.raises(ValueError, match="at least 16 pixels"):
        lenet.encoder((15, 28))
