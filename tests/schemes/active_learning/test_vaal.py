"""VAAL: promises, each term against NumPy, what it chooses, and what does not fit."""

import keras
import numpy as np
import pytest

from kgan import VAAL
from kgan.networks import variational
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import all_slow

SIZE = {"image_size": (4, 6), "channels": 1, "latent_size": 3, "width": 2}
DATA = {"image": images(12, (4, 6)), "unlabeled": images(12, (4, 6), seed=1)}
BATCH = {key: value[:5] for key, value in DATA.items()}


def make():
    return VAAL(variational.encoder(**SIZE), variational.decoder(**SIZE), variational.discriminator(3, 4))


@all_slow
def test_vaal(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_terms():
    model = make()
    model.compile(loss_weights={"divergence": 0.5, "generator/adversarial": 2.0}, jit_compile=False)
    found, totals, made = terms(model, BATCH)
    expected, logits = {"reconstruction": 0.0, "divergence": 0.0, "adversarial": 0.0}, {}
    for key in ("image", "unlabeled"):
        code = {name: np.asarray(value, "float64") for name, value in model.encoder(BATCH[key]).items()}
        logits[key] = np.asarray(model.discriminator(code["mean"].astype("float32")), "float64")
        m, v = code["mean"], np.exp(code["log_variance"])
        expected["divergence"] += mean(((m**2 + v - 1 - np.log(v)) / 2).sum(1))
        expected["reconstruction"] += mean((np.asarray(made[f"{key}_drawn"]) - BATCH[key]) ** 2)
        expected["adversarial"] += mean(softplus(-logits[key]))
    for name, value in expected.items():
        assert found[f"generator/{name}"] == pytest.approx(value, rel=1e-4)
    weighted = expected["reconstruction"] + 0.5 * expected["divergence"] + 2 * expected["adversarial"]
    assert totals["generator"] == pytest.approx(weighted, rel=1e-4)
    judged = mean(softplus(-logits["image"])) + mean(softplus(logits["unlabeled"]))
    assert totals["discriminator"] == pytest.approx(judged, rel=1e-4)


def test_it_chooses_what_looks_least_labelled():
    model, pool = make(), DATA["unlabeled"]
    logits = np.asarray(model.discriminator(model.encoder(pool)["mean"]))[:, 0]
    np.testing.assert_array_equal(model.choose(pool, 4, batch_size=5), np.argsort(logits)[:4])
    with pytest.raises(ValueError, match="choose: expected a count from 1 to 12, received 13"):
        model.choose(pool, 13)


def test_what_does_not_fit():
    encoder, decoder, judge = (
        variational.encoder(**SIZE),
        variational.decoder(**SIZE),
        variational.discriminator(3),
    )
    plain = keras.Sequential([keras.Input((4, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="an encoder that returns mean and log_variance"):
        VAAL(plain, decoder, judge)
    with pytest.raises(ValueError, match="expected a discriminator of codes of 3 numbers, received one for"):
        VAAL(encoder, decoder, variational.discriminator(4))
    other = variational.decoder(**(SIZE | {"image_size": (4, 4)}))
    with pytest.raises(ValueError, match="a decoder that draws what the encoder takes"):
        VAAL(encoder, other, judge)
    with pytest.raises(ValueError, match="multiples of 2"):
        variational.encoder((5, 4))
    model = make()
    model.compile(jit_compile=False)
    with pytest.raises(ValueError, match="expected 'unlabeled' in each batch"):
        model.fit({"image": BATCH["image"]}, verbose=0)


def test_networks():
    # 4x6 pixels; 3x3 convolutions to 2 and 4 channels, 2x3 places of 4 channels, mean and log variance of 3.
    assert variational.encoder(**SIZE).count_params() == 9 * 2 + 2 + 9 * 2 * 4 + 4 + 2 * (24 * 3 + 3)
    assert variational.decoder(**SIZE).count_params() == 3 * 24 + 24 + 16 * 4 * 2 + 2 + 9 * 2 + 1
    assert variational.discriminator(3, 4).count_params() == 3 * 4 + 4 + 4 * 4 + 4 + 5
