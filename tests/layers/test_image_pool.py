"""The image pool against its loop, and how old what it shows is."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers.image_pool import ImagePool


class Draws:
    """NumPy's numbers in place of a scheme's."""

    def __init__(self, seed=0):
        self.random = np.random.default_rng(seed)
        self.last = {}

    def __call__(self, use, shape, distribution):
        assert distribution == "uniform"
        self.last[use] = self.random.random(shape).astype("float32")
        return keras.ops.convert_to_tensor(self.last[use])


def numbered(start, count):
    return np.arange(start, start + count, dtype="float32").reshape(-1, 1, 1, 1)


@pytest.mark.parametrize("batch", [1, 4, 7])
def test_pool_step_by_step(batch):
    """Against the pool written as a loop over images."""
    pool, draws, size, held = ImagePool(5, (1, 1, 1)), Draws(), 5, []
    for step in range(12):
        shown = pool(numbered(step * batch, batch), draw=draws, use="p")
        coin, places = draws.last["p coin"], np.argsort(draws.last["p places"])
        full, expected = len(held) == size, []
        for i, number in enumerate(range(step * batch, (step + 1) * batch)):
            if not full or i >= size:
                expected.append(number)
                held += [number] if len(held) < size else []
            elif coin[i] < 0.5:
                expected.append(held[places[i]])
                held[places[i]] = number
            else:
                expected.append(number)
        assert np.asarray(shown).ravel().tolist() == expected
        assert sorted(np.asarray(pool.images).ravel()[: len(held)].tolist()) == sorted(held)


def test_half_of_what_is_shown_comes_from_the_pool():
    pool, draws = ImagePool(50, (1, 1, 1)), Draws()
    step = tf.function(
        lambda x, coin, places: pool(x, draw=lambda use, *_: coin if "coin" in use else places, use="pool"),
        jit_compile=True,
    )
    ages = []
    for number in range(1050):
        shown = step(
            tf.constant(numbered(number, 1)),
            draws("coin", (1,), "uniform"),
            draws("places", (50,), "uniform"),
        )
        ages.append(number - float(shown[0, 0, 0, 0]))
    assert ages[:50] == [0] * 50
    old = np.array(ages[50:]) > 0
    assert abs(old.mean() - 0.5) < 4 * 0.5 / np.sqrt(1000)
    # An image that is in stays for 50 exchanges on average, 100 steps; the first ones were 25 steps old already.
    assert 75 < np.array(ages[50:])[old].mean() < 125
