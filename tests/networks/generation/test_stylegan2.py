import itertools

import pytest

from kgan.networks.generation import stylegan2
from tests.networks.builder_checks import check_builder, trainable_count

TINY = {"width": 2, "most": 4}


def modulated(size, channels, filters, style):
    """A kernel and an affine layer."""
    return size * size * channels * filters + style * channels + channels


def test_parameters_are_those_of_the_papers_configuration_f():
    """Added up from the paper's table of layers at 1024x1024, styles of 512."""
    widths = [512, 512, 512, 512, 512, 256, 128, 64, 32]
    synthesis = 16 * 512  # the constant
    for stage, filters in enumerate(widths):
        if stage:
            synthesis += modulated(3, widths[stage - 1], filters, 512) + filters + 1
        synthesis += modulated(3, filters, filters, 512) + filters + 1  # bias and noise strength
        synthesis += modulated(1, filters, 3, 512) + 3
    size = stylegan2.SIZES["paper-ffhq1024"]
    made = stylegan2.synthesis(**size)
    assert trainable_count(made) == synthesis
    assert made.input["styles"].shape[1:] == (18, 512)
    mapping = stylegan2.mapping()
    assert trainable_count(mapping) == 8 * (512 * 512 + 512) == 2_101_248
    assert synthesis + 2_101_248 == 30_370_060
    judge = 3 * 32 + 32
    for here, below in itertools.pairwise(widths[::-1]):
        judge += 9 * here * here + here + 9 * here * below + below + here * below
    judge += 9 * 513 * 512 + 512 + 16 * 512 * 512 + 512 + 512 + 1
    assert trainable_count(stylegan2.discriminator(**size)) == judge == 29_012_513


@pytest.mark.parametrize("classes", [0, 3])
def test_mapping_and_discriminator(classes, tmp_path):
    check_builder(lambda: stylegan2.mapping(4, 6, depth=2, classes=classes), tmp_path, (6,), "mapping")
    check_builder(
        lambda: stylegan2.discriminator((16, 24), 1, **TINY, classes=classes), tmp_path, (1,), "discriminator"
    )


def test_synthesis(tmp_path):
    model = check_builder(
        lambda: stylegan2.synthesis((16, 24), 1, 4, **TINY), tmp_path, (16, 24, 1), "synthesis"
    )
    made = stylegan2.generator((16, 24), 1, 4, **TINY, classes=3)
    assert set(made.input) == {"latent", "noise", "label"}
    assert made.output_shape == (None, 16, 24, 1)
    # One noise for the first layer, two a doubling.
    assert model.input["noise"].shape[1] == 4 * 6 + 2 * 8 * 12 + 2 * 16 * 24


def test_sizes_that_cannot_be_halved_are_told():
    with pytest.raises(ValueError, match="received 33x33"):
        stylegan2.synthesis((33, 33))
