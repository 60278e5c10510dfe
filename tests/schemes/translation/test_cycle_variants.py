"""DiscoGAN and DualGAN: what they have other than CycleGAN."""

import numpy as np
import pytest

from kgan import DiscoGAN, DualGAN
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, discriminator, generator, images, mean, softplus, terms

DATA = {"a": images(), "b": images(seed=1)}
BATCH = {key: value[:3] for key, value in DATA.items()}


def make(scheme):
    return scheme(*(generator(normalization=False) for _ in range(2)), discriminator(), discriminator())


@pytest.mark.slow
def test_discogan():
    run_scheme_test(lambda: make(DiscoGAN), DATA, PLAIN, xla=False)


@pytest.mark.slow
def test_dualgan():
    run_scheme_test(lambda: make(DualGAN), DATA, PLAIN | {"discriminator_steps": 2}, xla=False)


@pytest.mark.parametrize("scheme", [DiscoGAN, DualGAN])
def test_terms_and_weights(scheme):
    model = make(scheme)
    model.compile()
    found, totals, generated = terms(model, BATCH)
    sums = {"discriminator": 0.0, "generator": 0.0}
    for domain, judge in (("a", model.discriminator_a), ("b", model.discriminator_b)):
        real, fake = np.asarray(judge(BATCH[domain])), np.asarray(judge(generated[f"fake_{domain}"]))
        error = BATCH[domain] - np.asarray(generated[f"cycled_{domain}"])
        if scheme is DiscoGAN:
            judged, fooling = mean(softplus(-real)) + mean(softplus(fake)), mean(softplus(-fake))
            cycle, weight = mean(error**2), 1
        else:
            judged, fooling = mean(fake) - mean(real), -mean(fake)
            cycle, weight = mean(np.abs(error)), 100
        assert found[f"discriminator/adversarial_{domain}"] == pytest.approx(judged, rel=1e-5, abs=1e-7)
        assert found[f"generator/adversarial_{domain}"] == pytest.approx(fooling, rel=1e-5)
        assert found[f"generator/cycle_{domain}"] == pytest.approx(cycle, rel=1e-5)
        sums["discriminator"] += judged
        sums["generator"] += fooling + weight * cycle
    assert totals == pytest.approx(sums, rel=1e-5, abs=1e-6)
    assert not any("identity" in name for name in found)
    assert len(model.pools["a"].weights) == 0


def test_the_critics_weights_are_clipped():
    model = make(DualGAN)
    model.compile(jit_compile=False)
    model.fit(DATA, batch_size=4, verbose=0)
    assert int(model.discriminator_optimizer.iterations) == 3
    for network in model.discriminator_side:
        assert all(np.max(np.abs(v)) <= 0.01 for v in network.trainable_variables)
