"""BiGAN's encoder and joint discriminator: shapes, round trips, and the paper's weights counted by hand."""

from kgan.networks import bigan
from tests.networks.builder_checks import check_builder, trainable_count

SMALL = {"latent_size": 3, "width": 4}


def test_encoder(tmp_path):
    check_builder(lambda: bigan.encoder((5, 7), 3, **SMALL), tmp_path, (3,), "encoder")


def test_stochastic_encoder():
    network = bigan.encoder((5, 7), 3, **SMALL, stochastic=True)
    assert {name: out.shape for name, out in network.output.items()} == {
        "mean": (None, 3), "log_deviation": (None, 3)
    }  # fmt: skip


def test_discriminator(tmp_path):
    check_builder(lambda: bigan.discriminator((5, 7), 3, **SMALL), tmp_path, (1,), "discriminator")


def test_the_papers_sizes():
    # Two layers of 1,024 units, a latent of 50; a scale and an offset a normalized unit.
    encoder = (784 + 1) * 1024 + (1024 + 1) * 1024 + 2 * 2 * 1024 + 1025 * 50
    assert trainable_count(bigan.encoder()) == encoder
    discriminator = (784 + 50 + 1) * 1024 + (1024 + 1) * 1024 + 2 * 1024 + 1025
    assert trainable_count(bigan.discriminator()) == discriminator
