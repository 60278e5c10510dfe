"""CycleGAN: the scheme's promises, its terms, who moves by which cycle, and its pools."""

import keras
import numpy as np
import pytest

from kgan import CycleGAN
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, discriminator, generator, images, mean, terms
from tests.schemes.ways import plain_first

DATA = {"a": images(), "b": images(seed=1)}


def make(**options):
    networks = (*(generator(normalization=False) for _ in range(2)), discriminator(), discriminator())
    return CycleGAN(*networks, **{"image_size": (8, 8), "pool_size": 5, **options})


@plain_first
def test_cyclegan(way):
    run_scheme_test(make, DATA, PLAIN, **way)


def test_terms_and_weights():
    model = make()
    model.compile()
    batch = {key: value[:3] for key, value in DATA.items()}
    found, totals, generated = terms(model, batch)
    sums = {"discriminator": 0.0, "generator": 0.0}
    for domain, judge in (("a", model.discriminator_a), ("b", model.discriminator_b)):
        real, fake = np.asarray(judge(batch[domain])), np.asarray(judge(generated[f"fake_{domain}"]))
        judged = 0.5 * mean((real - 1) ** 2) + 0.5 * mean(fake**2)
        fooling = 0.5 * mean((fake - 1) ** 2)
        cycle = mean(np.abs(batch[domain] - generated[f"cycled_{domain}"]))
        identity = mean(np.abs(batch[domain] - generated[f"identity_{domain}"]))
        assert found[f"discriminator/adversarial_{domain}"] == pytest.approx(judged, rel=1e-5)
        assert found[f"generator/adversarial_{domain}"] == pytest.approx(fooling, rel=1e-5)
        assert found[f"generator/cycle_{domain}"] == pytest.approx(cycle, rel=1e-5)
        assert found[f"generator/identity_{domain}"] == pytest.approx(identity, rel=1e-5)
        sums["discriminator"] += judged
        sums["generator"] += mean((fake - 1) ** 2) + 10 * cycle + 5 * identity
    assert totals == pytest.approx(sums, rel=1e-5)


def test_what_generate_makes():
    model = make()
    a, b = (keras.ops.convert_to_tensor(DATA[key][:2]) for key in "ab")
    with model.learning():
        made = model.generate({"a": a, "b": b})
        expected = {
            "fake_b": model.a_to_b(a),
            "cycled_a": model.b_to_a(model.a_to_b(a)),
            "cycled_b": model.a_to_b(model.b_to_a(b)),
            "identity_a": model.b_to_a(a),
        }
    for name, value in expected.items():
        np.testing.assert_allclose(made[name], value, atol=1e-6)


@pytest.mark.parametrize("domain", "ab")
def test_each_cycle_term_reaches_both_generators(domain):
    model = make(identity=False)
    others = {f"generator/{name}_{d}": 0.0 for name in ("adversarial", "cycle") for d in "ab"}
    model.compile(**PLAIN, loss_weights=others | {f"generator/cycle_{domain}": 10.0})
    before = [[np.array(v) for v in network.trainable_variables] for network in model.generator_side]
    with model.learning():
        batch = {key: keras.ops.convert_to_tensor(value[:4]) for key, value in DATA.items()}
        model.game.learn_names({key: keras.KerasTensor(value.shape) for key, value in batch.items()})
        model.generator_update(batch, model.forward(batch))
    for network, values in zip(model.generator_side, before):
        moved = [np.max(np.abs(np.array(v) - b)) for v, b in zip(network.trainable_variables, values)]
        assert min(moved) > 1e-6


def test_directions_by_the_name_of_the_input():
    model = make()
    x = DATA["a"][:3]
    b, a = model.a_to_b.predict(x, verbose=0), model.b_to_a.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0), b, atol=1e-6)
    np.testing.assert_allclose(model.translate(x, "AtoB"), b, atol=1e-6)
    np.testing.assert_allclose(model.translate(x, "BtoA", batch_size=3), a, atol=1e-6)
    both = model.predict({"a": x, "b": x}, verbose=0)
    assert sorted(both) == ["a", "b"]
    np.testing.assert_allclose(both["a"], a, atol=1e-6)
    with pytest.raises(ValueError, match="'AtoB' or 'BtoA', received 'AB'"):
        model.translate(x, "AB")


def test_domains_of_different_channels():
    networks = generator(3, 1), generator(1, 3), discriminator(channels=3), discriminator()
    with pytest.raises(ValueError, match="as many channels in A as in B"):
        CycleGAN(*networks)
    with pytest.raises(ValueError, match="one number of channels for domain A, received"):
        CycleGAN(networks[1], networks[0], *networks[2:], identity=False)
    model = CycleGAN(*networks, image_size=(8, 8), identity=False)
    model.compile()
    found, _, _ = terms(model, {"a": images(4, channels=3), "b": images(4)})
    assert not any("identity" in name for name in found)


def test_the_discriminators_see_the_pool_and_the_generators_do_not():
    model = make(pool_size=4)
    model.compile(**PLAIN)
    parts = [
        {key: keras.ops.convert_to_tensor(value[i : i + 4]) for key, value in DATA.items()} for i in (0, 4)
    ]
    with model.learning():
        first, second = (model.generate(part) for part in parts)
        assert np.array_equal(model.discriminator_view(parts[0], first)["fake_a"], first["fake_a"])
        shown = model.discriminator_view(parts[1], second)
    old = []
    for key in ("fake_a", "fake_b"):
        before, after = np.asarray(first[key]), np.asarray(second[key])
        for number, image in enumerate(np.asarray(shown[key])):
            old.append(any(np.array_equal(image, other) for other in before))
            assert old[-1] != np.array_equal(image, after[number])
    assert 0 < sum(old) < 8
    assert all(shown[key] is second[key] for key in second if not key.startswith("fake"))


def test_another_size_than_the_pools_is_told():
    model = make(image_size=(8, 16))
    model.compile(jit_compile=False)
    with pytest.raises(
        ValueError, match=r"expected 'a' of shape \(batch, 8, 16, 1\), received \(batch, 8, 8, 1\)"
    ):
        model.fit(DATA, batch_size=4, verbose=0)
