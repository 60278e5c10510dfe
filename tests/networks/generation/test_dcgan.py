import keras
import numpy as np
import pytest

from kgan.networks import dcgan
from kgan.networks.parts.image_size import grid_of
from tests.networks.builder_checks import check_builder, trainable_count


def test_sixty_four_pixels_have_the_published_parameter_counts():
    # pytorch/examples/dcgan, nz=100, ngf=ndf=64, nc=3
    generator = dcgan.generator((64, 64), 3, latent_size=100)
    discriminator = dcgan.discriminator((64, 64), 3)
    assert trainable_count(generator) == 3_576_704
    assert trainable_count(discriminator) == 2_765_568
    maps = [layer.output.shape[1:] for layer in generator.layers if layer.name.startswith("normalization")]
    assert maps == [(4, 4, 512), (8, 8, 256), (16, 16, 128), (32, 32, 64)]
    maps = [layer.output.shape[1:] for layer in discriminator.layers if layer.name.startswith("down")]
    assert maps == [(32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512)]


@pytest.mark.parametrize("size", [(16, 16), (28, 28), (32, 48), (128, 96)])
def test_generator_draws_every_size_in_range(size, tmp_path):
    model = check_builder(
        lambda: dcgan.generator(size, 1, latent_size=4, width=2), tmp_path, (*size, 1), "generator"
    )
    assert model.layers[-1].activation.__name__ == "tanh"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalization": None},
        {"normalization": "layer"},
        {"normalization": "instance", "classes": 3},
        {"classes": 3, "conditioning": "projection"},
        {"minibatch_deviation": True},
    ],
)
def test_discriminator_gives_one_bare_logit(options, tmp_path):
    check_builder(
        lambda: dcgan.discriminator((16, 24), 3, width=2, **options), tmp_path, (1,), "discriminator"
    )


def test_conditional_generator_hears_its_label(tmp_path):
    model = check_builder(
        lambda: dcgan.generator((16, 16), 1, latent_size=4, width=2, classes=3),
        tmp_path,
        (16, 16, 1),
        "generator",
    )
    assert set(model.input) == {"latent", "label"}


def test_spectral_normalization_wraps_every_layer_with_weights(tmp_path):
    build = lambda: dcgan.discriminator(  # noqa: E731
        (16, 16), 1, 4, spectral_normalization=True, normalization=None, classes=3, conditioning="projection"
    )
    model = check_builder(build, tmp_path, (1,), "discriminator")
    bare = [
        layer.name for layer in model.layers if layer.trainable_variables and "spectral" not in layer.name
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("size", "nearest"),
    [((100, 100), "96x96"), ((8, 8), "16x16"), ((30, 64), "28x64"), ((512, 512), "128x256")],
)
def test_other_sizes_are_refused_with_the_nearest_that_works(size, nearest):
    with pytest.raises(
        ValueError, match=f"received {size[0]}x{size[1]}; the nearest that works is {nearest}"
    ):
        dcgan.generator(size)


def test_the_start_grid_is_the_image_size_over_a_power_of_two():
    assert grid_of((32, 48), "x") == (3, (4, 6))
    assert grid_of((128, 256), "x") == (5, (4, 8))
    assert grid_of((28, 28), "x") == (2, (7, 7))


def test_unknown_options_are_named():
    with pytest.raises(ValueError, match="received 'group'"):
        dcgan.discriminator((16, 16), normalization="group")
    with pytest.raises(ValueError, match="received 'add'"):
        dcgan.discriminator((16, 16), classes=2, conditioning="add")


def test_leaky_rectifiers_let_a_fifth_through():
    """Radford et al. 2015, section 3: slope 0.2. The first layer has no normalization: its output, by hand."""
    network = dcgan.discriminator((16, 16), channels=1, width=4)
    image = np.random.default_rng(0).normal(size=(2, 16, 16, 1)).astype("float32")
    before = np.asarray(network.get_layer("down_1")(image))
    first = keras.Model(network.inputs, network.get_layer("leaky_1").output)
    np.testing.assert_allclose(first(image), np.where(before > 0, before, before / 5), rtol=1e-6)
    assert before.min() < 0 < before.max()
    slopes = {layer.negative_slope for layer in network.layers if isinstance(layer, keras.layers.LeakyReLU)}
    assert slopes == {0.2}
