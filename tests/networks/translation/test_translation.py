import numpy as np
import pytest
import tensorflow as tf

from kgan.networks import patchgan, translation_resnet, unet
from tests.networks.builder_checks import check_builder, trainable_count


def test_parameter_counts_are_those_that_the_authors_code_prints():
    # junyanz/pytorch-CycleGAN-and-pix2pix: unet_256 54.414 M, unet_128 (one level less) 41.829 M,
    # resnet_9blocks 11.378 M, resnet_6blocks 7.838 M; on pairs the basic discriminator 2.769 M, pixel 9,024.
    assert trainable_count(unet.generator((256, 256))) == 54_413_955
    eight, seven = (unet.generator(width=4, depth=depth) for depth in (8, 7))
    assert trainable_count(eight) - trainable_count(seven) == 16 * (32 * 32 + 64 * 32) + 4 * 32
    assert 54_413_955 - 16 * (512 * 512 + 1024 * 512) - 4 * 512 == 41_828_995
    plain, resized = (translation_resnet.generator(blocks=1, resize_convolution=x) for x in (False, True))
    block = 2 * (9 * 256 * 256 + 256)
    assert trainable_count(plain) == trainable_count(resized)
    assert trainable_count(plain) + 8 * block == 11_378_179
    assert trainable_count(plain) + 5 * block == 7_837_699
    assert trainable_count(patchgan.discriminator(source_channels=3)) == 2_768_705
    assert trainable_count(patchgan.discriminator(source_channels=3, patch=1)) == 9_024


@pytest.mark.parametrize("patch", [1, 16, 34, 70, 142, 286])
def test_a_logit_sees_a_patch_of_that_size(patch):
    network = patchgan.discriminator(1, patch=patch, width=1, normalization=None)
    side = 32 * (2 * patch // 32 + 1)
    image = tf.random.stateless_uniform((1, side, side, 1), seed=(0, 0))
    with tf.GradientTape() as tape:
        tape.watch(image)
        output = network(image)
        middle = output[0, output.shape[1] // 2, output.shape[2] // 2, 0]
    rows = np.flatnonzero(np.abs(tape.gradient(middle, image)).sum(axis=(0, 2, 3)))
    assert rows[-1] - rows[0] + 1 == patch


def test_seventy_pixel_patches_give_thirty_by_thirty_logits():
    network = patchgan.discriminator(1, width=1)
    assert network(np.zeros((1, 256, 256, 1), "float32")).shape == (1, 30, 30, 1)


@pytest.mark.parametrize(
    "options",
    [
        {"source_channels": 1},
        {"patch": 16, "normalization": "instance"},
        {"patch": 1, "source_channels": 3},
        {"spectral_normalization": True, "normalization": None},
    ],
)
def test_patchgan(options, tmp_path):
    height = {1: 32, 16: 14, 70: 2}[options.get("patch", 70)]
    check_builder(
        lambda: patchgan.discriminator(3, width=2, **options), tmp_path, (height, height, 1), "discriminator"
    )


@pytest.mark.parametrize("options", [{}, {"normalization": "instance"}, {"dropout_at_inference": True}])
def test_unet(options, tmp_path):
    def build():
        return unet.generator((64, 96), channels=1, source_channels=2, width=2, **options)

    model = build()
    noisy = [layer.name for layer in model.layers if layer.name.endswith("noise")]
    assert noisy == ["up_5_noise", "up_4_noise"]
    if options.get("dropout_at_inference"):
        image = np.ones((1, 64, 64, 2), "float32")
        assert np.abs(model(image, training=False) - model(image, training=False)).max() > 0
    else:
        check_builder(build, tmp_path, (64, 64, 1), "generator", side=64)


def test_dropout_is_where_the_paper_has_it():
    names = [layer.name for layer in unet.generator((256, 256), width=1).layers]
    assert [name for name in names if name.endswith("noise")] == ["up_7_noise", "up_6_noise", "up_5_noise"]


@pytest.mark.parametrize("resize_convolution", [False, True])
def test_translation_resnet(resize_convolution, tmp_path):
    check_builder(
        lambda: translation_resnet.generator(3, 1, width=2, blocks=1, resize_convolution=resize_convolution),
        tmp_path,
        (32, 32, 3),
        "generator",
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda: unet.generator((64, 64), width=1),
        lambda: translation_resnet.generator(width=1, blocks=1),
    ],
)
def test_any_size_comes_back_as_it_was(build):
    network = build()
    dynamic = tf.function(
        lambda x: network(x, training=False), input_signature=[tf.TensorSpec((None,) * 3 + (3,))]
    )
    for height, width in ((70, 33), (3, 5), (64, 128)):
        image = np.random.default_rng(0).uniform(-1, 1, (1, height, width, 3)).astype("float32")
        output = network(image, training=False)
        assert output.shape == image.shape
        np.testing.assert_allclose(np.asarray(dynamic(image)), np.asarray(output), atol=1e-5)


def test_what_is_impossible_is_said():
    with pytest.raises(ValueError, match="expected a patch of 1, 16, 34, 70, 142, 286 pixels; received 64"):
        patchgan.discriminator(patch=64)
    with pytest.raises(ValueError, match="received depth=1 for image_size=3x3"):
        unet.generator((3, 3))
