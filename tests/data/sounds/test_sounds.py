"""Sound files and windows: samples that are known, rates, and what is no sound."""

import numpy as np
import pytest
from scipy.io import wavfile

from kgan.data.sounds.sound_files import read_sound, write_sound
from kgan.data.sounds.windows import pre_emphasize, undo_emphasis, windows
from kgan.errors import UserError


def tone(rate, seconds=0.5):
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)).astype("float32")


def test_a_wave_there_and_back_as_another_library_has_it(tmp_path):
    wave = tone(16000)
    write_sound(tmp_path / "new" / "tone.wav", wave)
    rate, samples = wavfile.read(tmp_path / "new" / "tone.wav")
    assert (rate, samples.dtype, samples.shape) == (16000, np.int16, (8000,))
    np.testing.assert_array_equal(samples, np.round(wave * 32768))
    np.testing.assert_array_equal(read_sound(tmp_path / "new" / "tone.wav"), samples / np.float32(32768))


def test_channels_are_averaged_and_loud_samples_clipped(tmp_path):
    both = np.stack([np.full(400, 8192), np.full(400, -4096)], axis=1).astype("int16")
    wavfile.write(tmp_path / "stereo.wav", 16000, both)
    np.testing.assert_allclose(read_sound(tmp_path / "stereo.wav"), 2048 / 32768, atol=1e-6)
    write_sound(tmp_path / "loud.wav", np.array([2.0, -2.0, 0.0]))
    np.testing.assert_array_equal(wavfile.read(tmp_path / "loud.wav")[1], [32767, -32768, 0])


def test_another_rate_is_told_or_resampled(tmp_path):
    wavfile.write(tmp_path / "slow.wav", 8000, (tone(8000) * 32768).astype("int16"))
    with pytest.raises(UserError, match=r"expected 16000 samples a second, found 8000\. .*resample=True"):
        read_sound(tmp_path / "slow.wav")
    found = read_sound(tmp_path / "slow.wav", resample=True)
    assert len(found) == pytest.approx(8000, abs=40)
    strongest = np.argmax(np.abs(np.fft.rfft(found[:8000] * np.hanning(len(found[:8000])))))
    assert strongest * 16000 / len(found[:8000]) == pytest.approx(440, abs=3)


def test_what_is_no_sound(tmp_path):
    (tmp_path / "text.wav").write_text("words")
    with pytest.raises(UserError, match="expected a recording, found none that can be read"):
        read_sound(tmp_path / "text.wav")
    with pytest.raises(UserError, match=r"shape \(2, 3\)"):
        write_sound(tmp_path / "two.wav", np.zeros((2, 3)))
    with pytest.raises(UserError, match=r"ends in \.wav"):
        write_sound(tmp_path / "one.mp3", np.zeros(3))
    assert list(tmp_path.iterdir()) == [tmp_path / "text.wav"]


def test_emphasis_is_a_difference_and_is_undone():
    wave = np.random.default_rng(0).normal(size=200)
    by_hand = [wave[0], *(wave[n] - 0.95 * wave[n - 1] for n in range(1, 200))]
    np.testing.assert_allclose(pre_emphasize(wave), by_hand, atol=1e-6)
    np.testing.assert_allclose(undo_emphasis(pre_emphasize(wave)), wave, atol=1e-5)


def test_windows_hold_every_sample():
    wave = np.arange(1, 11, dtype="float32")
    found = windows(wave, 4)
    assert found.shape == (3, 4, 1)
    np.testing.assert_array_equal(found.reshape(-1), [*wave, 0, 0])
    np.testing.assert_array_equal(windows(wave, 4, 2)[:, 0, 0], [1, 3, 5, 7])
    assert windows(wave[:2], 4).shape == (1, 4, 1)
    with pytest.raises(ValueError, match="a hop of 1 to 4"):
        windows(wave, 4, 5)
