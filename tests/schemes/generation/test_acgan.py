"""ACGAN: promises, each term against NumPy, the paper's settings, and that one line made it known everywhere."""

import keras
import numpy as np
import pytest

import kgan
from kgan import ACGAN, GAN
from kgan.networks import dcgan
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, softplus, terms
from tests.schemes.ways import all_slow

SIZE, CLASSES = (16, 16), 3
RANDOM = np.random.default_rng(0)
DATA = {
    "image": RANDOM.uniform(-1, 1, (24, *SIZE, 1)).astype("float32"),
    "label": RANDOM.integers(0, CLASSES, 24).astype("int32"),
}
BATCH = {key: value[:6] for key, value in DATA.items()}


def make():
    generator = dcgan.generator(SIZE, 1, latent_size=6, width=2, classes=CLASSES)
    return ACGAN(generator, dcgan.discriminator(SIZE, 1, width=2, normalization=None), 6, CLASSES)


@all_slow
def test_acgan(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def cross_entropy(logits, labels):
    logits = np.asarray(logits, "float64")
    return mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels])


def test_terms_equal_the_papers_in_numpy():
    model = make()
    model.compile(penalty="r1", jit_compile=False)  # a penalty judges images too, and changes no term
    found, totals, generated = terms(model, BATCH)
    (kernel, bias), label = model.classifier.get_weights(), BATCH["label"]
    logits, classes = {}, {}
    for kind, image in (("real", BATCH["image"]), ("fake", np.asarray(generated["image"]))):
        # What the last layer of D sees, from D's own layers: all but the last.
        features = keras.Model(model.discriminator.input, model.discriminator.layers[-2].output)(image)
        logits[kind] = np.asarray(model.discriminator(image))
        classes[kind] = np.asarray(features, "float64") @ kernel + bias
    expected = {
        "discriminator/adversarial": mean(softplus(-logits["real"])) + mean(softplus(logits["fake"])),
        "discriminator/class_real": cross_entropy(classes["real"], label),
        "discriminator/class_fake": cross_entropy(classes["fake"], label),
        "generator/adversarial": mean(softplus(-logits["fake"])),
        "generator/class": cross_entropy(classes["fake"], label),
    }
    penalty = found.pop("discriminator/r1")
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    sums = {"discriminator": 10 * penalty, "generator": 0.0}
    for name, value in expected.items():
        sums[name.split("/")[0]] += value
    assert totals == pytest.approx(sums, rel=1e-4)


def test_the_discriminator_learns_to_read_labels_that_it_is_not_told():
    label = np.arange(48, dtype="int32") % CLASSES
    image = np.broadcast_to((label - 1.0)[:, None, None, None], (48, *SIZE, 1)).astype("float32")
    model = make()
    model.compile(jit_compile=False, discriminator_optimizer=keras.optimizers.Adam(1e-2))
    history = model.fit((image, label), batch_size=24, epochs=15, verbose=0).history
    assert history["discriminator/accuracy_class"][-1] == 1.0
    assert model.sample(4, label=2).shape == (4, *SIZE, 1)


def test_the_papers_settings():
    # Odena et al. 2017, appendix A: Adam, alpha 0.0002 (of three), beta_1 0.5, beta_2 0.999, batches of 100; equations
    # 2 and 3: both terms alike.
    model = make()
    model.compile(jit_compile=False)
    for optimizer in model.optimizer.optimizers:
        assert float(optimizer.learning_rate) == pytest.approx(2e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)
    assert model.loss.name == "non-saturating"
    assert not any(weight != 1 for weight in model.loss_weights.values())
    assert "batches of 100" in ACGAN.__doc__


def test_networks_that_do_not_fit():
    generator = dcgan.generator(SIZE, 1, latent_size=6, width=2, classes=CLASSES)
    told = dcgan.discriminator(SIZE, 1, width=2, classes=CLASSES)
    with pytest.raises(ValueError, match="expected a discriminator with no input named 'label'"):
        ACGAN(generator, told, 6, CLASSES)
    with pytest.raises(ValueError, match="ACGAN: expected at least 2 classes, received 1"):
        ACGAN(generator, told, 6, 1)
    image = keras.Input((*SIZE, 1))
    patches = keras.Model(image, keras.layers.Conv2D(1, 1)(image))
    with pytest.raises(ValueError, match="one logit a sample"):
        ACGAN(generator, patches, 6, CLASSES)


def test_one_line_made_it_known():
    assert "ACGAN" in kgan.SCHEMES
    assert kgan.ACGAN is ACGAN
    assert issubclass(ACGAN, GAN)
