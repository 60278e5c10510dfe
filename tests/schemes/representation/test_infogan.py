"""InfoGAN: promises, each term against NumPy, the paper's settings, what it reads, and what does not fit."""

import keras
import numpy as np
import pytest

from kgan import InfoGAN
from kgan.app import names
from kgan.networks import mlp
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import plain_first

SIZE, NOISE, CATEGORIES, CONTINUOUS = (4, 4), 3, (3, 2), 2
LATENT = NOISE + sum(CATEGORIES) + CONTINUOUS
DATA = {"image": images(18, SIZE)}


def make(latent=LATENT, **arguments):
    arguments = {"noise_size": NOISE, "categories": CATEGORIES, "continuous": CONTINUOUS} | arguments
    generator = mlp.generator(SIZE, latent_size=latent, width=6, depth=1)
    return InfoGAN(generator, mlp.discriminator(SIZE, width=5, depth=1), **arguments)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    model = make()
    model.compile(jit_compile=False)
    return model


@pytest.mark.slow
@plain_first
def test_infogan(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_terms_equal_the_papers_in_numpy(model):
    found, totals, generated = terms(model, {"image": DATA["image"][:6]})
    code, image = (np.asarray(generated[name], "float64") for name in ("code", "image"))
    hidden = keras.Model(model.discriminator.input, model.discriminator.layers[-2].output)
    (first, bias), (last, shift) = (layer.get_weights() for layer in model.recognizer.layers if layer.weights)
    x = np.asarray(hidden(image), "float64") @ first + bias
    read = np.where(x > 0, x, 0.1 * x) @ last + shift
    category, at, right = 0.0, 0, []
    for count in CATEGORIES:
        logits, given = read[:, at : at + count], code[:, at : at + count]
        assert set(np.unique(given)) <= {0.0, 1.0}
        assert (given.sum(axis=1) == 1).all()
        category += mean(np.log(np.exp(logits).sum(axis=1)) - (logits * given).sum(axis=1))
        right.append(np.mean(logits.argmax(axis=1) == given.argmax(axis=1)))
        at += count
    assert np.abs(code[:, at:]).max() <= 1
    information = {
        "category": category, "continuous": mean(((code[:, at:] - read[:, at:]) ** 2).sum(axis=1)) / 2
    }  # fmt: skip
    real, fake = (np.asarray(model.discriminator(x)) for x in (DATA["image"][:6], image))
    expected = {
        "discriminator/adversarial": mean(softplus(-real)) + mean(softplus(fake)),
        "generator/adversarial": mean(softplus(-fake)),
    } | {f"{side}/{name}": v for side in ("discriminator", "generator") for name, v in information.items()}
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert found["discriminator/accuracy_category"] == pytest.approx(mean(right))
    for side, total in totals.items():
        assert total == pytest.approx(sum(v for n, v in expected.items() if n.startswith(side)), rel=1e-4)


def test_the_papers_settings(model):
    discriminator, generator = model.optimizer.optimizers
    assert (float(discriminator.learning_rate), float(generator.learning_rate)) == pytest.approx((2e-4, 1e-3))
    assert model.recognizer.layers[0].units == 128
    assert not model.loss_weights


def test_codes_are_read_as_they_were_asked_for():
    # A picture that shows its category as it is, and a Q that is told to look at it.
    keras.utils.set_random_seed(1)
    latent = keras.Input((5,), name="latent")
    shown = keras.layers.Reshape((1, 5, 1))(latent)
    judge = keras.Sequential([keras.Input((1, 5, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model = InfoGAN(keras.Model(latent, shown), judge, 1, (3,), 1)
    hidden, code = (layer for layer in model.recognizer.layers if layer.weights)
    hidden.set_weights([np.eye(5, 128), np.zeros(128)])
    code.set_weights([np.eye(128, 5)[:, [1, 2, 3, 4, 0]][:, :4], np.zeros(4)])
    drawn = model.sample(3, seed=1, category=[2, 0, 1], continuous=[0.25])
    read = model.recognize(drawn, batch_size=2)
    assert read["category"][:, 0].tolist() == [2, 0, 1]
    np.testing.assert_allclose(read["continuous"], 0.25)
    everything = model.recognize(model.sample(64, seed=0))
    assert set(everything["category"][:, 0]) == {0, 1, 2}
    # The rectifier leaves a tenth of what is negative.
    assert -0.1 <= everything["continuous"].min() < -0.05 < 0.5 < everything["continuous"].max() <= 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"category": 3}, r"expected category of shape \(4, 2\) or \(2,\), received \(\)"),
        ({"category": [3, 0]}, "expected category from 0 to below 3 and 2, received 0 to 3"),
        ({"continuous": [1.0] * 3}, r"expected continuous of shape \(4, 2\) or \(2,\), received \(3,\)"),
        ({"label": 1}, "expected category or continuous from a InfoGAN, received label"),
    ],
)
def test_codes_that_it_does_not_have(model, given, message):
    with pytest.raises(ValueError, match=f"sample: {message}"):
        model.sample(4, **given)


def test_networks_that_do_not_fit():
    with pytest.raises(
        ValueError, match=r"latents of 10 numbers \(3 of noise, 5 of categories, 2 continuous\)"
    ):
        make(latent=9)
    for none in ({"categories": (), "continuous": 0}, {"categories": (1,)}, {"continuous": -1}):
        with pytest.raises(ValueError, match="InfoGAN: expected categories of at least 2 values each"):
            make(**none)
    image = keras.Input((*SIZE, 1))
    generator = mlp.generator(SIZE, latent_size=LATENT, width=4, depth=1)
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(1, 1)(image))
    with pytest.raises(ValueError, match="InfoGAN: expected a discriminator that ends in a linear layer"):
        InfoGAN(generator, keras.Model(image, pooled), NOISE, CATEGORIES, CONTINUOUS)


def test_no_app_lists_what_it_cannot_draw():
    assert {"infogan", "bigan", "semi-supervised-gan"}.isdisjoint(names.schemes("generation"))
