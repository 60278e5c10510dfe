import numpy as np
import pytest

from kgan.networks import rrdb, srgan_discriminator, srresnet
from tests.networks.builder_checks import check_builder, trainable_count


def test_srresnet_has_the_parameters_of_the_papers_figure():
    # One slope a rectifier, as the usual PyTorch versions have it, which print 1,549,462 for x4.
    model = srresnet.generator(4)
    assert trainable_count(model) == 15_617 + 16 * 74_113 + 37_056 + 2 * 147_713 + 15_555 == 1_549_462
    convolutions = [layer for layer in model.layers if "Conv2D" in type(layer).__name__]
    assert len(convolutions) == 1 + 2 * 16 + 1 + 2 + 1


def test_rrdb_has_the_authors_parameter_count():
    # xinntao/ESRGAN, RRDBNet(3, 3, 64, 23, gc=32): 16.70 M
    one, two = rrdb.generator(4, blocks=1), rrdb.generator(4, blocks=2)
    block = trainable_count(two) - trainable_count(one)
    assert trainable_count(one) + 22 * block == 16_697_987
    convolutions = [layer for layer in one.layers if "Conv2D" in type(layer).__name__]
    assert len(convolutions) == 1 + 15 + 1 + 2 + 2


def test_M9_only_dense_blocks_start_small():
    model = rrdb.generator(4, width=64, blocks=2)
    for layer in (layer for layer in model.layers if "Conv2D" in type(layer).__name__):
        kernel = np.asarray(layer.kernel)
        fan_in = np.prod(kernel.shape[:3])
        dense = layer.name.startswith("block_")
        # The authors' code: He's deviation, a tenth of it; elsewhere PyTorch's uniform one within 1 / sqrt(fan in).
        expected = 0.1 * np.sqrt(2 / fan_in) if dense else np.sqrt(1 / (3 * fan_in))
        assert kernel.std() == pytest.approx(expected, rel=0.05), layer.name
        assert dense or np.abs(kernel).max() <= 1 / np.sqrt(fan_in) + 1e-7, layer.name
        assert not np.asarray(layer.bias).any()


def test_srgan_discriminator_has_the_parameters_of_the_papers_figure():
    convolutions = [(3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512)]
    expected = sum(9 * a * b + b for a, b in convolutions) + 2 * sum(b for _, b in convolutions[1:])
    expected += 6 * 6 * 512 * 1024 + 1024 + 1025
    assert trainable_count(srgan_discriminator.discriminator()) == expected == 23_565_505


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("network", [srresnet, rrdb])
def test_generators_enlarge_any_size(network, scale, tmp_path):
    def build():
        return network.generator(scale, channels=1, width=4, blocks=1)

    if scale == 4:
        check_builder(build, tmp_path, (32, 32, 1), "generator", side=8)
    output = build()(np.zeros((1, 5, 9, 1), "float32"))
    assert output.shape == (1, 5 * scale, 9 * scale, 1)


def test_srgan_discriminator(tmp_path):
    check_builder(
        lambda: srgan_discriminator.discriminator((16, 32), 3, width=2, hidden_size=4),
        tmp_path,
        (1,),
        "discriminator",
    )
    spectral = srgan_discriminator.discriminator((16, 16), 1, 1, True, normalization=None, hidden_size=2)
    assert sum(layer.name.endswith("_spectral") for layer in spectral.layers) == 10


def test_what_is_impossible_is_said():
    with pytest.raises(ValueError, match="expected a scale of 2, 4 or 8; received 3"):
        srresnet.generator(3)
    with pytest.raises(ValueError, match="received 100x96; the nearest that works is 96x96"):
        srgan_discriminator.discriminator((100, 96))
