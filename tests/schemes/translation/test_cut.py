"""CUT and FastCUT: the schemes' promises, their terms beside NumPy, mirrors, and what does not fit."""

import contextlib

import keras
import numpy as np
import pytest

from kgan import CUT, FastCUT
from kgan.networks import patch_heads, translation_resnet
from kgan.testing import run_scheme_test
from tests.double_precision import double_precision
from tests.schemes.translation_networks import PLAIN, discriminator, images, mean, terms
from tests.schemes.ways import plain_first

DATA = {"a": images(), "b": images(seed=1)}
LAYERS = ("source", "first")


def generator(source_channels=1, channels=1):
    source = keras.Input((None, None, source_channels), name="source")
    x = keras.layers.Conv2D(4, 3, 2, padding="same", activation="tanh", name="first")(source)
    x = keras.layers.Conv2DTranspose(channels, 3, 2, padding="same", activation="tanh", name="last")(x)
    return keras.Model(source, x)


def make(scheme=CUT, **options):
    network = generator()
    heads = patch_heads.heads_of(network, LAYERS, size=6)
    return scheme(network, discriminator(), heads, **{"patches": 10, **options})


@pytest.mark.slow
@plain_first
@pytest.mark.parametrize("scheme", [CUT, FastCUT])
def test_cut(scheme, way):
    # At a temperature of 0.07 small differences grow: in float32 two replicas end up to 2.9e-5 from one.
    inside = double_precision() if way["strategy"] else contextlib.nullcontext()
    with inside:
        run_scheme_test(lambda: make(scheme), DATA, PLAIN, **way, tolerance=1e-9)


def vectors(model, name, features):
    """What the head of a layer makes of all places, in NumPy: two dense layers, then length one."""
    hidden, out = (model.heads.get_layer(f"{name}_{part}").get_weights() for part in ("hidden", "vector"))
    x = np.asarray(features, "float64")
    x = np.maximum(x.reshape(len(x), -1, x.shape[-1]) @ hidden[0] + hidden[1], 0) @ out[0] + out[1]
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def nce(model, first, second, temperature=0.07):
    """`nce(x, y)` of the docstring over all places, in NumPy; `first` and `second` are features by layer."""
    found = []
    for name in LAYERS:
        scores = vectors(model, name, second[name]) @ vectors(model, name, first[name]).transpose(0, 2, 1)
        chances = np.exp(scores / temperature)
        own = np.diagonal(chances, axis1=1, axis2=2)
        found.append(-np.log(own / chances.sum(-1)).mean())
    return np.mean(found)


def features(model, image):
    return {"source": image, "first": model.generator.get_layer("first")(image)}


def test_terms_and_weights():
    model = make(patches=64)  # all places
    model.compile()
    batch = {key: value[:3] for key, value in DATA.items()}
    found, totals, generated = terms(model, batch)
    real, fake = (np.asarray(model.discriminator(x)) for x in (batch["b"], generated["image"]))
    same = model.generator(batch["b"])
    of_source = nce(model, features(model, batch["a"]), features(model, generated["image"]))
    of_target = nce(model, features(model, batch["b"]), features(model, same))
    assert found["generator/nce"] == pytest.approx(of_source, rel=1e-4)
    assert found["generator/nce_identity"] == pytest.approx(of_target, rel=1e-4)
    expected = {
        "discriminator": 0.5 * (mean((real - 1) ** 2) + mean(fake**2)),
        "generator": mean((fake - 1) ** 2) + 0.5 * of_source + 0.5 * of_target,
    }
    assert totals == pytest.approx(expected, rel=1e-4)


def test_fastcut_weighs_ten_and_mirrors_back():
    model = make(FastCUT, patches=64)
    model.compile()
    batch = {key: value[:8] for key, value in DATA.items()}
    found, totals, generated = terms(model, batch)
    plain = np.asarray(model.generator(batch["a"]))
    turned = np.asarray(model.generator(batch["a"][:, :, ::-1]))
    made = np.asarray(generated["image"])
    which = [np.allclose(image, other, atol=1e-6) for image, other in zip(made, turned)]
    assert all(np.allclose(made[i], plain[i], atol=1e-6) for i in range(8) if not which[i])
    assert 0 < sum(which) < 8
    back = features(model, made)
    for name, x in back.items():
        back[name] = np.stack(
            [one[:, ::-1] if is_turned else one for one, is_turned in zip(np.asarray(x), which)]
        )
    assert found["generator/nce"] == pytest.approx(nce(model, features(model, batch["a"]), back), rel=1e-4)
    assert not any("identity" in name for name in found)
    fake = np.asarray(model.discriminator(made))
    assert totals["generator"] == pytest.approx(mean((fake - 1) ** 2) + 10 * found["generator/nce"], rel=1e-4)


def test_places_are_drawn_without_replacement_and_are_the_same_on_both_sides():
    model = make(identity=False)
    model.compile()
    a = keras.ops.convert_to_tensor(DATA["a"][:2])
    with model.learning():
        generated = model.generate({"a": a, "b": a})
    whole = {
        side: vectors(model, "first", model.generator.get_layer("first")(image))
        for side, image in (("keys", a), ("queries", generated["image"]))
    }
    places = {}
    for side, every in whole.items():
        shown = np.asarray(generated[f"nce/{side}/first"])
        assert shown.shape == (2, 10, 6)
        places[side] = np.argmin(np.abs(shown[:, :, None] - every[:, None]).sum(-1), axis=-1)
    assert np.array_equal(places["keys"], places["queries"])
    assert [len(set(row)) for row in places["keys"]] == [10, 10]
    assert set(places["keys"][0]) != set(places["keys"][1])


def test_one_direction():
    model = make()
    x = DATA["a"][:3]
    made = model.generator.predict(x, verbose=0)
    for found in (model.predict(x, verbose=0), model.predict({"a": x}, verbose=0), model.translate(x)):
        np.testing.assert_allclose(found, made, atol=1e-6)
    with pytest.raises(ValueError, match="'AtoB', the only one of CUT, received 'BtoA'"):
        model.translate(x, "BtoA")
    with pytest.raises(ValueError, match="domain 'a', the one that it translates from, received 'b'"):
        model.translator("b")


def test_the_papers_heads():
    network = translation_resnet.generator(width=4, blocks=5)
    heads = patch_heads.heads_of(network, ("source", "down_1", "down_2", "block_1", "block_5"), 8)
    assert {name: x.shape[-1] for name, x in heads.input.items()} == {
        "source": 3, "down_1": 8, **dict.fromkeys(("down_2", "block_1", "block_5"), 16)
    }  # fmt: skip
    # 3, 128, 256, 256 and 256 features, to 256 and to 256 again, each with its offsets.
    sizes = {"source": 3, "down_1": 128, "down_2": 256, "block_1": 256, "block_5": 256}
    expected = sum(count * 256 + 256 + 256 * 256 + 256 for count in sizes.values())
    assert patch_heads.heads(sizes).count_params() == expected == 560_384


def test_what_does_not_fit():
    network, judge = generator(), discriminator()
    heads = patch_heads.heads_of(network, LAYERS, size=6)
    with pytest.raises(
        ValueError, match="CUT: expected patches of at least 2 and a temperature above 0, received 1"
    ):
        CUT(network, judge, heads, patches=1)
    with pytest.raises(ValueError, match="temperature above 0, received 256 and 0"):
        CUT(network, judge, heads, temperature=0)
    with pytest.raises(ValueError, match="received heads for third, of which it has none"):
        CUT(network, judge, patch_heads.heads({"third": 4}))
    with pytest.raises(ValueError, match=r"features \(batch, height, width, 7\) of layer first, received"):
        CUT(network, judge, patch_heads.heads({"first": 7}))
    with pytest.raises(ValueError, match="a generator that makes 3 and a discriminator for 1"):
        CUT(generator(1, 3), judge, heads)
    with pytest.raises(
        ValueError, match="as many channels in A as in B for the identity term, received 3 and 1"
    ):
        CUT(generator(3, 1), judge, patch_heads.heads({"source": 3, "first": 4}))
    with pytest.raises(ValueError, match="names of layers among source, first, last; received 'second'"):
        patch_heads.heads_of(network, ("second",))
    with pytest.raises(ValueError, match="at least one layer"):
        patch_heads.heads({})
