"""GRAN: canvases by its recurrence in NumPy's hands, what is refused, a whole training."""

import numpy as np
import pytest

from kgan import GRAN
from kgan.networks import dcgan, gran
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, images
from tests.schemes.ways import all_slow

SIZE = (16, 16)
TINY = {"image_size": SIZE, "channels": 1, "width": 1}


def make(classes=0, steps=3):
    made = gran.generator(**TINY, latent_size=4, classes=classes, steps=steps)
    return GRAN(made, gran.discriminator(**TINY, classes=classes, normalization="layer"), 4, classes)


@all_slow
def test_gran(way):
    data = {"image": images(24, SIZE), "label": np.arange(24, dtype="int32") % 3}
    run_scheme_test(lambda: make(classes=3), data, PLAIN, **way)


def test_each_canvas_is_the_sum_so_far_and_the_last_the_picture():
    model = make()
    model.compile(jit_compile=False, run_eagerly=True)
    inputs = model.sample_inputs(5, seed=1)
    network = model.generator
    kernel, bias = (np.asarray(weight) for weight in network.get_layer("told").weights)
    told = np.tanh(np.asarray(inputs["latent"]) @ kernel + bias)
    seen, total, expected = np.zeros_like(told), 0.0, []
    for _ in range(3):
        added = np.asarray(network.get_layer("write")(np.concatenate([told, seen], axis=1)))
        total = total + added
        expected.append(np.tanh(total))
        seen = np.asarray(network.get_layer("read")(added))
    np.testing.assert_allclose(model.canvases(inputs), expected, atol=1e-5)
    np.testing.assert_allclose(np.asarray(network(inputs["latent"])), expected[-1], atol=1e-5)


def test_what_does_not_fit():
    plain = dcgan.generator(SIZE, 1, 4, width=1)
    with pytest.raises(ValueError, match=r"layers 'canvas_1'.*Build it with gran"):
        GRAN(plain, dcgan.discriminator(SIZE, 1, width=1), latent_size=4)
    with pytest.raises(ValueError, match="whole number of at least 1, received 0"):
        make(steps=0)
    with pytest.raises(ValueError, match="received 12x12"):
        gran.generator((12, 12))
