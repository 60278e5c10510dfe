import itertools

import numpy as np
import pytest

from kgan.layers import FadeIn
from kgan.networks.generation import progressive
from tests.networks.builder_checks import trainable_count


def convolution(size, channels, filters):
    return size * size * channels * filters + filters


def test_parameters_are_those_of_the_papers_table_2():
    """Added up from the table of layers at 1024x1024; the layers that fade out come on top."""
    widths = [512, 512, 512, 512, 256, 128, 64, 32, 16]
    inner = 0
    generator = 512 * 8192 + 8192 + convolution(3, 512, 512) + convolution(1, 16, 3)
    discriminator = convolution(1, 3, 16) + convolution(3, 513, 512) + 8192 * 512 + 512 + 513
    for below, here in itertools.pairwise(widths):
        generator += convolution(3, below, here) + convolution(3, here, here)
        inner += convolution(3, here, here) + convolution(3, here, below)
    discriminator += inner
    assert (round(generator / 1e6, 1), round(discriminator / 1e6, 1)) == (23.1, 23.1)  # as the table says
    size = progressive.SIZES["paper-celebahq1024"]
    fading = convolution(1, 32, 3), convolution(1, 3, 32)
    made = progressive.generator(**size, latent_size=512), progressive.discriminator(**size)
    assert [trainable_count(network) for network in made] == [
        generator + fading[0],
        discriminator + fading[1],
    ]
    assert f"{generator:,}" in progressive.__doc__
    assert f"{discriminator:,}" in progressive.__doc__


def test_fade_in():
    random = np.random.default_rng(0)
    old, new = random.normal(size=(2, 3, 2, 2, 1)).astype("float32")
    alpha = np.array([0.0, 0.25, 1.0], "float32")
    expected = [o * (1 - a) + n * a for o, n, a in zip(old, new, alpha, strict=True)]
    np.testing.assert_allclose(FadeIn()([old, new, alpha]), expected, atol=1e-6)


def test_levels_of_sizes_that_are_not_square():
    assert progressive.levels((16, 20)) == [(4, 5), (8, 10), (16, 20)]
    with pytest.raises(ValueError, match="received 33x33"):
        progressive.levels((33, 33))
