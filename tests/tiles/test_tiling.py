"""Tiles: exact where margins are as wide as the network looks, seamless elsewhere, and honest about which."""

import itertools

import keras
import numpy as np
import pytest

from kgan.layers import BicubicUpsampling2D
from kgan.networks import gated_inpainting, rrdb, srresnet, translation_resnet, unet
from kgan.tiles.receptive_field import reach
from kgan.tiles.tiling import Tiling, difference, margin_for


@pytest.mark.parametrize("length", [1, 63, 64, 65, 100, 257, 1000])
@pytest.mark.parametrize("multiple", [1, 4, 8])
def test_spans_cover_everything_and_overlap_enough(length, multiple):
    tiling = Tiling(64, margin=8, blend=4, multiple=multiple)
    spans = tiling.spans(length)
    assert spans[0][0] == 0
    assert spans[-1][1] == length
    assert all(start % multiple == 0 and stop - start <= 64 for start, stop in spans)
    for (_, stop), (start, _) in itertools.pairwise(spans):
        assert stop - start >= tiling.overlap
    assert len({stop - start for start, stop in spans[:-1]}) <= 1


@pytest.mark.parametrize("scale", [1, 4])
def test_weights_add_up_to_one_and_leave_margins_out(scale):
    tiling = Tiling(40, margin=8, blend=4, scale=scale)
    total = np.zeros(111 * scale)
    spans = tiling.spans(111)
    for (start, stop), weight in zip(spans, tiling.weights(111), strict=True):
        total[start * scale : stop * scale] += weight
        if start:
            assert not weight[: 8 * scale].any()
        if stop < 111:
            assert not weight[-8 * scale :].any()
    np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.parametrize("shape", [(130, 75, 3), (40, 200, 1), (5, 7, 3), (1, 1, 3)])
def test_tiles_of_a_local_function_are_the_whole(shape):
    image = np.random.default_rng(0).normal(size=shape).astype("float32")

    def enlarged(window):
        return np.repeat(np.repeat(window["image"], 2, 1), 2, 2)

    found = Tiling(48, margin=4, blend=4, scale=2).whole(enlarged, {"image": image})
    np.testing.assert_allclose(found, enlarged({"image": image[None]})[0], atol=1e-6)


def test_rows_come_out_as_they_are_finished():
    image = np.zeros((200, 60, 1), "float32")
    heights = [
        len(rows) for rows in Tiling(48, margin=4, blend=4).bands(lambda x: x["image"], {"image": image})
    ]
    assert sum(heights) == 200
    assert max(heights) <= 48


@pytest.mark.parametrize(
    ("build", "radius", "multiple"),
    [
        (lambda: srresnet.generator(4, width=4, blocks=1), 4 + 2 + 1 + (1 + 0.25) + (0.5 + 0.125) + 1, 1),
        (lambda: srresnet.generator(2, width=4, blocks=3), 4 + 6 + 1 + (1 + 0.25) + 2, 1),
        (lambda: rrdb.generator(2, width=4, blocks=1, growth=2), 1 + 15 + 1 + 0.25 + 0.5 + 0.5 + 0.5, 1),
    ],
)
def test_reach_of_convolutions_is_added_up(build, radius, multiple):
    found = reach(build())
    assert (found.radius, found.multiple, found.everywhere) == (radius, multiple, ())


def test_a_smooth_start_looks_at_the_whole_image():
    found = reach(gated_inpainting.generator(3, width=2, smooth_start=True))
    assert found.radius == float("inf")
    assert set(found.everywhere) == {"membrane", "plate"}


def test_a_network_within_a_network_counts_as_if_it_stood_there():
    for network in (gated_inpainting.generator(width=4), translation_resnet.generator(width=4, blocks=1)):
        inputs = {tensor.name: keras.Input(tensor.shape[1:], name=tensor.name) for tensor in network.inputs}
        inputs = inputs if len(inputs) > 1 else next(iter(inputs.values()))
        assert reach(keras.Model(inputs, network(inputs))) == reach(network)


def test_reach_is_what_a_gradient_finds():
    network = srresnet.generator(2, channels=1, width=4, blocks=2)
    image = np.random.default_rng(0).normal(size=(1, 48, 48, 1)).astype("float32")
    changed = image.copy()
    changed[0, 24, 24] += 1
    moved = np.argwhere(np.any(network(image) != network(changed), axis=(0, -1)))
    furthest = np.abs((moved + 0.5) / 2 - 24.5).max()
    radius = reach(network).radius
    assert radius - 1 <= furthest <= radius


def test_a_bicubic_base_looks_two_pixels_around():
    image = keras.Input((None, None, 3))
    enlarged = BicubicUpsampling2D(4)(image)
    found = reach(keras.Model(image, enlarged))
    assert (found.radius, found.multiple) == (2 + 0.375, 1)
    after = reach(keras.Model(image, keras.layers.Conv2D(3, 3, padding="same")(enlarged)))
    assert after.radius == found.radius + 0.25


@pytest.mark.parametrize("scale", [2, 4])
def test_super_resolution_in_tiles_is_exact(scale):
    network = srresnet.generator(scale, width=4, blocks=2)
    image = np.random.default_rng(0).uniform(-1, 1, (70, 93, 3)).astype("float32")
    found = reach(network)
    tiling = Tiling(56, margin_for(found), blend=4, scale=scale)
    assert difference(found, tiling.margin) == ""
    assert tiling.count(70, 93) > 2
    whole = keras.ops.convert_to_numpy(network(image[None]))[0]
    np.testing.assert_allclose(
        tiling.whole(lambda x: network(x["image"]), {"image": image}), whole, atol=2e-5
    )


def test_gated_tiles_start_where_halvings_do():
    network = gated_inpainting.generator(width=4)
    found = reach(network)
    assert found.multiple == 4
    image = np.random.default_rng(0).uniform(-1, 1, (40, 420, 3)).astype("float32")
    mask = np.zeros((40, 420, 1), "float32")
    margin = int(np.ceil(found.radius))
    tiling = Tiling(2 * margin + 40, margin, blend=4, multiple=4)
    assert tiling.count(40, 420) > 1
    whole = keras.ops.convert_to_numpy(network({"image": image[None], "mask": mask[None]}))[0]
    tiled = tiling.whole(network, {"image": image, "mask": mask})
    np.testing.assert_allclose(tiled, whole, atol=2e-5)


def test_what_tiles_change_is_said():
    instance = reach(translation_resnet.generator(width=4, blocks=1))
    assert np.isinf(instance.radius)
    assert "look at the whole image" in difference(instance, margin_for(instance))
    levels = reach(unet.generator((64, 64), width=4, normalization="batch"))
    assert levels.multiple == 64
    assert "may differ a little" in difference(levels, 32)


def test_a_tile_that_is_all_margin_is_refused():
    with pytest.raises(ValueError, match="at least 26 pixels"):
        Tiling(20, margin=8, blend=8)
