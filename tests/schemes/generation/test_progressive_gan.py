"""ProgressiveGAN: each term against NumPy while it fades, growing that changes nothing at first."""

import numpy as np
import pytest

from kgan import ProgressiveGAN
from kgan.networks import progressive
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images, mean, terms
from tests.schemes.ways import plain_first

SIZE = (8, 8)
TINY = {"image_size": SIZE, "channels": 1, "width": 2, "most": 3}
DATA = {"image": images(24, SIZE)}


def make(level=1, fade_steps=None, classes=0):
    return ProgressiveGAN(
        progressive.generator(**TINY, latent_size=4, level=level, classes=classes),
        progressive.discriminator(**TINY, level=level, classes=classes, group_size=1),
        latent_size=4,
        classes=classes,
        fade_steps=4 * level if fade_steps is None else fade_steps,
    )


@pytest.mark.slow
@plain_first
def test_progressive_gan(way):
    # Three steps of a fade of four: saved, loaded and trained on in the middle of it.
    run_scheme_test(make, DATA, {**PLAIN, "penalty": "drift"}, **way)


def twice(image):
    return np.repeat(np.repeat(image, 2, axis=1), 2, axis=2)


def halved(image):
    batch, height, width, channels = image.shape
    return image.reshape(batch, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


def test_terms_equal_the_papers_in_numpy():
    model = make()
    model.compile(penalty="drift", jit_compile=False)
    model.steps.assign(1)
    batch = {"image": images(6, (16, 16), seed=3)}  # twice too large: it sees means
    found, totals, generated = terms(model, batch)
    real = halved(batch["image"])
    real = 0.75 * twice(halved(real)) + 0.25 * real
    latent = np.asarray(model.draw(batch, "latent", (6, 4)))
    alpha = np.full(6, 0.25, "float32")
    fake = np.asarray(model.generator({"latent": latent, "alpha": alpha}))
    np.testing.assert_allclose(generated["image"], fake, atol=1e-5)
    logits = [
        np.asarray(model.discriminator({"image": image.astype("float32"), "alpha": alpha}))
        for image in (real, fake)
    ]
    expected = {
        "discriminator/adversarial": mean(logits[1]) - mean(logits[0]),
        "discriminator/drift": mean(np.square(logits[0])),
        "generator/adversarial": -mean(logits[1]),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert totals["discriminator"] == pytest.approx(
        expected["discriminator/adversarial"] + 1e-3 * expected["discriminator/drift"], rel=1e-3, abs=1e-5
    )


def test_a_grown_model_begins_as_the_smaller_one():
    small, large = make(level=0), make(level=1)
    for model in (small, large):
        model.compile(jit_compile=False)
    for _, average in small.averages.pairs:
        average.assign(average + 0.1)  # so that it is not the weights
    large.grow(small)
    np.testing.assert_allclose(large.sample(3, seed=2), twice(small.sample(3, seed=2)), atol=1e-6)
    image = images(3, SIZE, seed=1)
    found = large.discriminator({"image": image, "alpha": np.zeros(3, "float32")})
    np.testing.assert_allclose(found, small.discriminator(halved(image)), atol=1e-5)
    large.steps.assign(4)
    assert np.abs(large.sample(3, seed=2) - twice(small.sample(3, seed=2))).max() > 0.01


@pytest.mark.slow
def test_labels_and_what_is_logged():
    model = make(classes=3)
    model.compile(penalty="drift", jit_compile=False)
    label = np.arange(8, dtype="int32") % 3
    history = model.fit((DATA["image"][:8], label), batch_size=4, verbose=0).history
    assert history["alpha"] == [pytest.approx(0.125)]  # of steps 0 and 1
    assert model.sample(2, label=1).shape == (2, *SIZE, 1)


def test_what_does_not_fit_is_told():
    large = make(level=1)
    large.compile(jit_compile=False)
    with pytest.raises(ValueError, match="of one level, received one with an input 'alpha'"):
        ProgressiveGAN(large.generator, make(level=0).discriminator, latent_size=4)
    with pytest.raises(
        ValueError, match="fade_steps to be a whole number, 0 for the first level, received 4"
    ):
        make(level=0, fade_steps=4)
    with pytest.raises(ValueError, match="expected images of 8x8 pixels or a multiple, received 12x12"):
        large.fit(images(4, (12, 12)), verbose=0)
    other = ProgressiveGAN(
        progressive.generator(**{**TINY, "most": 4}, latent_size=4, level=0),
        progressive.discriminator(**{**TINY, "most": 4}, level=0),
        latent_size=4,
    )
    with pytest.raises(ValueError, match="whose generator has another start/kernel"):
        large.grow(other)
    with pytest.raises(ValueError, match="expected level from 0 to 1"):
        make(level=2)


def test_a_half_life_takes_the_place_of_the_schemes_decay():
    model = make(level=0)
    model.compile(ema_half_life=100, jit_compile=False)
    assert (model.settings.ema_decay, model.settings.ema_half_life) == (None, 100)
    model.compile(jit_compile=False)
    assert model.settings.ema_decay == 0.999
