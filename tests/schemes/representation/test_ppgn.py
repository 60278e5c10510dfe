"""PPGN: promises, its terms and its climb against NumPy, and networks that do not fit."""

import keras
import numpy as np
import pytest

from kgan import PPGN
from kgan.networks import mlp
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import all_slow

SIZE, NUMBERS = (3, 3), 4
DATA = {"image": images(18, SIZE)}


def flat(units):
    return keras.Sequential([keras.Input((*SIZE, 1)), keras.layers.Flatten(), keras.layers.Dense(units)])


def make(numbers=NUMBERS, size=SIZE, **options):
    return PPGN(
        mlp.generator(SIZE, latent_size=numbers, width=5, depth=1),
        mlp.discriminator(size, width=5, depth=1),
        flat(NUMBERS),
        **options,
    )


@all_slow
def test_ppgn(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_the_terms_equal_numpy_and_the_encoder_stays():
    model = make(noise=0.5)
    model.compile(jit_compile=False)
    image = DATA["image"][:6]
    found, _, generated = terms(model, {"image": image})
    kernel, bias = (np.asarray(w) for w in model.encoder.weights)
    drawn = np.asarray(generated["image"])
    told, again = (x.reshape(6, -1) @ kernel + bias for x in (image, drawn))
    np.testing.assert_allclose(generated["features"], told, atol=1e-5)
    real, fake = (np.asarray(model.discriminator(x)) for x in (image, drawn))
    expected = {
        "discriminator/adversarial": mean(softplus(-real)) + mean(softplus(fake)),
        "generator/adversarial": mean(softplus(-fake)),
        "generator/pixels": mean((image - drawn) ** 2),
        "generator/features": mean((told - again) ** 2),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    before = [np.array(w) for w in (*model.encoder.weights, *model.generator.weights)]
    model.fit(DATA, batch_size=9, verbose=0)
    after = [np.array(w) for w in (*model.encoder.weights, *model.generator.weights)]
    assert [np.array_equal(a, b) for a, b in zip(before, after, strict=True)] == [True] * 2 + [False] * 4


def linear(kernel, name):
    """A network without a bias from features to pictures of one row, or from those to features."""
    inputs = keras.Input((len(kernel),)) if name == "generator" else keras.Input((1, len(kernel), 1))
    x = inputs if name == "generator" else keras.layers.Flatten()(inputs)
    layer = keras.layers.Dense(kernel.shape[1], use_bias=False)
    x = layer(x)
    layer.kernel.assign(kernel)
    x = keras.layers.Reshape((1, kernel.shape[1], 1))(x) if name == "generator" else x
    return keras.Model(inputs, x)


def test_one_step_of_the_climb_is_equation_5():
    random = np.random.default_rng(0)
    to_image, to_features, to_logits = (
        random.normal(size=shape).astype("float32") for shape in ((2, 3), (3, 2), (3, 4))
    )
    model = PPGN(
        linear(to_image, "generator"),
        mlp.discriminator((1, 3), width=2, depth=1),
        linear(to_features, "encoder"),
    )
    classifier = linear(to_logits, "classifier")
    arguments = {"label": 1, "count": 5, "steps": 1, "seed": 3}
    still = model.climb(classifier, **arguments, prior=0, condition=0, jitter=0)[:, 0, :, 0]
    start = still @ np.linalg.pinv(to_image)
    probability = np.exp(still @ to_logits)
    probability /= probability.sum(axis=1, keepdims=True)
    slope = (np.eye(4)[1] - probability) @ to_logits.T @ to_image.T
    expected = start + 0.2 * (still @ to_features - start) + 0.7 * slope
    found = model.climb(classifier, **arguments, prior=0.2, condition=0.7, jitter=0)[:, 0, :, 0]
    np.testing.assert_allclose(found, expected @ to_image, rtol=1e-3, atol=1e-4)
    each = model.climb(classifier, [1, 1, 2, 1, 1], 5, 1, prior=0.2, condition=0.7, jitter=0, seed=3)[
        :, 0, :, 0
    ]
    assert [np.allclose(a, b, atol=1e-5) for a, b in zip(each, found, strict=True)] == [
        True,
        True,
        False,
        True,
        True,
    ]
    shaken = model.climb(classifier, **arguments, prior=0.2, condition=0.7, jitter=0.1)[:, 0, :, 0]
    noise = (shaken - found) @ np.linalg.pinv(to_image) / 0.1
    assert 0.3 < noise.std() < 2
    assert np.abs(noise - start).max() > 0.1


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match=r"for \(None, 5\) and an encoder that gives \(None, 4\)"):
        make(numbers=5)
    with pytest.raises(ValueError, match="PPGN: expected a network discriminator for the images"):
        make(size=(3, 4))
    with pytest.raises(ValueError, match="expected noise to be a deviation of at least 0, received -1"):
        make(noise=-1)
    for label in (3, [0, 1]):
        with pytest.raises(ValueError, match=r"expected a label from 0 to 2, .* received labels"):
            make().climb(flat(3), label=label, count=1)
