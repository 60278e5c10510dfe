"""What schemes do where they are told nothing, by closed forms and literals from the papers."""

import keras
import numpy as np
import pytest

from kgan import GAN, LSGAN, WGAN, CycleGAN, DualGAN, Pix2Pix
from kgan.adversarial.settings import Settings
from tests.schemes.translation_networks import discriminator, generator, images, terms

RANDOM = np.random.default_rng(0)
POINTS = RANDOM.normal(size=(64, 2)).astype("float32")


def make(scheme=GAN, **settings):
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, use_bias=False)])
    judge = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model = scheme(made, judge, latent_size=4)
    model.compile(jit_compile=False, **settings)
    return model


def weights_after_each_step(model, steps):
    kernel, found = model.generator.weights[0], []
    for step in range(steps):
        model.fit(POINTS[8 * step : 8 * step + 8], batch_size=8, verbose=0)
        found.append(np.array(kernel))
    return found


@pytest.mark.parametrize(
    ("settings", "decay"),
    [
        ({"ema_decay": 0.3}, 0.3),
        # After 20 images an old weight counts half: in steps of 8, 0.5 ** 0.4 = 0.7579.
        ({"ema_half_life": 20.0}, 0.757858),
    ],
)
def test_M1_the_average_forgets_the_untrained_start(settings, decay):
    model = make(**settings, generator_optimizer=keras.optimizers.SGD(1.0))
    expected = np.array(model.generator.weights[0])
    for number, weight in enumerate(weights_after_each_step(model, 6)):
        rate = min(decay, (1 + number) / (10 + number))
        expected = rate * expected + (1 - rate) * weight
    np.testing.assert_allclose(model.averaged[0][1], expected, atol=1e-6)


def test_M1_a_half_life_is_saved_and_checked(tmp_path):
    model = make(ema_half_life=500.0)
    model.save(tmp_path / "model.keras")
    assert keras.saving.load_model(tmp_path / "model.keras").settings.ema_half_life == 500.0
    for wrong in ({"ema_half_life": 0.0}, {"ema_half_life": 10.0, "ema_decay": 0.9}):
        with pytest.raises(ValueError, match="ema_half_life"):
            make(**wrong)


def test_M4_rmsprop_moves_a_clipped_generator_at_its_rate():
    """RMSprop's first step is rate / sqrt(1 - rho) for any gradient, however small: 5e-5 / sqrt(0.1)."""
    for settings in ({}, {"discriminator_steps": 1}):
        model = make(WGAN, **settings)
        model.discriminator.set_weights([np.full((2, 1), 0.01), np.zeros(1)])
        before = np.array(model.generator.weights[0])
        count = 8 * model.batches_per_step
        model.fit(POINTS[:count], batch_size=8, verbose=0)
        moved = np.abs(np.array(model.generator.weights[0]) - before)
        np.testing.assert_allclose(moved, 5e-5 / np.sqrt(0.1), rtol=0.01)
    networks = (generator(), generator(), discriminator(), discriminator())
    dual = DualGAN(*networks, image_size=(8, 8))
    dual.compile()
    for optimizer in (dual.generator_optimizer, dual.discriminator_optimizer):
        assert optimizer.get_config()["epsilon"] == 1e-16


def test_M8_adam_is_the_dcgan_papers():
    model = make()
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        config = optimizer.get_config()
        assert config["learning_rate"] == pytest.approx(2e-4)
        assert (config["beta_1"], config["beta_2"]) == (0.5, 0.999)
    assert make(LSGAN).generator_optimizer.get_config()["learning_rate"] == pytest.approx(1e-3)
    assert Settings().generator_optimizer["config"]["beta_1"] == 0.5


@pytest.mark.parametrize(
    ("loss", "of_d", "of_g"),
    [("least-squares", 1.0, 2.0), ("hinge", 0.5, 1.0), ("non-saturating", 0.5, 1.0)],
)
def test_M10_factors_belong_to_their_loss(loss, of_d, of_g):
    """The papers halve D's objective and not G's; least squares are written halved on both sides."""
    cycle = CycleGAN(
        *(generator(normalization=False) for _ in range(2)),
        *(discriminator() for _ in range(2)),
        image_size=(8, 8),
        identity=False,
    )
    cycle.compile(loss=loss, loss_weights={"cycle_a": 0.0, "cycle_b": 0.0})
    logs, totals, _ = terms(cycle, {"a": images(3), "b": images(3, seed=1)})
    for side, factor in (("discriminator", of_d), ("generator", of_g)):
        expected = factor * sum(logs[f"{side}/adversarial_{domain}"] for domain in "ab")
        assert totals[side] == pytest.approx(expected, rel=1e-5)
    pix = Pix2Pix(generator(), discriminator(1))
    pix.compile(loss=loss, loss_weights={"l1": 0.0})
    logs, totals, _ = terms(pix, {"source": images(3), "target": images(3, seed=1)})
    assert totals["discriminator"] == pytest.approx(of_d * logs["discriminator/adversarial"], rel=1e-5)
    assert totals["generator"] == pytest.approx(of_g * logs["generator/adversarial"], rel=1e-5)


def test_M10_a_weight_that_is_given_stays():
    model = Pix2Pix(generator(), discriminator(1))
    model.compile(loss="least-squares", loss_weights={"generator/adversarial": 7.0})
    assert model.loss_weights["generator/adversarial"] == 7.0
    assert model.loss_weights["discriminator/adversarial"] == 1.0
    assert model.loss_weights["generator/l1"] == 100.0
