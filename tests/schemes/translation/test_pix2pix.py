"""Pix2Pix: the scheme's promises, its terms, its noise."""

import keras
import numpy as np
import pytest

from kgan import Pix2Pix
from kgan.networks import unet
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, discriminator, generator, images, mean, softplus, terms
from tests.schemes.ways import plain_first

DATA = {"source": images(), "target": images(seed=1)}


@plain_first
def test_pix2pix(way):
    run_scheme_test(lambda: Pix2Pix(generator(), discriminator(1)), DATA, PLAIN, **way)


@pytest.mark.parametrize("conditional", [True, False])
def test_terms_and_weights(conditional):
    model = Pix2Pix(generator(), discriminator(int(conditional)))
    model.compile()
    batch = {key: value[:3] for key, value in DATA.items()}
    found, totals, generated = terms(model, batch)
    made = np.asarray(generated["image"])

    def logits(image):
        image = keras.ops.convert_to_tensor(image)
        source = keras.ops.convert_to_tensor(batch["source"])
        return model.discriminator({"source": source, "target": image} if conditional else image)

    real, fake = logits(batch["target"]), logits(made)
    adversarial = mean(softplus(-np.asarray(real))) + mean(softplus(fake))
    fooling, l1 = mean(softplus(-np.asarray(fake))), mean(np.abs(batch["target"] - made))
    assert found["discriminator/adversarial"] == pytest.approx(adversarial, rel=1e-5)
    assert found["discriminator/accuracy_real"] == mean(np.asarray(real) > 0)
    assert found["generator/adversarial"] == pytest.approx(fooling, rel=1e-5)
    assert found["generator/l1"] == pytest.approx(l1, rel=1e-5)
    assert totals["discriminator"] == pytest.approx(0.5 * adversarial, rel=1e-5)
    assert totals["generator"] == pytest.approx(fooling + 100 * l1, rel=1e-5)


def test_one_weight_given_leaves_the_papers_others():
    model = Pix2Pix(generator(), discriminator(1))
    model.compile(loss_weights={"l1": 10.0})
    assert model.loss_weights == {"discriminator/adversarial": 0.5, "l1": 10.0}
    twin = Pix2Pix(generator(), discriminator(1))
    twin.compile_from_config(model.get_compile_config())
    assert twin.loss_weights == model.loss_weights


def test_a_conditional_discriminator_tells_right_partners_from_wrong_ones():
    model = Pix2Pix(generator(), discriminator(1))
    batch = {"source": DATA["source"][:2]}
    other = {"source": DATA["source"][2:4]}
    image = DATA["target"][:2]
    assert np.any(np.asarray(model.judge(image, batch)) != np.asarray(model.judge(image, other)))


def test_noise_at_inference_is_dropout_and_nothing_else():
    source = images(2, (64, 64))

    def model(noise):
        return Pix2Pix(network, discriminator(1), noise_at_inference=noise)

    network = unet.generator((64, 64), 1, 1, width=1, dropout=0.5)
    statistics = [np.array(v) for v in network.non_trainable_variables if "moving" in v.path]
    plain, noisy = model(False), model(True)
    assert np.array_equal(plain.predict(source, verbose=0), plain.predict({"source": source}, verbose=0))
    draws = [noisy.predict(source, verbose=0) for _ in range(2)]
    assert np.max(np.abs(draws[0] - draws[1])) > 0
    after = [np.array(v) for v in network.non_trainable_variables if "moving" in v.path]
    assert all(np.array_equal(a, b) for a, b in zip(statistics, after))
    # Without dropout there is no noise to ask for.
    still = Pix2Pix(generator(), discriminator(1), noise_at_inference=True)
    assert np.array_equal(still.predict(source, verbose=0), still.generator.predict(source, verbose=0))


def test_a_discriminator_with_other_inputs_is_refused():
    label = keras.Input((1,), name="label")
    stranger = keras.Model({"label": label}, keras.layers.Dense(1)(label))
    with pytest.raises(ValueError, match=r"Pix2Pix: expected .* 'source' and 'target'.* received .*'label'"):
        Pix2Pix(generator(), stranger)
