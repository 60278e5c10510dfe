import pytest

from kgan.networks import began
from tests.networks.builder_checks import check_builder, trainable_count


def test_parameters_are_those_of_the_papers_figure():
    def convolution(inputs, outputs):
        return 9 * inputs * outputs + outputs

    n = 4
    decoder = (5 * 64 * n + 64 * n) + 6 * convolution(n, n) + convolution(n, 3)
    encoder = (
        convolution(3, n) + 2 * convolution(n, n) + convolution(n, 2 * n) + 2 * convolution(2 * n, 2 * n)
    )
    encoder += convolution(2 * n, 3 * n) + 2 * convolution(3 * n, 3 * n) + (64 * 3 * n * 5 + 5)
    assert trainable_count(began.generator((32, 32), latent_size=5, width=n)) == decoder
    assert trainable_count(began.discriminator((32, 32), hidden_size=5, width=n)) == encoder + decoder


def test_generator(tmp_path):
    check_builder(
        lambda: began.generator((32, 48), 1, latent_size=4, width=2), tmp_path, (32, 48, 1), "generator"
    )


def test_discriminator_gives_an_image_without_activation(tmp_path):
    model = check_builder(
        lambda: began.discriminator((16, 24), 3, width=2, hidden_size=4),
        tmp_path,
        (16, 24, 3),
        "discriminator",
    )
    assert model.layers[-1].activation.__name__ == "linear"
    with pytest.raises(ValueError, match="nearest that works is 16x16"):
        began.discriminator((15, 15))
