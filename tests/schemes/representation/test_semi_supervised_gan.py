"""SemiSupervisedGAN: promises, each term against NumPy, what it learns from few labels, and what does not fit."""

import keras
import numpy as np
import pytest

from kgan import SemiSupervisedGAN
from kgan.networks import mlp
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, softplus, terms
from tests.schemes.ways import plain_first

SIZE, CLASSES = (4, 4), 3
DATA = {
    "image": images(18, SIZE),
    "label": np.random.default_rng(0).integers(0, CLASSES, 18).astype("int32"),
    "unlabeled": images(18, SIZE, seed=1),
}


def make(outputs=CLASSES):
    generator = mlp.generator(SIZE, latent_size=4, width=6, depth=1)
    return SemiSupervisedGAN(generator, mlp.discriminator(SIZE, width=5, depth=1, outputs=outputs), 4)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    model = make()
    model.compile(jit_compile=False)
    return model


@pytest.mark.slow
@plain_first
def test_semi_supervised_gan(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_terms_equal_the_papers_in_numpy(model):
    batch = {key: value[:6] for key, value in DATA.items()}
    found, totals, generated = terms(model, batch)
    seen = keras.Model(model.discriminator.input, model.discriminator.layers[-2].output)
    logits, features = {}, {}
    for name, image in (*batch.items(), ("drawn", np.asarray(generated["image"]))):
        if name != "label":
            logits[name] = np.asarray(model.discriminator(image), "float64")
            features[name] = np.asarray(seen(image), "float64").mean(axis=0)
    total = {name: np.exp(x).sum(axis=1) for name, x in logits.items()}
    # The K+1 classes written out: a fake's logit is 0, so that its probability is 1 / (Z + 1).
    adversarial = -mean(np.log(total["unlabeled"] / (total["unlabeled"] + 1))) - mean(
        np.log(1 / (total["drawn"] + 1))
    )
    own = logits["image"][np.arange(6), batch["label"]]
    expected = {
        "discriminator/class": mean(np.log(total["image"]) - own),
        "discriminator/adversarial": adversarial,
        "generator/features": float(((features["unlabeled"] - features["drawn"]) ** 2).sum()),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert adversarial == pytest.approx(
        mean(softplus(-np.log(total["unlabeled"]))) + mean(softplus(np.log(total["drawn"])))
    )
    sums = {
        "discriminator": expected["discriminator/class"] + adversarial / 2,
        "generator": expected["generator/features"],
    }
    assert totals == pytest.approx(sums, rel=1e-4)
    right = (logits["image"].argmax(axis=1) == batch["label"]).mean()
    assert found["discriminator/accuracy_class"] == pytest.approx(right)


def test_predict_gives_the_probabilities_of_classes(model):
    logits = np.asarray(model.discriminator(DATA["image"][:4]), "float64")
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = model({"image": DATA["image"][:4]})
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-5)
    assert model.sample(2).shape == (2, *SIZE, 1)


def test_few_labels_stand_beside_all_others():
    data = SemiSupervisedGAN.together(np.arange(3), np.arange(3) + 10, np.arange(4) + 20, repeat=2)
    assert (data["label"] - data["image"] == 10).all()
    assert sorted(data["unlabeled"]) == sorted([*range(20, 24)] * 2)
    assert {len(value) for value in data.values()} == {8}
    assert np.bincount(data["image"]).tolist() in ([3, 3, 2], [3, 2, 3], [2, 3, 3])
    with pytest.raises(ValueError, match="expected labelled and unlabelled pictures, received 3 and 0"):
        SemiSupervisedGAN.together(np.arange(3), np.arange(3), np.arange(0))


def test_networks_and_batches_that_do_not_fit(model):
    with pytest.raises(
        ValueError, match="SemiSupervisedGAN: expected a discriminator that returns the logits of"
    ):
        make(outputs=1)
    with pytest.raises(ValueError, match=r"received no unlabeled\. Pass SemiSupervisedGAN.together"):
        model.fit((DATA["image"], DATA["label"]), verbose=0)
    with pytest.raises(ValueError, match="expected labels from 0 to 2, received -1 to"):
        model.fit(DATA | {"label": DATA["label"] - 1}, verbose=0)
    with pytest.raises(ValueError, match=r"expected 'unlabeled' of shape \(batch, 4, 4, 1\)"):
        model.fit(DATA | {"unlabeled": images(18, (4, 5))}, verbose=0)


def test_discriminator_with_noise_and_outputs():
    network = mlp.discriminator(SIZE, width=4, depth=2, outputs=3, noise=0.5)
    assert network.output_shape == (None, 3)
    assert [layer.stddev for layer in network.layers if "noise" in layer.name] == [0.5, 0.5]
    quiet = np.asarray(network(DATA["image"], training=False))
    np.testing.assert_array_equal(quiet, np.asarray(network(DATA["image"], training=False)))
    assert np.abs(quiet - np.asarray(network(DATA["image"], training=True))).max() > 1e-3
