from kgan.networks import mlp
from tests.networks.builder_checks import check_builder, trainable_count


def test_points_come_out_linear(tmp_path):
    model = check_builder(
        lambda: mlp.generator(None, 2, latent_size=4, width=8, depth=2), tmp_path, (2,), "generator"
    )
    assert trainable_count(model) == (4 * 8 + 8) + (8 * 8 + 8) + (8 * 2 + 2)
    assert model.layers[-1].activation.__name__ == "linear"
    check_builder(lambda: mlp.discriminator(None, 2, width=8, depth=2), tmp_path, (1,), "discriminator")


def test_images_of_any_size_with_labels(tmp_path):
    model = check_builder(
        lambda: mlp.generator((5, 7), 3, latent_size=4, width=8, classes=3), tmp_path, (5, 7, 3), "generator"
    )
    assert set(model.input) == {"latent", "label"}
    model = check_builder(
        lambda: mlp.discriminator((5, 7), 3, width=8, classes=3), tmp_path, (1,), "discriminator"
    )
    assert set(model.input) == {"image", "label"}
    assert model.layers[-1].activation.__name__ == "linear"
