"""R3GAN: its terms against NumPy, its schedules against closed forms, labels, and what every scheme must show."""

import math

import keras
import numpy as np
import pytest

from kgan.networks.generation import r3gan
from kgan.schedules import ScheduledAdam
from kgan.schemes import R3GAN
from kgan.testing import run_scheme_test

RANDOM = np.random.default_rng(0)
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.05}}
PLAIN = {"generator_optimizer": SGD, "discriminator_optimizer": SGD}
TINY = {"image_size": (16, 16), "channels": 1, "width": 2, "most": 4, "blocks": 1, "group_size": 4}


def make(classes=0):
    return R3GAN(
        r3gan.generator(**TINY, latent_size=4, classes=classes),
        r3gan.discriminator(**TINY, classes=classes),
        latent_size=4,
        classes=classes,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("classes", "xla"),
    [
        (0, False),
        (0, True),
        (3, False),
    ],
)
def test_r3gan(classes, xla, two_replicas):
    data = {"image": RANDOM.uniform(-1, 1, (48, 16, 16, 1)).astype("float32")}
    if classes:
        data["label"] = RANDOM.integers(0, 3, 48).astype("int32")
    run_scheme_test(lambda: make(classes), data, PLAIN, strategy=two_replicas if classes else None, xla=xla)


def linear():
    """A generator of points and a linear critic with gradient (3, 4): squared norm 25."""
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False)])
    critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    critic.set_weights([np.array([[3.0], [4.0]])])
    return R3GAN(generator, critic, latent_size=2)


def test_terms_are_the_papers():
    model = linear()
    model.compile(penalty=["r1=0.5", "r2=0.25"])
    real = RANDOM.normal(size=(6, 2)).astype("float32")
    fake = RANDOM.normal(size=(6, 2)).astype("float32")
    batch, generated = {"image": real}, {"image": fake}
    total, logs = model.side_total("discriminator", batch, generated)
    distance = (real - fake) @ np.array([3.0, 4.0])
    adversarial = np.mean(np.log1p(np.exp(-distance)))
    assert float(logs["discriminator/adversarial"]) == pytest.approx(adversarial, rel=1e-5)
    # gamma / 2 * |grad|**2, for each of the two.
    assert float(total) == pytest.approx(adversarial + 0.5 * 25 / 2 + 0.25 * 25 / 2, rel=1e-5)
    total, _ = model.side_total("generator", batch, generated)
    assert float(total) == pytest.approx(np.mean(np.log1p(np.exp(distance))), rel=1e-5)


def test_schedules_go_along_half_a_cosine():
    settings = R3GAN.schedule(steps=100, batch_size=50, gamma=0.2, learning_rate=4e-4, average_images=1000)
    (r1, r2), adam = settings["penalty"], settings["generator_optimizer"]
    assert settings["ema_decay"] ** (1000 / 50) == pytest.approx(0.5)
    for step in (0, 25, 100, 400):
        left = 0.5 * (1 + math.cos(math.pi * min(step / 100, 1)))
        adam.iterations.assign(step)
        assert float(r1.weight(step)) == float(r2.weight(step)) == pytest.approx(0.2 + 1.8 * left, rel=1e-5)
        assert float(adam.beta_2) == pytest.approx(0.99 - 0.09 * left, rel=1e-5)
        assert float(adam.learning_rate) == pytest.approx(1e-4 + 3e-4 * left, rel=1e-5)
    assert adam.beta_1 == 0


def test_penalty_weight_follows_its_schedule_and_is_saved(tmp_path):
    model = linear()
    model.compile(**R3GAN.schedule(steps=10, batch_size=4, gamma=1.0))
    data = RANDOM.normal(size=(20, 2)).astype("float32")
    model.fit(data, batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    left = 0.5 * (1 + math.cos(math.pi * 0.5))
    for one in (model, twin):
        assert float(one.penalties[1].weight(one.steps)) == pytest.approx(1 + 9 * left, rel=1e-5)
        assert isinstance(one.generator_optimizer, ScheduledAdam)
        one.fit(data, batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_array_equal(*(one.discriminator.get_weights()[0] for one in (model, twin)))


def test_scheduled_adam_is_adam_with_that_moments_beta():
    rise = keras.optimizers.schedules.CosineDecay(0.5, 4, alpha=0.9 / 0.5)
    variable = keras.Variable(np.array([1.0, -2.0], "float32"))
    optimizer = ScheduledAdam(0.1, beta_1=0.0, beta_2=rise, epsilon=1e-8)
    expected, velocity = np.array([1.0, -2.0]), np.zeros(2)
    for step, gradient in enumerate(([0.5, 2.0], [-1.0, 1.0], [3.0, 0.1])):
        gradient = np.array(gradient)
        optimizer.apply([keras.ops.array(gradient, "float32")], [variable])
        beta = 0.9 - 0.4 * 0.5 * (1 + math.cos(math.pi * step / 4))
        velocity = beta * velocity + (1 - beta) * gradient**2
        expected -= 0.1 * gradient / (np.sqrt(velocity / (1 - beta ** (step + 1))) + 1e-8)
        np.testing.assert_allclose(np.asarray(variable), expected, rtol=1e-4)


def test_networks_and_classes_must_agree():
    with pytest.raises(
        ValueError, match="R3GAN: expected a generator with an input named 'label' for classes=3"
    ):
        R3GAN(r3gan.generator(**TINY), r3gan.discriminator(**TINY), classes=3)
    with pytest.raises(ValueError, match="with no input named 'label' for classes=0"):
        R3GAN(r3gan.generator(**TINY, classes=3), r3gan.discriminator(**TINY, classes=3))
    with pytest.raises(ValueError, match="expected no label from a model trained without, received 1"):
        make().sample(2, label=1)
    with pytest.raises(ValueError, match="expected steps above 0, received 0"):
        R3GAN.schedule(0, 64)
