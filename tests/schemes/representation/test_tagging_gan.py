"""TaggingGAN: its game against NumPy, whose tags are the nearest, what does not fit, a whole training."""

import keras
import numpy as np
import pytest

from kgan import TaggingGAN
from kgan.networks import tagging
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, softplus, terms
from tests.schemes.ways import all_slow

RANDOM = np.random.default_rng(0)
DATA = {
    name: RANDOM.normal(size=(18, size)).astype("float32") for name, size in (("features", 5), ("tag", 3))
}
SMALL = {"features": 5, "size": 3, "width": 4}


def make(size=3):
    return TaggingGAN(
        tagging.generator(**SMALL, latent_size=2), tagging.discriminator(**{**SMALL, "size": size}, joint=3)
    )


@all_slow
def test_tagging_gan(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_the_game_and_its_maxout_equal_numpy():
    model = make()
    model.compile(jit_compile=False)
    batch = {name: value[:6] for name, value in DATA.items()}
    found, _, generated = terms(model, batch)
    network = model.discriminator
    weights = {
        layer: [np.asarray(w) for w in network.get_layer(layer).weights] for layer in ("joint", "logit")
    }

    def logits(tag):
        seen = []
        for name, value in (("tag", tag), ("features", batch["features"])):
            kernel, bias = (np.asarray(w) for w in network.get_layer(f"{name}_units").weights)
            seen.append(np.maximum(np.asarray(value) @ kernel + bias, 0))
        kernel, bias = weights["joint"]
        pieces = (np.concatenate(seen, axis=1) @ kernel + bias).reshape(6, 3, 3)
        return pieces.max(axis=2) @ weights["logit"][0] + weights["logit"][1]

    real, fake = logits(batch["tag"]), logits(generated["tag"])
    expected = {
        "discriminator/adversarial": mean(softplus(-real)) + mean(softplus(fake)),
        "generator/adversarial": mean(softplus(-fake)),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)


def test_tags_are_the_words_that_most_draws_are_near():
    latent, features = keras.Input((3,), name="latent"), keras.Input((3,), name="features")
    told = keras.layers.Add()([features, keras.layers.Rescaling(0.01)(latent)])
    model = TaggingGAN(
        keras.Model({"latent": latent, "features": features}, told), tagging.discriminator(3, 3, width=2)
    )
    words = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [9, 9, 0], [-1, 0, 0]], "float32")
    found = model.tags([[2, 0.5, 0], [0, 0, 5]], words, count=2, draws=8, nearest=2)
    np.testing.assert_array_equal(found[0], [0, 3])
    assert found[1, 0] == 2
    with pytest.raises(ValueError, match=r"expected vectors \(6 or more, 3\), received shape \(5, 3\)"):
        model.tags([[2, 0, 0]], words, count=6)


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match=r"same vectors of tags.*\(None, 3\).*\(None, 4\)"):
        make(size=4)
    with pytest.raises(ValueError, match=r"with inputs \['features', 'tag'\].*Build it with tagging"):
        TaggingGAN(tagging.generator(**SMALL), tagging.generator(**SMALL))
