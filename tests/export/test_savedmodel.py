"""Exports: what is served elsewhere is what `predict` gives here."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import AdversarialModel, ConditionalGAN
from kgan.errors import UserError
from kgan.export import check, runtimes
from kgan.export.savedmodel import export
from kgan.networks import dcgan
from kgan.pictures import pixels


@pytest.fixture(scope="module")
def model():
    """A conditional generator whose moving average has left its weights."""
    keras.utils.set_random_seed(3)
    shared = {"image_size": (16, 24), "channels": 3, "width": 4, "classes": 5}
    made = ConditionalGAN(
        dcgan.generator(**shared, latent_size=8), dcgan.discriminator(**shared), latent_size=8, classes=5
    )
    made.compile(ema_decay=0.9, jit_compile=False)
    random = np.random.default_rng(0)
    for _, average in made.averaged:
        average.assign(
            random.normal(0, 0.3, average.shape) ** 2 if "variance" in average.name else average + 0.05
        )
    return made


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    return export(model, tmp_path_factory.mktemp("saved models") / "glyphs")


@pytest.fixture(scope="module")
def answers(exported):
    """What a process without kgan gives."""
    return check.serve(exported)


class Invert(AdversarialModel):
    """Image to image, at any size: `-x / 2`, with two directions."""

    batch_keys = ("source",)

    def __init__(self, generator, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator

    generator_side = discriminator_side = property(lambda self: [])

    @property
    def input_signature(self):
        return {"source": keras.KerasTensor((None, None, None, 3), "float32", name="source")}

    @property
    def serving_calls(self):
        def back(inputs, training=False):
            return self.generator(inputs["source"]) * 4.0

        return {"serving_default": (self, self.input_signature), "back": (back, self.input_signature)}

    def call(self, inputs, training=False):
        return self.generator(inputs["source"], training=training)


@pytest.fixture(scope="module")
def inverted(tmp_path_factory):
    source = keras.Input((None, None, 3))
    negative = keras.initializers.Constant(-0.5 * np.eye(3).reshape(1, 1, 3, 3))
    network = keras.Model(source, keras.layers.Conv2D(3, 1, kernel_initializer=negative)(source))
    return export(Invert(network), tmp_path_factory.mktemp("exports") / "invert")


def test_layout_is_tensorflow_servings_and_small(model, exported):
    assert exported.name == "1"
    assert (exported / "saved_model.pb").is_file()
    facts = json.loads((exported / check.FACTS).read_text())
    # The generator alone; of it, the average, not the raw weights beside it.
    assert facts["model"] == "ConditionalGAN"
    assert facts["parameters"] == model.generator.count_params()


def test_served_floats_equal_predict(model, answers):
    inputs = {name: np.asarray(value) for name, value in model.sample_inputs(4, seed=0).items()}
    np.testing.assert_allclose(
        answers["serving_default|0|output|image"], model.predict(inputs, verbose=0), atol=1e-5
    )


def test_the_average_is_what_is_served(model, answers):
    inputs = model.sample_inputs(4, seed=0)
    raw = model.generator(inputs, training=False)
    assert np.abs(answers["serving_default|0|output|image"] - np.asarray(raw)).max() > 1e-3


def test_bytes_and_files_are_the_floats_rounded(answers):
    expected = pixels.to_uint8(answers["serving_default|0|output|image"])
    assert expected.dtype == answers["uint8|0|output|image"].dtype == np.uint8
    np.testing.assert_array_equal(answers["uint8|0|output|image"], expected)
    np.testing.assert_array_equal(answers["png|0|output|image_bytes"], expected)


def test_check_agrees_and_says_so(exported, answers, monkeypatch):
    monkeypatch.setattr(check, "serve", lambda folder: answers)
    lines, agrees = check.check(exported.parent)
    assert agrees
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "serving_default image",
        "uint8 image",
        "png image_bytes",
        "generate image",
        "generate_uint8 image",
        "generate_png image_bytes",
    ]


def test_check_finds_a_difference(exported, answers, monkeypatch):
    served = {name: value.copy() for name, value in answers.items()}
    served["serving_default|0|output|image"][0, 0, 0, 0] += 2e-5
    monkeypatch.setattr(check, "serve", lambda folder: served)
    lines, agrees = check.check(exported)
    assert not agrees
    assert "DIFFERS" in lines[1]
    assert "2e-05" in lines[1]


@pytest.fixture(scope="module")
def served(exported):
    return tf.saved_model.load(str(exported)).signatures


def test_a_seed_draws_the_same_picture_wherever_it_stands(model, served):
    def drawn(seeds, labels):
        return served["generate"](seed=tf.constant(seeds), label=tf.constant(labels))["image"].numpy()

    together = drawn([3, 5, 3, 3], [1, 2, 1, 0])
    np.testing.assert_array_equal(together[0], together[2])
    assert np.abs(together[0] - together[3]).max() > 1e-3
    np.testing.assert_allclose(together[1:2], drawn([5], [2]), atol=1e-6)
    np.testing.assert_allclose(together[1:2], model.sample(1, seed=5, label=2), atol=1e-5)
    assert np.abs(drawn([0], [1]) - drawn([1], [1])).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("serving_default", {"label": [5]}, "label: expected 0 to 4, received"),
        ("generate", {"label": [-1]}, "label: expected 0 to 4, received"),
        ("uint8", {"latent": np.full((1, 8), np.nan)}, "latent: expected finite numbers"),
    ],
)
def test_labels_and_noise_that_are_none_are_told(served, name, wrong, words):
    good = {"label": [4], "seed": [1]} if name == "generate" else {"label": [4], "latent": np.zeros((1, 8))}
    types = {"label": tf.int32, "seed": tf.int32, "latent": tf.float32}

    def ask(values):
        return served[name](**{key: tf.constant(value, types[key]) for key, value in values.items()})

    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        ask(good | wrong)
    assert ask(good)["image"].shape == (1, 16, 24, 3)


def test_serving_warms_up_with_a_request_of_each_signature(exported, served):
    logs = pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2")
    found = tf.data.TFRecordDataset(str(exported / "assets.extra" / "tf_serving_warmup_requests"))
    asked = [logs.PredictionLog.FromString(one).predict_log.request for one in found.as_numpy_iterator()]
    assert {request.model_spec.signature_name for request in asked} == set(served)
    for request in asked:
        assert request.model_spec.name == exported.parent.name
        inputs = {name: tf.constant(tf.make_ndarray(value)) for name, value in request.inputs.items()}
        served[request.model_spec.signature_name](**inputs)


@pytest.mark.slow
@pytest.mark.parametrize("runtime", ["openvino", "onnx", "litert"])
def test_other_runtimes_agree(exported, runtime):
    for package in runtimes.RUNTIMES[runtime][0]:
        pytest.importorskip(package)
    lines, agrees = check.check(exported, runtimes=[runtime])
    assert agrees, lines
    assert len(lines) == 2
    assert f"serving_default image in {runtime}: agrees" in lines[1]


@pytest.mark.slow
def test_image_to_image_at_three_sizes_and_both_ways(inverted, monkeypatch):
    found = check.serve(inverted)
    assert len({name.split("|")[0] for name in found}) == 6
    shapes = [found[f"png|{number}|output|image_bytes"].shape for number in range(3)]
    assert shapes == [(2, 64, 64, 3), (2, 48, 80, 3), (2, 37, 53, 3)]
    with np.load(inverted / check.REFERENCE) as reference:
        given = reference["serving_default|2|input|source"]
        assert reference["png|2|input|source_bytes"].dtype.kind == "S"
    np.testing.assert_allclose(found["serving_default|2|output|image"], -given / 2, atol=1e-6)
    np.testing.assert_array_equal(found["uint8|2|output|image"], pixels.to_uint8(-given / 2))
    np.testing.assert_array_equal(found["png|2|output|image_bytes"], pixels.to_uint8(-given / 2))
    np.testing.assert_array_equal(found["back_png|2|output|image_bytes"], pixels.to_uint8(-given * 2))
    monkeypatch.setattr(check, "serve", lambda folder: found)
    lines, agrees = check.check(inverted)
    assert agrees, lines


def test_versions_count_up_and_overwrite_replaces_the_newest(model, tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "name"
    names = [export(model, folder, overwrite).name for overwrite in (True, False)]
    assert names == ["1", "2"]
    (folder / "2" / "stale").touch()
    assert export(model, folder, overwrite=True).name == "2"
    assert sorted(path.name for path in folder.iterdir()) == ["1", "2"]
    assert not (folder / "2" / "stale").exists()
    assert check.newest(folder) == folder / "2"


def test_a_folder_of_something_else_is_left_alone(model, tmp_path):
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(UserError, match=r"versions only in .*photo.jpg"):
        export(model, tmp_path)
    with pytest.raises(UserError, match=r"expected a folder at"):
        export(model, tmp_path / "photo.jpg")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_an_export_that_does_not_serve_is_one_line(exported, monkeypatch):
    monkeypatch.setattr(check, "SERVE", "raise OSError('no graph in it')")
    with pytest.raises(UserError, match=r"to serve; found OSError: no graph in it; export it again"):
        check.check(exported)
