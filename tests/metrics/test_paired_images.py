import keras
import numpy as np
import pytest
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from kgan.metrics.enlargement_scores import enlargement_scores
from kgan.metrics.hole_scores import hole_scores
from kgan.metrics.paired_images import luma
from kgan.metrics.psnr import PSNR, psnr
from kgan.metrics.ssim import SSIM, ssim


@pytest.fixture(scope="module")
def pair():
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[0:40, 0:52]
    smooth = np.stack([np.sin(rows / 5), np.cos(columns / 7), np.sin((rows + columns) / 9)], axis=-1)
    target = np.stack([0.8 * smooth, 0.5 * smooth[::-1]]).astype("float32")
    return target, np.clip(target + random.normal(0, 0.1, target.shape), -1, 1).astype("float32")


def as_color(images, color):
    return rgb2ycbcr((images + 1) / 2)[..., :1] / 255 * 2 - 1 if color == "y" else images


def test_luma_equals_skimages(pair):
    np.testing.assert_allclose(np.asarray(luma(pair[0])), as_color(pair[0], "y"), atol=1e-6)
    white = np.asarray(luma(np.ones((1, 1, 1, 3))))
    assert (white.item() + 1) / 2 * 255 == pytest.approx(235.0, abs=1e-3)


STANDARD = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": -1}


def levels(images, color):
    """On 0..255, as scikit-image and the papers have it."""
    return (as_color(np.asarray(images, "float64"), color) + 1) * 127.5


@pytest.mark.parametrize("color", ["rgb", "y"])
@pytest.mark.parametrize("border", [0, 4])
def test_M2_psnr_and_ssim_equal_skimages_on_255_levels(pair, color, border):
    cropped = [levels(x, color)[:, border : 40 - border, border : 52 - border] for x in pair]
    expected = [peak_signal_noise_ratio(t, p, data_range=255) for t, p in zip(*cropped)]
    np.testing.assert_allclose(np.asarray(psnr(*pair, color, border)), expected, rtol=1e-5)
    expected = [structural_similarity(t, p, data_range=255, **STANDARD) for t, p in zip(*cropped)]
    np.testing.assert_allclose(np.asarray(ssim(*pair, color, border)), expected, atol=2e-5)
    on_255 = ssim(*(levels(x, "rgb") for x in pair), color, border, value_range=(0, 255))
    np.testing.assert_allclose(np.asarray(on_255), expected, atol=2e-5)


def test_M2_ten_levels_brighter_is_nearly_the_same_picture():
    from skimage import data

    picture = 125 + data.chelsea()[100:200, 150:250] // 2  # bright, so that a constant matters little
    pair = [(x[None] / 127.5 - 1).astype("float32") for x in (picture, picture + 10.0)]
    expected = structural_similarity(picture, picture + 10, data_range=255, **STANDARD)
    assert expected > 0.99
    assert float(ssim(*pair)[0]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("where", [np.s_[:, :], np.s_[10:25, 8:30], np.s_[:4, :3]])
def test_P8_holes_and_enlargements_have_one_ssim(pair, where):
    original, made = ((x[0] + 1) * 127.5 for x in pair)
    original, made = original.round().astype("uint8"), made.round().astype("uint8")
    mask = np.zeros(original.shape[:2], bool)
    mask[where] = True
    _, similarity = structural_similarity(original, made, data_range=255, full=True, **STANDARD)
    inner = np.zeros_like(mask)
    inner[5:-5, 5:-5] = mask[5:-5, 5:-5]
    expected = similarity[inner if inner.any() else mask].mean()
    assert hole_scores(original, made, mask)["SSIM"] == pytest.approx(expected, abs=2e-5)
    if mask.all():
        assert enlargement_scores(original, made, 0)["SSIM RGB"] == pytest.approx(expected, abs=2e-5)


def test_a_mask_without_a_hole_is_named(pair):
    with pytest.raises(ValueError, match="expected a mask with a hole"):
        hole_scores(*(np.zeros((20, 20, 3), "uint8"),) * 2, np.zeros((20, 20), bool))


def test_hand_worked_values():
    black = np.full((1, 16, 16, 3), -1.0)
    assert float(psnr(black, black + 0.2)[0]) == pytest.approx(20.0, abs=1e-4)
    assert np.isposinf(psnr(black, black)[0])
    assert float(ssim(black, black)[0]) == pytest.approx(1.0)
    # Flat images have no structure. Grey is 1 and white 2 of 2: (2 * 1 * 2 + c1) / (1 + 4 + c1) with c1 = 0.02^2.
    assert float(ssim(black + 1, black + 2)[0]) == pytest.approx(4.0004 / 5.0004, abs=1e-5)
    # Black against white: c1 / (4 + c1).
    assert float(ssim(black, black + 2)[0]) == pytest.approx(1e-4, rel=1e-2)


@pytest.mark.parametrize(("metric", "function"), [(PSNR, psnr), (SSIM, ssim)])
def test_metrics_are_means_over_images_and_survive_their_config(pair, metric, function):
    instance = metric(color="y", border=2)
    copy = keras.metrics.deserialize(keras.metrics.serialize(instance))
    assert copy.get_config() == instance.get_config()
    copy.update_state(pair[0][:1], pair[1][:1])
    copy.update_state(pair[0][1:], pair[1][1:])
    assert float(copy.result()) == pytest.approx(float(np.mean(function(*pair, "y", 2))), rel=1e-6)
    copy.reset_state()
    assert float(copy.result()) == 0.0


def test_bad_input_is_named(pair):
    with pytest.raises(ValueError, match="of one shape"):
        psnr(pair[0], pair[1][:, :20])
    with pytest.raises(ValueError, match="received 'lab'"):
        psnr(*pair, color="lab")
    with pytest.raises(ValueError, match="at least 51 pixels with a border of 20"):
        ssim(*pair, border=20)
    with pytest.raises(ValueError, match=r"expected value_range as \(least, greatest\)"):
        psnr(*pair, value_range=(1, 0))
    with pytest.raises(ValueError, match="expected 3 channels"):
        psnr(pair[0][..., :2], pair[1][..., :2], color="y")
    with pytest.raises(ValueError, match="a border of 0 pixels or more; received -1"):
        psnr(*pair, border=-1)
