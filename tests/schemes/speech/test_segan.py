"""SEGAN: its game and its networks against NumPy, what does not fit, a whole training."""

import numpy as np
import pytest

from kgan import SEGAN
from kgan.networks import segan
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, terms
from tests.schemes.ways import plain_first

RANDOM = np.random.default_rng(0)
WAVES = {name: RANDOM.uniform(-1, 1, (18, 16, 1)).astype("float32") for name in ("source", "target")}
FILTERS = (2, 3)


def make(length=16):
    reference = np.random.default_rng(3).uniform(-1, 1, (3, length, 2))
    return SEGAN(segan.generator(16, FILTERS, 5), segan.discriminator(reference, FILTERS, 5))


@plain_first
def test_segan(way):
    run_scheme_test(make, WAVES, PLAIN, **way)


def test_the_game_equals_numpy():
    model = make()
    model.compile(jit_compile=False)
    batch = {name: wave[:6] for name, wave in WAVES.items()}
    found, totals, generated = terms(model, batch)
    real, fake = (
        np.asarray(model.discriminator({"source": batch["source"], "target": np.asarray(wave)}))
        for wave in (batch["target"], generated["image"])
    )
    expected = {
        "discriminator/adversarial": 0.5 * mean((real - 1) ** 2) + 0.5 * mean(fake**2),
        "generator/adversarial": 0.5 * mean((fake - 1) ** 2),
        "generator/l1": mean(np.abs(batch["target"] - np.asarray(generated["image"]))),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    weighted = expected["generator/adversarial"] + 100 * expected["generator/l1"]
    assert totals["generator"] == pytest.approx(weighted, rel=1e-4)


def convolved(x, kernel, stride=2):
    """A strided convolution with zeros around it, as "same" pads: (samples, in) to (samples / stride, out)."""
    size = len(kernel)
    around = max(size - stride, 0)
    padded = np.pad(x, ((around // 2, around - around // 2), (0, 0)))
    return np.stack(
        [np.einsum("ki,kio->o", padded[start : start + size], kernel) for start in range(0, len(x), stride)]
    )


def spread(x, kernel, length):
    """What `convolved` sends back: its transpose, (samples / 2, in) to (samples, out)."""
    size, around = len(kernel), len(kernel) - 2
    y = np.zeros((length + around, kernel.shape[1]))
    for index, value in enumerate(x):
        y[2 * index : 2 * index + size] += np.einsum("i,koi->ko", value, kernel)
    return y[around // 2 : around // 2 + length]


def test_the_generator_is_an_encoder_and_a_decoder_with_skips():
    network = segan.generator(16, FILTERS, 5)
    for variable in network.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape) * 0.3)
    source, latent = RANDOM.normal(size=(16, 1)), RANDOM.normal(size=(4, 3))

    def layer(name):
        return [np.asarray(weight, "float64") for weight in network.get_layer(name).weights]

    def prelu(x, name):
        return np.where(x > 0, x, layer(name)[0] * x)

    kernel, bias = layer("down_1")
    first = prelu(convolved(source, kernel) + bias, "down_prelu_1")
    kernel, bias = layer("down_2")
    code = prelu(convolved(first, kernel) + bias, "down_prelu_2")
    kernel, bias = layer("up_1")
    back = prelu(spread(np.concatenate([code, latent], 1), kernel, 8) + bias, "up_prelu_1")
    kernel, bias = layer("wave")
    expected = np.tanh(spread(np.concatenate([back, first], 1), kernel, 16) + bias)
    told = {"source": source[None].astype("float32"), "latent": latent[None].astype("float32")}
    np.testing.assert_allclose(np.asarray(network(told))[0], expected, atol=1e-5)


def test_a_judgement_depends_on_no_other_sample_and_the_reference_is_saved():
    network = make().discriminator
    judged = np.asarray(network(WAVES))
    alone = np.asarray(network({name: wave[4:5] for name, wave in WAVES.items()}))
    np.testing.assert_allclose(judged[4:5], alone, atol=1e-5)
    expected = np.random.default_rng(3).uniform(-1, 1, (3, 16, 2)).astype("float32")
    np.testing.assert_array_equal(np.asarray(network.get_layer("beside_reference").reference), expected)


def test_the_papers_sizes():
    network = segan.generator()
    assert network.input["latent"].shape == (None, 8, 1024)
    assert network.output_shape == (None, 16384, 1)
    assert [network.get_layer(f"down_{index}").output.shape[1:] for index in (1, 5, 11)] == [
        (8192, 16),
        (512, 64),
        (8, 1024),
    ]


def test_what_does_not_fit():
    with pytest.raises(ValueError, match=r"a multiple of 4, received 18\. Take 16"):
        segan.generator(18, FILTERS, 5)
    with pytest.raises(ValueError, match=r"pairs \(size, length, 2\), received \(3, 16, 1\)"):
        segan.discriminator(np.zeros((3, 16, 1)), FILTERS)
    with pytest.raises(ValueError, match=r"at least 2 samples.*received 1"):
        segan.discriminator(np.zeros((1, 16, 2)), FILTERS)
    with pytest.raises(ValueError, match=r"one length, received a generator for 16 .* discriminator for 32"):
        make(length=32)
    judge = segan.discriminator(np.zeros((2, 16, 2)), FILTERS)
    with pytest.raises(ValueError, match=r"inputs \['latent', 'source'\].*\['source', 'target'\].*Build it"):
        SEGAN(judge, judge)
    model = make()
    model.compile(jit_compile=False)
    with pytest.raises(ValueError, match=r"'source' as waves in \[-1, 1\], received numbers up to 3000\."):
        model.fit({**WAVES, "source": np.full((18, 16, 1), 3000, "float32")}, verbose=0)
    with pytest.raises(ValueError, match=r"'target' of shape \(batch, 16, 1\), received \(batch, 8, 1\)"):
        model.fit({**WAVES, "target": np.zeros((18, 8, 1), "float32")}, verbose=0)
