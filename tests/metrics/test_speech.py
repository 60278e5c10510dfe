"""Segmental SNR and log-spectral distance: closed forms, limits, what is refused."""

import numpy as np
import pytest

from kgan.metrics.log_spectral_distance import log_spectral_distance
from kgan.metrics.segmental_snr import segmental_snr

WAVE = np.random.default_rng(0).normal(size=8000)


def test_segmental_snr_of_a_scaled_wave_is_that_of_the_scale():
    assert segmental_snr(WAVE, 0.9 * WAVE) == pytest.approx(20.0, abs=1e-4)  # error 0.1 of it
    assert segmental_snr(WAVE, WAVE) == 35.0
    assert segmental_snr(WAVE, 100 * WAVE) == -10.0


def test_segmental_snr_is_a_mean_of_decibels_over_frames():
    error = np.concatenate([np.full(4000, 0.1), np.full(4000, 0.01)])  # 20 dB and then 40, which counts as 35
    found = segmental_snr(np.ones(8000), np.ones(8000) - error)
    assert found == pytest.approx(27.5, abs=0.2)  # but for frames across the middle


def test_log_spectral_distance_of_a_scaled_wave_is_its_level():
    assert log_spectral_distance(WAVE, 0.5 * WAVE) == pytest.approx(20 * np.log10(2), abs=0.01)
    assert log_spectral_distance(WAVE, WAVE) == 0
    assert log_spectral_distance(WAVE, np.zeros(8000)) < 60


def test_what_cannot_be_compared():
    for metric in (segmental_snr, log_spectral_distance):
        with pytest.raises(ValueError, match=r"two waves of one shape .* received \(8000,\) and \(7999,\)"):
            metric(WAVE, WAVE[:-1])
        with pytest.raises(ValueError, match="at least"):
            metric(WAVE[:100], WAVE[:100])
    with pytest.raises(ValueError, match="received zeros"):
        log_spectral_distance(np.zeros(8000), WAVE)
