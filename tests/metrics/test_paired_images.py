import keras
import numpy as np
import pytest
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

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


@pytest.mark.parametrize("color", ["rgb", "y"])
@pytest.mark.parametrize("border", [0, 4])
def test_psnr_and_ssim_equal_skimages(pair, color, border):
    target, prediction = (as_color(x, color)[:, border : 40 - border, border : 52 - border] for x in pair)
    expected = [peak_signal_noise_ratio(t, p, data_range=2) for t, p in zip(target, prediction, strict=True)]
    np.testing.assert_allclose(np.asarray(psnr(*pair, color, border)), expected, rtol=1e-5)
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": -1}
    expected = [
        structural_similarity(t, p, data_range=2, **settings) for t, p in zip(target, prediction, strict=True)
    ]
    np.testing.assert_allclose(np.asarray(ssim(*pair, color, border)), expected, atol=2e-5)


def test_hand_worked_values():
    black = np.full((1, 16, 16, 3), -1.0)
    assert float(psnr(black, black + 0.2)[0]) == pytest.approx(20.0, abs=1e-4)
    assert np.isposinf(psnr(black, black)[0])
    assert float(ssim(black, black)[0]) == pytest.approx(1.0)
    # Flat images have no structure: c1 / (mx^2 + my^2 + c1) between 0 and 1, c1 = 4e-4.
    assert float(ssim(black + 1, black + 2)[0]) == pytest.approx(4e-4 / (1 + 4e-4), rel=1e-2)


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
