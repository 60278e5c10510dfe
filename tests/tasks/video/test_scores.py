"""Scores of predicted frames: closed forms, motion that is known."""

import numpy as np
import pytest

from kgan.metrics.sharpness_difference import SharpnessDifference, sharpness_difference
from kgan.tasks.video.extrapolation import motion, moving_regions, optical_flow
from kgan.tasks.video.scores import MOST, far_ahead, first_frame, frame_scores


def textured(shift, size=48):
    rows, columns = np.indices((size, size))
    wave = np.sin((columns - shift) / 3) + np.cos((rows + (columns - shift) / 2) / 4)
    return (wave / 2)[..., None].astype("float32")


def test_sharpness_difference_by_hand():
    target = np.zeros((2, 4, 4, 1), "float32")
    made = np.zeros((2, 4, 4, 1), "float32")
    made[0] += np.arange(4)[:, None, None] * 0.1  # slope 0.1 down, 0 across, where the target has none
    made[1] += np.arange(4)[None, :, None] * 0.2
    expected = [10 * np.log10(2 / 0.1), 10 * np.log10(2 / 0.2)]
    np.testing.assert_allclose(sharpness_difference(target, made), expected, rtol=1e-5)
    bytes_of = [127.5 * (images + 1) for images in (target, made)]
    np.testing.assert_allclose(sharpness_difference(*bytes_of, value_range=(0, 255)), expected, rtol=1e-4)
    metric = SharpnessDifference.from_config(SharpnessDifference().get_config())
    metric.update_state(target, made)
    assert float(metric.result()) == pytest.approx(np.mean(expected), rel=1e-5)
    with pytest.raises(ValueError, match="sharpness_difference: expected sides of at least 4 pixels"):
        sharpness_difference(target[:, :3, :3], made[:, :3, :3], border=1)


def test_an_error_of_one_level_and_of_none():
    truth = np.zeros((16, 16, 1))
    exact = frame_scores(truth, truth)
    assert exact == {"PSNR": MOST, "SSIM": pytest.approx(1.0), "sharpness": MOST}
    # 0 is stored as level 128; ten levels more is an error of 10 of 255.
    brighter = frame_scores(truth, truth + 20 / 255)
    assert brighter["PSNR"] == pytest.approx(20 * np.log10(255 / 10), rel=1e-6)
    assert brighter["sharpness"] == MOST


class Oracle:
    """Knows that nothing moves but for the level, which rises by a tenth of the range."""

    input_frames = 2

    def extrapolate(self, frames, count):
        return frames[:, -1:] + 0.2


def test_the_first_frame_beside_what_costs_nothing():
    levels = np.array([[-1.0, -0.8, -0.6], [-0.6, -0.4, -0.2]])
    clips = levels[:, :, None, None, None] * np.ones((1, 1, 8, 8, 1))
    found = first_frame(Oracle(), clips)
    assert found["model"] == MOST
    assert found["last frame"] == pytest.approx(
        20.0, abs=0.2
    )  # an error of a tenth of the range, but for 8 bits
    assert found["black"] == pytest.approx(
        (10 * np.log10(4 / 0.4**2) + 10 * np.log10(4 / 0.8**2)) / 2, abs=0.2
    )


def test_a_region_counts_alone():
    truth, made = np.zeros((16, 16, 1)), np.zeros((16, 16, 1))
    made[:8] = 0.5
    region = np.zeros((16, 16), bool)
    region[9:] = True
    assert frame_scores(truth, made, region)["PSNR"] == MOST
    assert frame_scores(truth, made, ~region)["PSNR"] < 20
    assert frame_scores(truth, made, np.zeros((16, 16), bool)) == {}


def test_motion_is_found_and_gone_on_with():
    frames = np.stack([textured(0), textured(1), textured(2), textured(3)])
    flow = motion(frames[0], frames[1])
    inner = flow[:, 8:-8, 8:-8]
    assert np.median(inner[1]) == pytest.approx(1, abs=0.15)
    assert abs(np.median(inner[0])) < 0.15
    made = optical_flow(frames[:2], 2)
    copied = np.abs(frames[1] - frames[3])[8:-8, 8:-8].mean()
    assert np.abs(made[1] - frames[3])[8:-8, 8:-8].mean() < 0.4 * copied


def test_still_pixels_do_not_count_as_moving():
    before, after = np.zeros((48, 48, 1), "float32"), np.zeros((48, 48, 1), "float32")
    before[:, 24:], after[:, 24:] = textured(0)[:, 24:], textured(1)[:, 24:]
    found = moving_regions(before, after)
    assert found[:, 34:].mean() > 0.8
    assert found[:, :12].mean() < 0.05


def test_far_ahead_follows_every_frame():
    class Knowing:
        """Draws the truth for two frames, then the truth ten levels brighter."""

        input_frames = 3

        def extrapolate(self, frames, count):
            made = clips[:, 3 : 3 + count].copy()
            made[:, 2:] += 20 / 255
            return made

    clips = np.linspace(-0.8, 0.8, 2 * 7)[:, None, None, None] * np.ones((14, 8, 9, 1))
    clips = clips.reshape(2, 7, 8, 9, 1).astype("float32")
    (title, psnr), (_, sharpness) = far_ahead(Knowing(), clips, 4)
    assert "PSNR" in title
    assert "1 to 4 frames ahead, 2 clips" in title
    worse = 20 * np.log10(255 / 10)
    expected = [(1, MOST), (2, MOST), (3, worse), (4, worse)]
    np.testing.assert_allclose(psnr["model"], expected, rtol=0.02)  # 8 bits
    assert [n for n, _ in psnr["last frame"]] == [1, 2, 3, 4]
    assert psnr["last frame"][0][1] > psnr["last frame"][3][1]
    assert sharpness["black"] == [(n, MOST) for n in range(1, 5)]  # both are flat
