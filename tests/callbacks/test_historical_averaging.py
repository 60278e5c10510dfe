"""HistoricalAveraging against NumPy, in training, over several fits; feature matching in a scheme that has none."""

import keras
import numpy as np
import pytest

from kgan import GAN, ConditionalGAN, objectives
from kgan.adversarial.networks import with_features
from kgan.callbacks import HistoricalAveraging
from kgan.networks import mlp

SGD = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
IMAGES = np.random.default_rng(0).uniform(-1, 1, (24, 2, 2, 1)).astype("float32")


def gan(scheme=GAN, **labels):
    keras.utils.set_random_seed(0)
    networks = (
        mlp.generator((2, 2), 1, latent_size=2, width=3, **labels),
        mlp.discriminator((2, 2), 1, width=3, **labels),
    )
    model = scheme(*networks, 2, **labels)
    model.compile(SGD, SGD, jit_compile=False)
    return model


def test_steps_and_means_equal_numpy():
    model, callback = gan(), HistoricalAveraging(weight=2.0)
    callback.set_model(model)
    callback.on_train_begin()
    variable = model.discriminator.trainable_variables[0]
    past, random = [np.asarray(variable)], np.random.default_rng(1)
    for batch in range(5):
        moved = random.normal(size=variable.shape).astype("float32")
        variable.assign(moved)
        callback.on_train_batch_end(batch)
        mean = np.mean(past, axis=0)  # of all that it has been before
        past.append(moved - 2 * 0.1 * 2.0 * (moved - mean))
        np.testing.assert_allclose(np.asarray(variable), past[-1], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(
        np.asarray(model.generator.trainable_variables[0]), gan().generator.trainable_variables[0]
    )


def test_weights_stay_nearer_and_the_mean_goes_on():
    def moved(callbacks, fits=1):
        model = gan()
        start = model.discriminator.get_weights()
        for _ in range(fits):
            model.fit(IMAGES, batch_size=8, epochs=3, verbose=0, callbacks=callbacks)
        return sum(np.abs(a - b).sum() for a, b in zip(start, model.discriminator.get_weights(), strict=True))

    held = HistoricalAveraging(weight=4.0)
    assert moved([held], fits=2) < 0.6 * moved([], fits=2)
    assert held.count == 1 + 2 * 9
    other = HistoricalAveraging(weight=4.0, sides=("generator",))
    assert moved([other]) > moved([HistoricalAveraging(4.0)])
    assert {side for side, _ in other.followed} == {"generator"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: HistoricalAveraging(-1), "expected a weight >= 0 and finite, received -1"),
        (lambda: HistoricalAveraging(float("nan")), "received nan"),
        (lambda: HistoricalAveraging(sides="generator"), "expected sides among"),
        (lambda: HistoricalAveraging(sides=("judge",)), "expected sides among"),
        (lambda: gan().fit(IMAGES, verbose=0, callbacks=[HistoricalAveraging(5)]), "below 1, received 1 for"),
    ],
)
def test_bad_settings_are_one_line(make, words):
    with pytest.raises(ValueError, match=words):
        make()


class Matching(ConditionalGAN):
    """A conditional GAN whose generator matches features beside its own term."""

    def generator_losses(self, batch, generated):
        see, _ = with_features(self.discriminator, "Matching")
        real, fake = (
            see({"image": image, "label": batch["label"]})[1]
            for image in (batch["image"], generated["image"])
        )
        return super().generator_losses(batch, generated) | {
            "features": objectives.mean_feature_matching(real, fake)
        }


def test_feature_matching_beside_the_terms_of_any_scheme():
    model = gan(Matching, classes=2)
    label = np.arange(24, dtype="int32") % 2
    batch, generated = {"image": IMAGES[:6], "label": label[:6]}, {"image": IMAGES[6:12]}
    found = model.side_total("generator", batch, generated)[1]
    network = model.discriminator
    inside = keras.Model(network.inputs, network.layers[-1].input)
    real, fake = (
        np.asarray(inside({"image": one, "label": label[:6]})) for one in (batch["image"], generated["image"])
    )
    expected = np.square(real.mean(axis=0) - fake.mean(axis=0)).sum()
    assert float(found["generator/features"]) == pytest.approx(expected, rel=1e-4)
    history = model.fit((IMAGES, label), batch_size=8, verbose=0).history
    assert {"generator/features", "generator/adversarial"} <= set(history)
