"""SuperResolution, SRGAN and ESRGAN: promises, terms, and networks in between."""

import keras
import numpy as np
import pytest

from kgan import ESRGAN, SRGAN, SuperResolution
from kgan.objectives import Perceptual
from kgan.schemes.super_resolution.esrgan import interpolate_networks
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, discriminator, images, mean, softplus, terms
from tests.schemes.ways import plain_first

DATA = {"source": images(size=(4, 6)), "target": images(size=(8, 12), seed=1)}
BATCH = {key: value[:3] for key, value in DATA.items()}


def generator(normalization=False):
    """x2."""
    source = x = keras.Input((None, None, 1), name="image")
    x = keras.layers.Conv2D(2, 3, padding="same")(x)
    if normalization:
        x = keras.layers.BatchNormalization(synchronized=True)(x)
    x = keras.layers.UpSampling2D(2)(x)
    return keras.Model(source, keras.layers.Conv2D(1, 3, padding="same")(x))


def features():
    image = keras.Input((None, None, 1))
    x = keras.layers.Conv2D(3, 3, activation="relu", name="first")(image)
    return keras.Model(image, keras.layers.Conv2D(3, 3, activation="relu", name="second")(x))


def perceptual(criterion="l2"):
    return Perceptual(features(), {"first": 0.5, "second": 1.0}, criterion=criterion)


def test_super_resolution():
    alone = {"generator_optimizer": PLAIN["generator_optimizer"]}
    run_scheme_test(lambda: SuperResolution(generator(True)), DATA, alone, xla=False)


@plain_first
def test_srgan(way):
    run_scheme_test(lambda: SRGAN(generator(), discriminator(), perceptual()), DATA, PLAIN, **way)


@pytest.mark.slow
def test_esrgan(two_replicas):
    run_scheme_test(
        lambda: ESRGAN(generator(), discriminator()), DATA, PLAIN, strategy=two_replicas, xla=False
    )


@pytest.mark.parametrize("criterion", ["l1", "l2"])
def test_pixel_loss_alone(criterion):
    model = SuperResolution(generator(), criterion)
    model.compile()
    found, totals, generated = terms(model, BATCH)
    error = BATCH["target"] - np.asarray(generated["image"])
    expected = mean(np.abs(error)) if criterion == "l1" else mean(error**2)
    assert found == {name: pytest.approx(expected, rel=1e-5) for name in ("generator/pixel", "loss")}
    assert totals == {"generator": pytest.approx(expected, rel=1e-5)}
    assert model.side_variables("discriminator") == []


@pytest.mark.parametrize("with_features", [False, True])
def test_srgan_terms_and_weights(with_features):
    model = SRGAN(generator(), discriminator(), perceptual() if with_features else None)
    model.compile()
    found, totals, generated = terms(model, BATCH)
    made = np.asarray(generated["image"])
    real, fake = (np.asarray(model.discriminator(x)) for x in (BATCH["target"], made))
    adversarial = mean(softplus(-real)) + mean(softplus(fake))
    if with_features:
        content, weight = float(model.perceptual(BATCH["target"], made)), 0.006
        assert found["generator/perceptual"] == pytest.approx(content, rel=1e-5)
    else:
        content, weight = mean((BATCH["target"] - made) ** 2), 1.0
        assert found["generator/pixel"] == pytest.approx(content, rel=1e-5)
    assert found["generator/adversarial"] == pytest.approx(mean(softplus(-fake)), rel=1e-5)
    assert totals["discriminator"] == pytest.approx(adversarial, rel=1e-5)
    assert totals["generator"] == pytest.approx(weight * content + 1e-3 * mean(softplus(-fake)), rel=1e-5)


def test_esrgan_terms_and_weights():
    model = ESRGAN(generator(), discriminator(), perceptual("l1"))
    model.compile()
    found, totals, generated = terms(model, BATCH)
    made = np.asarray(generated["image"])
    real, fake = (np.asarray(model.discriminator(x), "float64") for x in (BATCH["target"], made))
    real_over_fake, fake_over_real = real - fake.mean(), fake - real.mean()
    judged = mean(softplus(-real_over_fake)) + mean(softplus(fake_over_real))
    fooling = mean(softplus(real_over_fake)) + mean(softplus(-fake_over_real))
    pixel = mean(np.abs(BATCH["target"] - made))
    assert found["discriminator/adversarial"] == pytest.approx(judged, rel=1e-5)
    assert found["generator/adversarial"] == pytest.approx(fooling, rel=1e-5)
    assert found["generator/pixel"] == pytest.approx(pixel, rel=1e-5)
    total = found["generator/perceptual"] + 5e-3 * fooling + 1e-2 * pixel
    assert totals["generator"] == pytest.approx(total, rel=1e-5)


def test_perceptual_features_stay_as_they_are_and_come_back(tmp_path):
    model = SRGAN(generator(), discriminator(), perceptual())
    model.compile(jit_compile=False)
    before = model.perceptual.get_weights()
    model.fit(DATA, batch_size=6, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.perceptual.get_weights()))
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    assert all(np.array_equal(a, b) for a, b in zip(before, twin.perceptual.get_weights()))


def test_networks_in_between():
    first, second = generator(True), generator(True)
    between = interpolate_networks(first, second, 0.8)
    for a, b, c in zip(first.get_weights(), second.get_weights(), between.get_weights()):
        np.testing.assert_allclose(c, 0.2 * a + 0.8 * b, atol=1e-7)
    ends = [interpolate_networks(first, second, amount) for amount in (0, 1)]
    for network, end in zip((first, second), ends):
        np.testing.assert_array_equal(network(BATCH["source"]), end(BATCH["source"]))
    with pytest.raises(ValueError, match=r"an amount in \[0, 1\], received 1.5"):
        interpolate_networks(first, second, 1.5)
    with pytest.raises(ValueError, match="two networks of one architecture"):
        interpolate_networks(first, generator(), 0.5)


def test_another_criterion_is_refused():
    with pytest.raises(ValueError, match="SuperResolution: expected criterion 'l1' or 'l2', received 'l3'"):
        SuperResolution(generator(), "l3")
