import numpy as np
import pytest

from kgan.layers.bicubic_upsampling import BicubicUpsampling2D
from kgan.networks import edsr, rrdb, srgan_discriminator, srresnet, srvgg, unet_discriminator
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


def test_edsr_has_the_parameters_of_the_papers_figure():
    # The authors' EDSR-baseline: 1.37 M for x2, 1.52 M for x4.
    start, block, trunk, doubling, pixels = 1_792, 73_856, 36_928, 147_712, 1_731
    assert trainable_count(edsr.generator(2)) == start + 16 * block + trunk + doubling + pixels == 1_369_859
    assert (
        trainable_count(edsr.generator(4)) == start + 16 * block + trunk + 2 * doubling + pixels == 1_517_571
    )
    # Direct, width 48, 5 blocks: convolutions 3x3 from 3, 48 (eleven times) and to 3 * 16 channels.
    direct = edsr.generator(4, width=48, blocks=5, direct=True)
    assert trainable_count(direct) == (27 * 48 + 48) + 11 * (432 * 48 + 48) + (432 * 48 + 48) == 250_752


def test_direct_edsr_is_bicubic_at_first_and_small_differences_after():
    network = edsr.generator(4, width=4, blocks=1, direct=True)
    x = np.random.default_rng(0).uniform(-1, 1, (2, 6, 9, 3)).astype("float32")
    base = np.asarray(BicubicUpsampling2D(4)(x))
    np.testing.assert_allclose(network(x), base, atol=1e-6)
    phases = network.get_layer("phases")
    phases.set_weights([phases.get_weights()[0], np.full(48, 0.25, "float32")])
    np.testing.assert_allclose(network(x), base + 0.25, atol=1e-6)


def test_srvgg_has_the_parameters_of_the_released_model():
    # realesr-animevideov3: 64 features, 16 convolutions.
    assert trainable_count(srvgg.generator(4)) == 621_424
    network = srvgg.generator(2, width=4, convolutions=1)
    x = np.random.default_rng(0).uniform(-1, 1, (1, 3, 4, 3)).astype("float32")
    phases = network.get_layer("phases")
    phases.set_weights([np.zeros_like(weight) for weight in phases.get_weights()])
    np.testing.assert_array_equal(network(x), x.repeat(2, 1).repeat(2, 2))


@pytest.mark.slow
def test_unet_discriminator_has_the_parameters_of_the_papers_figure(tmp_path):
    # xinntao/Real-ESRGAN, UNetDiscriminatorSN(3, 64): only the first and the last convolution have a bias.
    without = [(64, 128, 16), (128, 256, 16), (256, 512, 16), (512, 256, 9), (256, 128, 9), (128, 64, 9)]
    expected = (27 * 64 + 64) + sum(a * b * k for a, b, k in without) + 2 * 64 * 64 * 9 + (576 + 1)
    network = unet_discriminator.discriminator()
    assert trainable_count(network) == expected == 4_376_897
    assert sum(layer.name.endswith("_spectral") for layer in network.layers) == 8
    check_builder(
        lambda: unet_discriminator.discriminator((16, 24), width=2), tmp_path, (16, 24, 1), "discriminator"
    )
    with pytest.raises(ValueError, match="nearest that works"):
        unet_discriminator.discriminator((20, 16))


@pytest.mark.parametrize("network", [edsr, srvgg])
def test_fast_generators_enlarge_any_size(network, tmp_path):
    settings = {"blocks": 1, "direct": True} if network is edsr else {"convolutions": 1}
    for scale in (1, 2, 3, 4, 8):
        output = network.generator(scale, width=4, **settings)(np.zeros((1, 5, 9, 3), "float32"))
        assert output.shape == (1, 5 * scale, 9 * scale, 3)
    check_builder(
        lambda: network.generator(4, width=4, **settings), tmp_path, (32, 32, 3), "generator", side=8
    )


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
    with pytest.raises(ValueError, match="expected a scale of 1, 2, 3, 4 or 8; received 5"):
        srresnet.generator(5)
    with pytest.raises(ValueError, match="received 100x96; the nearest that works is 96x96"):
        srgan_discriminator.discriminator((100, 96))
