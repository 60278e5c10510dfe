"""VideoPredictionGAN: the scheme's promises, its terms, frames drawn from frames drawn."""

import keras
import numpy as np
import pytest

from kgan import VideoPredictionGAN
from kgan.layers.frames import ChannelsToFrames, FramesToChannels
from kgan.networks import multiscale
from kgan.testing import run_scheme_test
from tests.schemes.translation_networks import PLAIN, mean, softplus, terms
from tests.schemes.ways import plain_first

CLIPS = np.random.default_rng(3).uniform(-1, 1, (12, 4, 8, 8, 1)).astype("float32")


def generator(output_frames=1):
    """Three frames seen; two scales."""
    frames = keras.Input((3, None, None, 1), name="frames")
    x = FramesToChannels()(frames)
    fine = keras.layers.Conv2D(output_frames, 3, padding="same", activation="tanh")(x)
    coarse = keras.layers.Conv2D(output_frames, 3, padding="same")(keras.layers.AveragePooling2D(2)(x))
    outputs = {"scale_1": ChannelsToFrames(output_frames)(coarse)}
    return keras.Model(frames, {**outputs, "frames": ChannelsToFrames(output_frames)(fine)})


def discriminator(side):
    frames, following = (
        keras.Input((3, side, side, 1), name="frames"),
        keras.Input((1, side, side, 1), name="next"),
    )
    x = keras.layers.Concatenate(axis=1)([frames, following])
    x = keras.layers.Conv2D(2, 2, 2)(FramesToChannels()(x))
    logit = keras.layers.Dense(1)(keras.layers.Flatten()(keras.layers.LeakyReLU(0.2)(x)))
    return keras.Model({"frames": frames, "next": following}, logit)


def make(p=2):
    return VideoPredictionGAN(generator(), [discriminator(4), discriminator(8)], p=p)


@plain_first
def test_video_prediction(way):
    run_scheme_test(make, {"frames": CLIPS}, PLAIN, **way)


def halved(images):
    """(..., h, w, 1) to half of its size, means of two by two."""
    *lead, height, width, channels = images.shape
    return images.reshape(*lead, height // 2, 2, width // 2, 2, channels).mean(axis=(-2, -4))


def gradient_difference(y, made, axes=(2, 3)):
    return sum(np.abs(np.abs(np.diff(y, axis=a)) - np.abs(np.diff(made, axis=a))).mean() for a in axes)


@pytest.mark.parametrize("p", [1, 2])
def test_terms_and_weights(p):
    model = make(p)
    model.compile()
    clips = CLIPS[:3]
    found, totals, generated = terms(model, {"frames": clips})
    scales = [(halved(clips[:, :3]), halved(clips[:, 3:])), (clips[:, :3], clips[:, 3:])]
    drawn = [np.asarray(generated["scale_1"]), np.asarray(generated["frames"])]
    adversarial, fooling, distance, sharpness = 0, 0, 0, 0
    for judge, (x, y), made in zip(model.discriminators, scales, drawn, strict=True):
        real, fake = (np.asarray(judge({"frames": x, "next": one})) for one in (y.astype("float32"), made))
        adversarial += mean(softplus(-real)) + mean(softplus(fake))
        fooling += mean(softplus(-fake))
        distance += mean(np.abs(y - made) ** p)
        sharpness += gradient_difference(y, made)
    assert found["discriminator/adversarial"] == pytest.approx(adversarial, rel=1e-5)
    assert found["generator/adversarial"] == pytest.approx(fooling, rel=1e-5)
    assert found[f"generator/l{p}"] == pytest.approx(distance, rel=1e-5)
    assert found["generator/gradient_difference"] == pytest.approx(sharpness, rel=1e-5)
    assert totals["generator"] == pytest.approx(0.05 * fooling + distance + sharpness, rel=1e-5)


def test_unrolled_it_learns_from_frames_drawn_and_is_judged_by_the_first():
    model = VideoPredictionGAN(generator(), [discriminator(4), discriminator(8)], unroll=2)
    model.compile(jit_compile=False)
    clips = np.concatenate([CLIPS[:3], CLIPS[3:6, :1]], axis=1)
    found, _, generated = terms(model, {"frames": clips})
    first = np.asarray(model.generator(clips[:, :3])["frames"])
    known = np.concatenate([clips[:, 1:3], np.clip(first, -1, 1)], axis=1)
    made = np.concatenate([first, model.generator(known)["frames"]], axis=1)
    np.testing.assert_allclose(generated["frames"], made, atol=1e-6)
    coarse = np.asarray(generated["scale_1"])
    expected = mean((clips[:, 3:] - made) ** 2) + mean((halved(clips[:, 3:]) - coarse) ** 2)
    assert found["generator/l2"] == pytest.approx(expected, rel=1e-5)
    pairs = [(halved(clips[:, :3]), coarse[:, :1]), (clips[:, :3], first)]
    judged = [
        judge({"frames": x, "next": y}) for judge, (x, y) in zip(model.discriminators, pairs, strict=True)
    ]
    assert found["generator/adversarial"] == pytest.approx(
        sum(mean(softplus(-one)) for one in judged), rel=1e-5
    )


def test_frames_are_drawn_from_frames_drawn():
    model = make()
    model.compile(jit_compile=False)
    first = CLIPS[:2, :3]
    made = model.extrapolate(CLIPS[:2, :3], count=3)
    assert made.shape == (2, 3, 8, 8, 1)
    following = np.asarray(model({"frames": first}))
    np.testing.assert_allclose(made[:, :1], following, atol=1e-6)
    again = np.asarray(model({"frames": np.concatenate([first[:, 1:], following], axis=1)}))
    np.testing.assert_allclose(made[:, 1:2], again, atol=1e-6)
    with pytest.raises(ValueError, match=r"n of at least 3, received \(2, 2, 8, 8, 1\)"):
        model.extrapolate(CLIPS[:2, :2], count=1)


def shares(*shape):
    """Label maps as shares of classes."""
    made = np.exp(np.random.default_rng(5).normal(size=shape) * 2)
    return (made / made.sum(axis=-1, keepdims=True)).astype("float32")


def forecast(kind, classes):
    network = multiscale.generator(classes, input_frames=2, width=2, changes=True, labels=kind == "labels")
    return VideoPredictionGAN(network, [], p=1, kind=kind)


def test_label_maps_are_compared_by_cross_entropy_and_stay_shares():
    model = forecast("labels", 3)
    model.compile(jit_compile=False)
    clips = shares(2, 4, 16, 16, 3)
    found, totals, generated = terms(model, {"frames": clips})
    entropy = sharpness = 0
    for side, name in ((8, "scale_1"), (4, "scale_2"), (2, "scale_3"), (1, "frames")):
        truth = clips[:, 2:3].reshape(2, 1, 16 // side, side, 16 // side, side, 3).mean(axis=(3, 5))
        made = np.asarray(generated[name], "float64")
        np.testing.assert_allclose(made.sum(axis=-1), 1, atol=1e-5)
        entropy -= mean((truth * np.log(made)).sum(axis=-1))
        sharpness += gradient_difference(truth[:, 0, ...], made[:, 0, ...], axes=(1, 2))
    assert found["generator/cross_entropy"] == pytest.approx(entropy, rel=1e-4)
    assert found["generator/gradient_difference"] == pytest.approx(sharpness, rel=1e-4)
    assert totals["generator"] == pytest.approx(entropy + sharpness, rel=1e-4)
    made = model.extrapolate(clips[:, :2], count=3)
    np.testing.assert_allclose(made.sum(axis=-1), 1, atol=1e-5)
    # Untrained it copies: what is surest in the last map stays so nearly everywhere.
    assert (made[:, 0].argmax(axis=-1) == clips[:, 1].argmax(axis=-1)).mean() > 0.9


def test_label_maps_that_are_none_are_one_line():
    model = forecast("labels", 3)
    model.check_batch({"frames": shares(8, 3, 8, 8, 3)})
    with pytest.raises(ValueError, match="add up to 1 at each pixel, received sums from 2 to 2"):
        model.check_batch({"frames": 2 * shares(8, 3, 8, 8, 3)})
    forecast("features", 3).check_batch({"frames": 9 * shares(8, 3, 8, 8, 3)})


def test_features_keep_their_range():
    model = forecast("features", 2)
    model.compile(jit_compile=False)
    clips = 5 * np.random.default_rng(6).normal(size=(2, 3, 16, 16, 2)).astype("float32")
    found, _, generated = terms(model, {"frames": clips})
    coarse = [np.asarray(generated[f"scale_{k}"], "float64") for k in (1, 2, 3)]
    truth = [clips[:, 2:].reshape(2, 1, 16 // s, s, 16 // s, s, 2).mean(axis=(3, 5)) for s in (8, 4, 2, 1)]
    pairs = zip(truth, [*coarse, np.asarray(generated["frames"], "float64")], strict=True)
    assert found["generator/l1"] == pytest.approx(sum(mean(np.abs(y - made)) for y, made in pairs), rel=1e-4)
    assert np.abs(model.extrapolate(clips[:, :2], count=2)).max() > 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["labels", "features"])
def test_forecasts_keep_the_schemes_promises(kind, two_replicas):
    clips = shares(12, 3, 8, 8, 2) if kind == "labels" else 3 * np.repeat(CLIPS[:, :3], 2, axis=-1)
    alone = {"generator_optimizer": PLAIN["generator_optimizer"]}

    def build():
        frames = keras.Input((2, None, None, 2), name="frames")
        x = FramesToChannels()(frames)
        drawn = {"scale_1": keras.layers.AveragePooling2D(2)(x), "frames": x}
        last = "softmax" if kind == "labels" else "linear"
        for name, one in drawn.items():
            made = ChannelsToFrames(1)(keras.layers.Conv2D(2, 3, padding="same")(one))
            drawn[name] = keras.layers.Activation(last)(made)
        return VideoPredictionGAN(keras.Model(frames, drawn), [], kind=kind)

    run_scheme_test(build, {"frames": clips}, alone, strategy=two_replicas, xla=False)


def test_pixel_terms_alone():
    model = VideoPredictionGAN(generator(), [])
    model.compile(jit_compile=False)
    logs = model.fit(CLIPS, batch_size=4, verbose=0).history
    assert "generator/l2" in logs
    assert not [name for name in logs if "adversarial" in name]


def test_networks_that_do_not_fit_are_one_line():
    with pytest.raises(ValueError, match=r"each of the generator's 2 scales, or none; received 1"):
        VideoPredictionGAN(generator(), [discriminator(8)])
    with pytest.raises(ValueError, match=r"kind among pixels, labels, features; received 'words'"):
        VideoPredictionGAN(generator(), [], kind="words")
    with pytest.raises(ValueError, match=r"expected unroll to be 1, 2, \.\.\., received 0"):
        VideoPredictionGAN(generator(), [], unroll=0)
