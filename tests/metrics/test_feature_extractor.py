import hashlib
import http.client
import threading
import time

import keras
import numpy as np
import pytest

from kgan.metrics import feature_extractor
from kgan.metrics.generation import generation
from kgan.metrics.perceptual_distance import PerceptualDistance, perceptual_distance
from kgan.networks.features import pretrained, random_convolution, vgg
from kgan.objectives import Perceptual


@pytest.fixture
def no_network(monkeypatch, tmp_path):
    """No weights in the cache, and a site that does not answer while the test runs."""
    over = threading.Event()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: over.wait(60))
    yield
    over.set()


@pytest.fixture(scope="module")
def images():
    random = np.random.default_rng(0)
    return np.tanh(random.normal(size=(24, 20, 28, 1))).astype("float32")


def test_the_fallback_is_one_network_for_ever():
    network = random_convolution.features(3)
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(w).tobytes() for w in network.get_weights()))
    assert digest.hexdigest()[:16] == "a6b71656f9b3d2cd"
    assert network.count_params() == 462_304
    assert network.name == "random-convolution-v1"
    assert not network.trainable_variables
    other = random_convolution.features(3, seed=1)
    assert other.name == "random-convolution-v1-seed-1"
    assert abs(np.corrcoef(*(x.get_weights()[0].ravel() for x in (network, other)))[0, 1]) < 0.1


def test_grey_images_are_colour_images_with_three_equal_channels(images):
    grey = random_convolution.features(1)(images[:2])
    colour = random_convolution.features(3)(np.repeat(images[:2], 3, axis=-1))
    assert colour["stage_4"].shape == (2, 3, 4, 128)
    np.testing.assert_allclose(np.asarray(grey["stage_4"]), np.asarray(colour["stage_4"]), atol=1e-5)


def test_extractors_take_any_size_and_say_what_they_did(images):
    extractor = feature_extractor.get("random-convolution-v1")
    vectors = extractor(images, batch_size=7)
    assert vectors.shape == (24, 320)
    assert vectors.dtype == np.float64
    assert extractor.resizer == "bilinear, antialiased, to 64x64"
    np.testing.assert_allclose(vectors, extractor(images, batch_size=24), atol=1e-5)
    assert feature_extractor.get(extractor) is extractor


def test_images_are_averaged_on_the_way_to_a_smaller_size_not_sampled():
    # Columns of +1 and -1, three times smaller: bilinear's weights 1 2 3 2 1 give (1 - 2 + 3 - 2 + 1) / 9 of them away
    # from the border, where a sample without averaging would give 1.
    stripes = np.broadcast_to(np.where(np.arange(24) % 2, -1.0, 1.0)[None, None, :, None], (2, 24, 24, 1))
    inner = feature_extractor.FeatureExtractor("inner", lambda x: abs(x)[:, 1:-1, 1:-1], (8, 8), 1)
    np.testing.assert_allclose(inner(stripes), 1 / 9, atol=1e-5)


def test_a_model_of_the_user_is_an_extractor(images, tmp_path):
    image = keras.Input((16, 16, 3))
    model = keras.Model(image, keras.layers.GlobalAveragePooling2D()(image), name="mine")
    extractor = feature_extractor.get(model)
    assert extractor(images).shape == (24, 3)
    assert "mine" in extractor.name
    model.save(tmp_path / "mine.keras")
    loaded = feature_extractor.get(str(tmp_path / "mine.keras"))
    assert loaded.name == "mine.keras"
    np.testing.assert_allclose(loaded(images), extractor(images))
    with pytest.raises(ValueError, match="received 'resnet'"):
        feature_extractor.get("resnet")


def test_without_network_the_answer_is_quick_and_never_silent(no_network, images):
    start = time.perf_counter()
    extractor = feature_extractor.get("auto", time_limit=0.3)
    assert time.perf_counter() - start < 20
    assert extractor.name == "random-convolution-v1"
    assert "stands in for inception-v3" in extractor.notice
    with pytest.raises(pretrained.WeightsUnavailable, match=r"no answer within 0\.3 s"):
        feature_extractor.get("inception-v3", time_limit=0.3)
    with pytest.raises(pretrained.WeightsUnavailable, match="vgg19"):
        pretrained.vgg19(time_limit=0.3)
    distance = PerceptualDistance("auto", time_limit=0.3)
    assert "stands in for vgg19" in distance.notice


@pytest.mark.parametrize("broken", [http.client.BadStatusLine("x"), OSError("no route"), ValueError("odd")])
def test_a_site_that_answers_nonsense_kills_no_thread(broken, monkeypatch, tmp_path):
    def answer(*_, **__):
        raise broken

    died = []
    monkeypatch.setattr("threading.excepthook", died.append)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", answer)
    with pytest.raises(pretrained.WeightsUnavailable, match=str(broken)):
        pretrained.vgg19(time_limit=5)
    assert not died


def test_scores_print_their_whole_protocol(images):
    scores = generation(images, images[::-1] * 0.5, "all of them", "random-convolution-v1", subset_size=10)
    text = str(scores)
    for part in ("24 samples against 24 real images (all of them)", "320 dimensions", "64x64", "100 of 10"):
        assert part in text
    assert set(scores.values) == {
        "fid", "kid", "kid_deviation", "precision", "recall", "density", "coverage"
    }  # fmt: skip
    assert scores.as_dict()["protocol"]["reference"] == 24
    same = generation(images[:, ::4, ::4], images[:, ::4, ::4], "all of them", "pixels")
    assert same.values["fid"] == pytest.approx(0.0, abs=1e-6)
    assert (same.values["precision"], same.values["recall"]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("count", "subset_size", "said"),
    [
        (24, 1000, "1 of 24"),
        pytest.param(20, 1000, "5 of 20", marks=pytest.mark.slow),
        pytest.param(24, 10, "5 of 10", marks=pytest.mark.slow),
    ],
)
def test_M13_the_protocol_says_what_was_computed(images, monkeypatch, count, subset_size, said):
    from kgan.metrics import kernel_distance

    sizes, compute = [], kernel_distance.kernel_distance
    monkeypatch.setattr(
        kernel_distance, "kernel_distance", lambda a, b: sizes.append((len(a), len(b))) or compute(a, b)
    )
    scores = generation(images, images[:count], "all", "pixels", subsets=5, subset_size=subset_size)
    assert f"KID subsets {said}" in str(scores)
    number, size = map(int, said.split(" of "))
    assert sizes == [(size, size)] * number


@pytest.mark.parametrize(("size", "expected"), [((299, 299), [11, 11, 3]), ((32, 32), [25]), (None, [25])])
def test_large_pictures_go_through_the_network_few_at_a_time(size, expected):
    # A million pixels at once, as a network holds all its layers' outputs: 64 times 299x299 took 7 GB.
    seen = []

    def network(images):
        seen.append(tuple(images.shape))
        return images[:, 0, 0]

    extractor = feature_extractor.FeatureExtractor("any", network, size, 3)
    assert extractor(np.zeros((25, 16, 16, 3))).shape == (25, 3)
    assert [shape[0] for shape in seen] == expected
    assert {shape[1:3] for shape in seen} == {size or (16, 16)}


def test_perceptual_distance_equals_numpy():
    random = np.random.default_rng(0)
    a, b = ({"x": random.normal(size=(2, 3, 4, 5)), "y": random.normal(size=(2, 2, 2, 7))} for _ in range(2))
    expected = np.zeros(2)
    for name in a:
        unit = [m[name] / np.linalg.norm(m[name], axis=-1, keepdims=True) for m in (a, b)]
        expected += np.square(unit[0] - unit[1]).sum(axis=-1).mean(axis=(1, 2))
    np.testing.assert_allclose(np.asarray(perceptual_distance(a, b)), expected, rtol=1e-5)


def test_perceptual_distance_grows_with_blur(images):
    distance = PerceptualDistance("random-convolution-v1")
    assert distance.update(images, images).max() < 1e-6
    slight = distance.update(images, 0.9 * images + 0.1 * np.roll(images, 1, axis=1)).mean()
    strong = distance.update(images, 0.5 * images + 0.5 * np.roll(images, 1, axis=1)).mean()
    assert 0 < slight < strong
    assert distance.result() == pytest.approx((slight + strong) / 3, abs=1e-6)
    with pytest.raises(ValueError, match="dict of maps"):
        PerceptualDistance(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]))


def test_images_that_poolings_leave_nothing_of_are_refused_in_one_line():
    image = keras.Input((None, None, 3))
    halved = image
    for _ in range(4):
        halved = keras.layers.MaxPooling2D(2)(halved)
    network = keras.Model(image, {"map": halved}, name="pools")
    distance = PerceptualDistance(network)
    small = np.zeros((1, 15, 40, 3), "float32")
    with pytest.raises(ValueError, match=r"at least 16 pixels a side .*'pools'.*received 15x40") as caught:
        distance.update(small, small)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="at least 16 pixels"):
        Perceptual(network, [network.layers[-1].name], before_activation=False)(small, small)
    enough = np.zeros((1, 16, 40, 3), "float32")
    assert distance.update(enough, enough) == [0.0]


def test_vgg19_taps_equal_the_trunk_on_caffe_images():
    trunk = keras.applications.VGG19(include_top=False, weights=None)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 32, 48, 3)).astype("float32")
    caffe = keras.applications.vgg19.preprocess_input((images.copy() + 1) * 127.5)
    direct = keras.Model(trunk.input, trunk.get_layer("block3_conv4").output)(caffe)
    after = vgg.taps_of(trunk, ("block1_conv2", "block3_conv4"), before_activation=False)
    assert list(after.output) == ["block1_conv2", "block3_conv4"]
    np.testing.assert_allclose(np.asarray(after(images)["block3_conv4"]), np.asarray(direct), atol=2e-3)
    before = vgg.taps_of(trunk, ("block3_conv4",), before_activation=True)(images)["block3_conv4"]
    np.testing.assert_allclose(np.maximum(before, 0), np.asarray(direct), atol=2e-3)
    with pytest.raises(ValueError, match="received block9_conv1"):
        vgg.taps_of(trunk, ("block9_conv1",), True)
