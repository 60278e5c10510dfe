import pytest

from kgan.networks import resnet
from tests.networks.builder_checks import check_builder, trainable_count


def test_cifar_networks_have_the_parameters_of_the_papers_tables():
    # Added up layer by layer: dense 264,192; three blocks of 312,192; batch norm 256; last convolution 3,459.
    assert trainable_count(resnet.generator(**resnet.SIZES["wgan-gp-cifar10"]["generator"])) == 1_204_483
    # Blocks of 151,680, 311,680, 295,168, 295,168 and a linear layer of 129.
    sizes = resnet.SIZES["wgan-gp-cifar10"]["discriminator"]
    assert trainable_count(resnet.discriminator(**sizes)) == 1_053_825
    assert trainable_count(resnet.generator(**resnet.SIZES["sngan-cifar10"]["generator"])) == 4_276_739


def test_a_conditional_generator_has_a_scale_and_an_offset_for_each_class():
    plain = trainable_count(resnet.generator(width=4, latent_size=4))
    conditional = trainable_count(resnet.generator(width=4, latent_size=4, classes=5))
    assert conditional - plain == 3 * 2 * (5 - 1) * 2 * 4


@pytest.mark.parametrize("options", [{}, {"classes": 3}, {"classes": 3, "conditioning": "concatenate"}])
def test_generator(options, tmp_path):
    check_builder(
        lambda: resnet.generator((32, 48), 1, latent_size=4, width=2, **options),
        tmp_path,
        (32, 48, 1),
        "generator",
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalization": "layer", "pooling": "mean"},
        {"classes": 3},
        {"classes": 3, "conditioning": "concatenate"},
    ],
)
def test_discriminator(options, tmp_path):
    model = check_builder(
        lambda: resnet.discriminator((16, 24), 3, width=2, **options), tmp_path, (1,), "discriminator"
    )
    assert model.get_layer("logit").activation.__name__ == "linear"


def test_unknown_options_are_named():
    with pytest.raises(ValueError, match="received 'max'"):
        resnet.discriminator(pooling="max")
    with pytest.raises(ValueError, match="received 'projection'"):
        resnet.generator(classes=2, conditioning="projection")
    with pytest.raises(ValueError, match="Choose conditioning='concatenate'"):
        resnet.generator(classes=2, normalization="layer")
    with pytest.raises(ValueError, match="nearest that works is 32x32"):
        resnet.generator((33, 33))
