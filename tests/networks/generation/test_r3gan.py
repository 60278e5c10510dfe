import itertools

import numpy as np
import pytest

from kgan.networks.generation import r3gan
from tests.networks.builder_checks import check_builder, trainable_count

TINY = {"width": 2, "most": 4, "blocks": 1, "group_size": 4}


def block(width):
    """Weights of a block by hand: 1x1 to twice the width, 3x3 of sixteen a group, 1x1 back; two biases."""
    return width * 2 * width + 9 * 16 * 2 * width + 2 * width * width + 2 * 2 * width


@pytest.mark.parametrize("size", ["paper-cifar10", "paper-ffhq64", "paper-ffhq256", "small"])
def test_parameters_are_those_of_the_papers_table(size):
    widths = {
        "paper-cifar10": [768] * 4,
        "paper-ffhq64": [768] * 4 + [384],
        "paper-ffhq256": [768] * 4 + [384, 192, 96],
        "small": [128, 128, 64, 32],
    }[size]
    blocks = 1 if size == "small" else 2
    shared = sum(blocks * block(width) for width in widths)
    shared += sum(a * b for a, b in itertools.pairwise(widths) if a != b)
    shared += 16 * widths[0] + 3 * widths[-1]
    assert trainable_count(r3gan.generator(**r3gan.SIZES[size])) == shared + 64 * widths[0]
    assert trainable_count(r3gan.discriminator(**r3gan.SIZES[size])) == shared + widths[0]
    if size == "paper-ffhq256":
        assert (shared + 64 * 768, shared + 768) == (23_057_952, 23_009_568)


@pytest.mark.parametrize("options", [{}, {"classes": 3}])
def test_generator(options, tmp_path):
    check_builder(
        lambda: r3gan.generator((32, 48), 1, latent_size=4, **TINY, **options),
        tmp_path,
        (32, 48, 1),
        "generator",
    )


@pytest.mark.parametrize("options", [{}, {"classes": 3}])
def test_discriminator(options, tmp_path):
    check_builder(
        lambda: r3gan.discriminator((16, 24), 3, **TINY, **options), tmp_path, (1,), "discriminator"
    )


def test_from_32_to_512_pixels():
    for size in ((28, 28), (64, 48), (512, 512)):
        assert r3gan.generator(size, **TINY, latent_size=2).output_shape[1:3] == size


def test_all_blocks_start_as_the_identity_and_the_others_are_scaled_by_their_number():
    model = r3gan.discriminator((32, 32), width=64, most=64, blocks=2)
    for layer in model.layers:
        if layer.name.endswith("_project"):
            assert not np.asarray(layer.kernel).any()
    expand = np.asarray(model.get_layer("stage_0_block_1_expand").kernel)
    # Eight blocks: (2 / 1.04) * 8**-0.5 / 64.
    assert expand.var() == pytest.approx(2 / 1.04 * 8**-0.5 / 64, rel=0.05)


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match="received 33x33"):
        r3gan.generator((33, 33))
    with pytest.raises(ValueError, match="multiple of group_size=16, received a rest of 4"):
        r3gan.generator(width=10, most=10)
