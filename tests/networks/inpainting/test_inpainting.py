import numpy as np
import pytest

from kgan.layers import SmoothFill
from kgan.networks import context_encoder, gated_inpainting
from tests.networks.builder_checks import check_builder, trainable_count


def test_context_encoder_parameters_added_up():
    downs = [(3, 64), (64, 64), (64, 128), (128, 256), (256, 512)]
    ups = [(512, 256), (256, 128), (128, 64)]
    expected = sum(16 * a * b for a, b in downs + ups) + 2 * sum(b for _, b in downs[1:] + ups)
    expected += 512 * 16 * 16 + 512 * 16  # channel-wise fully connected over 4x4 pixels
    expected += 512 * 512 + 2 * 512 + (16 * 64 * 3 + 3)
    assert trainable_count(context_encoder.generator()) == expected == 5_981_955


@pytest.mark.parametrize(("output", "shape"), [("hole", (32, 16, 1)), ("image", (64, 32, 1))])
def test_context_encoder(output, shape, tmp_path):
    check_builder(
        lambda: context_encoder.generator((64, 32), 1, width=2, output=output), tmp_path, shape, "generator"
    )


def test_context_encoder_judges_the_filled_region(tmp_path):
    check_builder(
        lambda: context_encoder.discriminator((32, 16), 1, width=2), tmp_path, (1,), "discriminator"
    )


def test_gated_parameters_added_up():
    def gated(inputs, outputs, size=3):
        return 2 * (size * size * inputs * outputs + outputs)

    w = 48
    stage = (
        gated(4, w, 5) + gated(w, 2 * w) + gated(2 * w, 2 * w) + gated(2 * w, 4 * w) + 8 * gated(4 * w, 4 * w)
    )
    stage += gated(4 * w, 2 * w) + gated(2 * w, 2 * w) + gated(2 * w, w) + gated(w, w // 2)
    stage += 9 * (w // 2) * 3 + 3
    assert trainable_count(gated_inpainting.generator()) == stage == 6_505_083
    assert trainable_count(gated_inpainting.generator(stages=2)) == 2 * stage


def test_gated_inpainting(tmp_path):
    model = check_builder(lambda: gated_inpainting.generator(3, width=2), tmp_path, (32, 32, 3), "generator")
    assert set(model.input) == {"image", "mask"}
    odd = model({"image": np.zeros((1, 13, 22, 3)), "mask": np.ones((1, 13, 22, 1))})
    assert odd.shape == (1, 13, 22, 3)


def test_a_smooth_start_is_the_smooth_filling_until_it_learns(tmp_path):
    build = lambda: gated_inpainting.generator(3, width=2, smooth_start=True)  # noqa: E731
    model = check_builder(build, tmp_path, (32, 32, 3), "generator")
    image = np.random.default_rng(0).uniform(-1, 1, (1, 13, 22, 3)).astype("float32")
    mask = np.zeros((1, 13, 22, 1), "float32")
    mask[:, 4:9, 5:12] = 1
    filled = (SmoothFill(1)([image, mask]) + SmoothFill(2)([image, mask])) / 2
    np.testing.assert_allclose(model({"image": image, "mask": mask}), filled, atol=1e-6)
    # The first convolution sees a second filling, the last one makes one number more.
    more = 2 * 5 * 5 * 3 * 2 + 3 * 3 * 1 + 1
    assert trainable_count(model) == trainable_count(gated_inpainting.generator(3, width=2)) + more


def test_the_second_stage_sees_the_picture_of_the_first_in_the_hole_only():
    network = gated_inpainting.generator(1, width=2, stages=2)
    random = np.random.default_rng(0)
    image = random.uniform(-1, 1, (1, 16, 16, 1)).astype("float32")
    hole = np.zeros_like(image)
    hole[:, 4:8, 4:8] = 1.0
    outputs = network({"image": image, "mask": hole})
    assert set(outputs) == {"coarse", "image"}
    import keras

    filled = keras.Model(network.input, network.get_layer("filled").output)({"image": image, "mask": hole})
    expected = np.where(hole == 1, np.asarray(outputs["coarse"]), image)
    np.testing.assert_allclose(np.asarray(filled), expected, atol=1e-6)


@pytest.mark.parametrize("mask", [True, False])
def test_spectrally_normalised_patches(mask, tmp_path):
    check_builder(
        lambda: gated_inpainting.discriminator(3, 2, mask, spectral_normalization=mask),
        tmp_path,
        (1, 1, 1),
        "discriminator",
    )


def test_what_is_impossible_is_said():
    with pytest.raises(ValueError, match="expected 1 or 2 stages; received 3"):
        gated_inpainting.generator(stages=3)
    with pytest.raises(ValueError, match="received 'mask'"):
        context_encoder.generator(output="mask")
    with pytest.raises(ValueError, match="received 30x30; the nearest that works is 32x32"):
        context_encoder.generator((30, 30))
