"""A recording of any length comes back at its own length, each window once."""

import keras
import numpy as np
import pytest

from kgan import SEGAN
from kgan.networks import segan
from kgan.tasks.speech.enhancing import enhance


def model_of(change):
    """A SEGAN whose generator changes samples by a function, and looks at no latent."""
    source, latent = keras.Input((16, 1), name="source"), keras.Input((4, 3), name="latent")
    made = keras.Model({"source": source, "latent": latent}, change(source), name="generator")
    return SEGAN(made, segan.discriminator(np.zeros((2, 16, 2)), (2, 3), 5))


@pytest.mark.parametrize("count", [5, 16, 40])
def test_a_model_that_changes_nothing_gives_the_recording_back(count):
    wave = np.random.default_rng(0).uniform(-0.4, 0.4, count).astype("float32")
    same = model_of(keras.layers.Identity())
    np.testing.assert_allclose(enhance(same, wave), wave, atol=1e-6)
    half = model_of(keras.layers.Rescaling(0.5))
    np.testing.assert_allclose(enhance(half, wave, emphasis=0.0), wave / 2, atol=1e-6)


def test_what_is_no_recording():
    same = model_of(keras.layers.Identity())
    with pytest.raises(
        ValueError, match=r"samples of shape \(count,\) in \[-1, 1\], received shape \(4, 2\)"
    ):
        enhance(same, np.zeros((4, 2)))
    with pytest.raises(ValueError, match="numbers up to 300"):
        enhance(same, np.full(8, 300.0))
