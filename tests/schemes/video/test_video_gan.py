"""VideoGAN: the scheme's promises from noise and from a first frame, and its terms."""

import keras
import numpy as np
import pytest

from kgan import VideoGAN
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, softplus, terms
from tests.schemes.ways import plain_first

CLIPS = np.random.default_rng(3).uniform(-1, 1, (12, 2, 4, 4, 1)).astype("float32")


def generator(first_frame=False, mask=True):
    """A dense layer of frames, and of a mask beside them."""
    start = keras.Input((4, 4, 1), name="first_frame") if first_frame else keras.Input((3,), name="latent")
    flat = keras.layers.Flatten()(start)
    made = keras.layers.Dense(32, activation="tanh")(flat)
    outputs = {"frames": keras.layers.Reshape((2, 4, 4, 1))(made)}
    if mask:
        shown = keras.layers.Dense(32, activation="sigmoid")(flat)
        outputs["mask"] = keras.layers.Reshape((2, 4, 4, 1))(shown)
    return keras.Model(start, outputs)


def discriminator(frames=2):
    clip = keras.Input((frames, 4, 4, 1), name="frames")
    x = keras.layers.LeakyReLU(0.2)(keras.layers.Conv3D(2, 2, 2)(clip))
    return keras.Model(clip, keras.layers.Dense(1)(keras.layers.Flatten()(x)))


def make(first_frame=False):
    return VideoGAN(generator(first_frame), discriminator())


@pytest.mark.slow
@plain_first
def test_video_gan(way):
    run_scheme_test(make, {"frames": CLIPS}, PLAIN, **way)


@pytest.mark.slow
def test_video_gan_from_a_first_frame():
    run_scheme_test(lambda: make(first_frame=True), {"frames": CLIPS}, PLAIN, xla=False)


@pytest.mark.parametrize("first_frame", [False, True])
def test_terms_and_weights(first_frame):
    model = make(first_frame)
    model.compile(jit_compile=False)
    found, totals, generated = terms(model, {"frames": CLIPS})
    if first_frame:
        np.testing.assert_allclose(generated["frames"], model.generator(CLIPS[:, 0])["frames"], atol=1e-6)
    made, mask = (np.asarray(generated[name], "float64") for name in ("frames", "mask"))
    real, fake = (np.asarray(model.discriminator(clips)) for clips in (CLIPS, made.astype("float32")))
    expected = {
        "discriminator/adversarial": mean(softplus(-real)) + mean(softplus(fake)),
        "generator/adversarial": mean(softplus(-fake)),
        "generator/mask": mask.mean(),
    }
    total = expected["generator/adversarial"] + 0.1 * expected["generator/mask"]
    if first_frame:
        expected["generator/first_frame"] = mean((CLIPS[:, 0] - made[:, 0]) ** 2)
        total += 10 * expected["generator/first_frame"]
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-5)
    assert "generator/first_frame" in expected or "generator/first_frame" not in found
    assert totals["generator"] == pytest.approx(total, rel=1e-5)


def test_clips_come_of_noise_or_go_on_from_a_picture():
    model = make()
    made = model.sample(3, seed=1)
    assert made.shape == (3, 2, 4, 4, 1)
    np.testing.assert_array_equal(made, model.sample(3, seed=1))
    assert not np.array_equal(made, model.sample(3, seed=2))
    going_on = make(first_frame=True)
    made = going_on.predict({"first_frame": CLIPS[:3, 0]}, verbose=0)
    np.testing.assert_allclose(made, going_on.generator(CLIPS[:3, 0])["frames"], atol=1e-6)
    with pytest.raises(NotImplementedError, match="use predict"):
        going_on.sample(3)


def test_networks_that_do_not_fit_are_one_line():
    with pytest.raises(ValueError, match=r"a dict with 'frames' and 'mask', received \['frames'\]. Build"):
        VideoGAN(generator(mask=False), discriminator())
    with pytest.raises(
        ValueError, match=r"frames \(None, 2, 4, 4, 1\), received one for \(None, 3, 4, 4, 1\)"
    ):
        VideoGAN(generator(), discriminator(3))
