"""VideoGAN's networks: the published sizes, what is seen of what moves, frames that time can double to."""

import itertools
import math

import numpy as np
import pytest

from kgan.networks import two_stream
from tests.networks.builder_checks import inputs_for, trainable_count


def convolution(*shape):
    """Weights and biases."""
    return math.prod(shape) + shape[-1]


def generator_count(width, latent=None):
    """arXiv:1609.02612 and its authors' code, by hand: 3 colors, four doublings; a picture goes in without latent."""
    sizes = [8 * width, 4 * width, 2 * width, width]
    normalized = [sizes[0], *sizes[1:], *sizes[1:]]  # the moving stream's start, both streams
    if latent:
        normalized += [sizes[0]]
        count = convolution(4, 4, latent, sizes[0]) + convolution(2, 4, 4, latent, sizes[0])
    else:
        normalized += sizes[:3]  # all of the encoder but its first
        pairs = zip([3, *sizes[:0:-1]], sizes[::-1], strict=True)
        count = sum(convolution(4, 4, *pair) for pair in pairs) + convolution(2, 1, 1, sizes[0], sizes[0])
    for pair in itertools.pairwise(sizes):
        count += convolution(4, 4, *pair) + convolution(4, 4, 4, *pair)
    last = convolution(4, 4, width, 3) + convolution(4, 4, 4, width, 3) + convolution(4, 4, 4, width, 1)
    return count + last + 2 * sum(normalized)


def discriminator_count(width):
    sizes = [3, width, 2 * width, 4 * width, 8 * width]
    count = sum(convolution(4, 4, 4, *pair) for pair in itertools.pairwise(sizes))
    return count + 2 * sum(sizes[2:]) + convolution(2, 4, 4, sizes[-1], 1)


def test_published_sizes_have_the_weights_of_their_layers():
    assert trainable_count(two_stream.generator()) == generator_count(64, latent=100)
    assert trainable_count(two_stream.generator(width=4, first_frame=True)) == generator_count(4)
    assert trainable_count(two_stream.discriminator(width=4)) == discriminator_count(4)
    published = (
        generator_count(64, 100),
        generator_count(128),
        discriminator_count(64),
        discriminator_count(128),
    )
    for count in published:
        assert f"{count:,}" in two_stream.__doc__


@pytest.mark.parametrize("first_frame", [False, True])
def test_the_mask_says_what_is_seen_of_what_moves(first_frame):
    network = two_stream.generator(
        (16, 24), frames=4, channels=2, latent_size=5, width=2, first_frame=first_frame
    )
    made = {name: np.asarray(value) for name, value in network(inputs_for(network)).items()}
    assert made["frames"].shape == made["foreground"].shape == (2, 4, 16, 24, 2)
    assert made["background"].shape == (2, 1, 16, 24, 2)
    assert made["mask"].shape == (2, 4, 16, 24, 1)
    mask = made["mask"]
    assert 0 < mask.min() <= mask.max() < 1
    seen = mask * made["foreground"] + (1 - mask) * made["background"]
    np.testing.assert_allclose(made["frames"], seen, atol=1e-6)


@pytest.mark.parametrize("frames", [2, 4, 8])
def test_time_doubles_as_often_as_asked(frames):
    judge = two_stream.discriminator((16, 16), frames, channels=1, width=2, normalization=None)
    assert judge(np.zeros((3, frames, 16, 16, 1), "float32")).shape == (3, 1)
    assert two_stream.generator((16, 16), frames, 1, 4, 2).output["frames"].shape == (None, frames, 16, 16, 1)


@pytest.mark.parametrize("build", [two_stream.generator, two_stream.discriminator])
def test_frames_that_do_not_come_of_doublings_are_one_line(build):
    with pytest.raises(ValueError, match=r"frames among 2, 4, 8, as .* 16x16 pixels; received 6. Choose one"):
        build((16, 16), frames=6)
