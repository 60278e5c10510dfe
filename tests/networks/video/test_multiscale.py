"""The multi-scale video networks: the paper's table, any size, coarse to fine."""

import keras
import numpy as np
import pytest

from kgan.layers import BilinearDoubling
from kgan.networks import multiscale

# arXiv:1511.05440, table 1, by hand: 4 frames of 3 channels seen, one drawn; the coarser frame beside them from the
# second scale on.
TABLE = [
    ([12, 128, 256, 128, 3], [3, 3, 3, 3]),
    ([15, 128, 256, 128, 3], [5, 3, 3, 5]),
    ([15, 128, 256, 512, 256, 128, 3], [5, 3, 3, 3, 3, 5]),
    ([15, 128, 256, 512, 256, 128, 3], [7, 5, 5, 5, 5, 7]),
]


def test_the_papers_generator_has_the_weights_of_its_table():
    counts = [
        sum(k * k * a * b + b for k, a, b in zip(kernels, features[:-1], features[1:], strict=True))
        for features, kernels in TABLE
    ]
    network = multiscale.generator()
    assert network.count_params() == sum(counts)
    assert f"{sum(counts):,}" in multiscale.__doc__


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (16, 40)])
def test_any_frame_size(size):
    network = multiscale.generator(channels=1, output_frames=2, width=4)
    made = network(np.zeros((2, 4, *size, 1), "float32"))
    assert made["frames"].shape == (2, 2, *size, 1)
    padded = [-(-side // 8) * 8 for side in size]
    assert made["scale_1"].shape == (2, 2, padded[0] // 8, padded[1] // 8, 1)


def test_doubling_is_kerass_bilinear():
    images = np.random.default_rng(0).normal(size=(2, 5, 3, 2)).astype("float32")
    for part in (images, images[:, :1]):
        expected = keras.layers.UpSampling2D(2, interpolation="bilinear")(part)
        np.testing.assert_allclose(BilinearDoubling()(part), expected, atol=1e-6)


def test_what_the_coarser_scale_drew_is_refined_not_replaced():
    network = multiscale.generator(channels=1, width=4)
    for layer in network.layers:
        if layer.name.endswith("_refinement"):
            first = layer.name.startswith("scale_1")
            layer.set_weights(
                [np.zeros(layer.kernel.shape), np.full(layer.bias.shape, -1.0 if first else 0.0)]
            )
    made = network(np.random.default_rng(0).uniform(-1, 1, (1, 4, 16, 16, 1)).astype("float32"))
    for scale in ("scale_1", "scale_2", "scale_3", "frames"):
        np.testing.assert_allclose(made[scale], -1.0, atol=1e-6)


@pytest.mark.parametrize("output_frames", [1, 2])
def test_of_changes_an_untrained_network_draws_the_last_frame_again(output_frames):
    network = multiscale.generator(2, output_frames=output_frames, width=4, changes=True)
    for layer in network.layers:
        if layer.name.endswith("_refinement"):
            bias = 0.25 if layer.name.startswith("scale_1") else 0.0
            layer.set_weights([np.zeros(layer.kernel.shape), np.full(layer.bias.shape, bias)])
    frames = np.random.default_rng(0).uniform(-1, 1, (1, 4, 16, 24, 2)).astype("float32")
    made = network(frames)
    last = frames[:, -1]
    for scale, side in (("frames", 1), ("scale_3", 2), ("scale_2", 4), ("scale_1", 8)):
        coarse = last.reshape(1, 16 // side, side, 24 // side, side, 2).mean(axis=(2, 4))
        assert made[scale].shape == (1, output_frames, *coarse.shape[1:])
        for number in range(output_frames):
            np.testing.assert_allclose(made[scale][:, number], coarse + 0.25, atol=1e-6)


def test_discriminators_see_the_frames_before():
    networks = multiscale.discriminators((32, 48), channels=1, width=4)
    assert [n.inputs[0].shape[2:4] for n in networks] == [(4, 6), (8, 12), (16, 24), (32, 48)]
    random = np.random.default_rng(0)
    for network, size in zip(networks, [(4, 6), (8, 12), (16, 24), (32, 48)], strict=True):
        following = random.normal(size=(2, 1, *size, 1)).astype("float32")
        seen = [random.normal(size=(2, 4, *size, 1)).astype("float32") for _ in range(2)]
        first, second = (np.asarray(network({"frames": one, "next": following})) for one in seen)
        assert first.shape == (2, 1)
        assert not np.allclose(first, second)


def test_a_size_that_four_scales_do_not_fit_is_one_line():
    with pytest.raises(ValueError, match=r"multiples of 8, at least 32; received \(30, 32\)"):
        multiscale.discriminators((30, 32))
