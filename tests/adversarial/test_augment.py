"""`compile(augment=...)`: what D sees, by which draw, how p follows, that it is saved; LeCam's anchors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.augmentation import AdaptiveAugment
from kgan.layers import DiffAugment
from kgan.schemes import BEGAN, GAN, CycleGAN, Pix2Pix
from kgan.testing import run_scheme_test

RNG = np.random.default_rng(0)
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.05}}
PLAIN = {"generator_optimizer": SGD, "discriminator_optimizer": SGD}
IMAGES = RNG.uniform(-1, 1, (48, 8, 8, 1)).astype("float32")


def generator():
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(64, activation="tanh"), keras.layers.Reshape((8, 8, 1))]
    )


def critic(channels=1):
    return keras.Sequential(
        [
            keras.Input((8, 8, channels)),
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_initializer="normal"),
        ]
    )


def gan():
    return GAN(generator(), critic(), latent_size=4)


def translator():
    return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3, padding="same")])


def beside():
    """A discriminator of pairs: the mean of the source and the mean of the target, told apart."""
    source, target = (keras.Input((8, 8, 1), name=name) for name in ("source", "target"))
    x = keras.layers.Concatenate()([source, target])
    return keras.Model({"source": source, "target": target}, keras.layers.Conv2D(1, 1)(x))


class Spy(DiffAugment):
    """Notes what it is given."""

    def __init__(self):
        super().__init__("translation")
        self.given = []

    def __call__(self, images, draw, probability=None, use="diff-augment", color=True):
        result = super().__call__(images, draw, probability, use, color)
        self.given.append((np.asarray(images), np.asarray(result), color))
        return result


# Two transforms are traced in a fraction of the time of twelve.
FEW = AdaptiveAugment(target=-0.9, images=40, interval=1, transforms=["shift", "luma"], oversample=False)


# The adaptive one, on two replicas, takes a minute; how p moves and is saved has tests of its own below.
@pytest.mark.parametrize(
    ("augment", "xla"),
    [
        pytest.param(DiffAugment("translation"), False, id="diffaugment", marks=pytest.mark.slow),
        pytest.param(DiffAugment("translation"), True, id="diffaugment-xla", marks=pytest.mark.slow),
        pytest.param(FEW, False, id="adaptive", marks=pytest.mark.slow),
    ],
)
def test_a_scheme_with_augmentation_keeps_all_promises(augment, xla, two_replicas):
    run_scheme_test(
        gan,
        {"image": IMAGES},
        {**PLAIN, "augment": augment, "penalty": ["r1=0.1/2", "lecam"]},
        strategy=two_replicas if augment is FEW else None,
        tolerance=1e-5,
        xla=xla,
    )


def test_real_generated_and_both_halves_of_a_pair_are_moved_alike():
    model, spy = Pix2Pix(translator(), beside()), Spy()
    model.compile(augment=spy, jit_compile=False)
    batch = {"source": IMAGES[:4], "target": IMAGES[4:8]}
    model.side_total("discriminator", batch, {"image": IMAGES[8:12]})
    assert len(spy.given) == 4  # the source beside the real target, and beside the generated one
    moved = [np.abs(after - before).max() for before, after, _ in spy.given]
    assert min(moved) > 0.1
    for before, after, _ in spy.given:
        np.testing.assert_array_equal(
            after, DiffAugment("translation")(before, lambda *a: model.draw(batch, *a))
        )


def test_evaluation_sees_pictures_as_they_are():
    for model in (gan(), gan()):
        model.compile(jit_compile=False, augment="diffaugment")
    plain = gan()
    plain.compile(jit_compile=False)
    plain.set_weights(model.get_weights()[: len(plain.get_weights())])
    first, second = (m.evaluate(IMAGES, batch_size=16, return_dict=True, verbose=0) for m in (model, plain))
    for name in first:
        assert first[name] == pytest.approx(second[name], abs=1e-6)


def test_p_follows_the_sign_of_d_on_real_images():
    """By hand: r over `interval` steps against the target, by samples / images, never below zero."""
    augment = AdaptiveAugment(target=0.0, images=100, interval=2, transforms=["brightness"])
    model = gan()
    model.compile(augment=augment, jit_compile=False, **PLAIN)
    memory, p, kept = model.memory, 0.0, 0.0
    for step, sign in enumerate([0.5, 0.7, -0.2, 0.1, 0.9, 0.9, -1.0, -1.0, -1.0, -1.0]):
        logs = {
            "discriminator/augment_sign": tf.constant(sign),
            "discriminator/augment_samples": tf.constant(20.0),
        }
        shown = memory.follow(logs, step)
        kept += sign
        if step % 2:
            p = min(max(p + np.sign(kept / 2) * 40 / 100, 0), 1)
            kept = 0.0
        assert float(shown["discriminator/augment_probability"]) == pytest.approx(p, abs=1e-6)
        assert "discriminator/augment_samples" not in shown
    assert p == pytest.approx(0.0, abs=1e-6)


def test_signs_are_those_of_logits_about_the_level_of_the_loss():
    model = gan()
    real, fake = np.array([[1.0], [2.0], [4.0], [-3.0]]), np.array([[-2.0], [0.0], [0.0], [0.0]])
    for loss, level in (("hinge", 0.0), ("least-squares", 0.5), ("relativistic", (1.0 - 0.5) / 2)):
        model.compile(loss=loss, augment="adaptive", jit_compile=False, **PLAIN)
        logs = model.memory.logs(model.loss, real, fake)
        assert float(logs["discriminator/augment_sign"]) == pytest.approx(np.sign(real - level).mean())
        assert float(logs["discriminator/augment_samples"]) == 4


@pytest.mark.slow
def test_p_is_saved_and_goes_on(tmp_path):
    model = gan()
    augment = AdaptiveAugment(
        target=-0.99, images=200, interval=2, transforms=["shift", "luma"], oversample=False
    )
    model.compile(augment=augment, jit_compile=False, **PLAIN)
    history = model.fit(IMAGES, batch_size=8, verbose=0).history
    assert history["discriminator/augment_probability"][-1] > 0
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    assert twin.memory.augment.target == -0.99
    p = float(model.memory.probability(0))
    assert 0 < p == float(twin.memory.probability(0))
    for one in (model, twin):
        one.fit(IMAGES, batch_size=8, verbose=0, shuffle=False)
    np.testing.assert_array_equal(model.discriminator.get_weights()[0], twin.discriminator.get_weights()[0])


def test_lecam_pulls_towards_the_other_kinds_moving_average():
    model = gan()
    model.compile(penalty="lecam=0.5", jit_compile=False, **PLAIN)
    for name, value in (("anchor_real", 1.5), ("anchor_fake", -0.5)):
        model.memory.variables[name].assign(value)
    model.steps.assign(10_000)
    batch, generated = {"image": IMAGES[:6]}, {"image": IMAGES[6:12]}
    total, logs = model.side_total("discriminator", batch, generated)
    real, fake = (np.asarray(model.discriminator(x)) for x in (IMAGES[:6], IMAGES[6:12]))
    expected = ((real + 0.5) ** 2).mean() + ((fake - 1.5) ** 2).mean()
    assert float(logs["discriminator/lecam"]) == pytest.approx(expected, rel=1e-4)
    adversarial = np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean()
    assert float(total) == pytest.approx(adversarial + 0.5 * expected, rel=1e-4)
    model.memory.follow(logs, model.steps)
    assert float(model.memory.variables["anchor_real"]) == pytest.approx(
        0.99 * 1.5 + 0.01 * real.mean(), rel=1e-4
    )
    assert float(model.memory.variables["anchor_fake"]) == pytest.approx(
        -0.99 * 0.5 + 0.01 * fake.mean(), rel=1e-4
    )


def test_what_does_not_fit_is_told_in_a_line():
    tiny = GAN(
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(48), keras.layers.Reshape((4, 4, 3))]),
        keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]),
        latent_size=4,
    )
    points = GAN(
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]),
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
        latent_size=4,
    )
    began = BEGAN(generator(), translator(), latent_size=4)
    cycle = CycleGAN(translator(), translator(), critic(), critic())
    pairs = {"a": IMAGES, "b": IMAGES}
    for model, settings, data, words in (
        (
            tiny,
            {"augment": "adaptive"},
            np.zeros((8, 4, 4, 3), "float32"),
            "at least 8x8 pixels.*received 4x4",
        ),
        (points, {"augment": "diffaugment"}, np.zeros((8, 2), "float32"), "augment: expected none for GAN"),
        (began, {"augment": "adaptive"}, IMAGES, "no logits to adapt to"),
        (cycle, {"penalty": "lecam"}, pairs, "one discriminator for lecam, found several"),
    ):
        model.compile(jit_compile=False, **settings)
        with pytest.raises(ValueError, match=words) as caught:
            model.fit(data, batch_size=8, verbose=0)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="Unknown augmentation 'ada'"):
        gan().compile(augment="ada")
