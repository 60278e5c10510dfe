"""One line where Keras's contract is left, and what keeps it: networks of any kind, saving, exporting, shapes told."""

import warnings

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import GAN, ConditionalGAN, CycleGAN, Pix2Pix
from kgan.adversarial.optimizers import SideOptimizers
from kgan.schedules import PerStep
from tests.adversarial import keras_table

X = keras_table.data("GAN")["image"]
FIT = {"batch_size": 8, "verbose": 0}


def compiled(**settings):
    return keras_table.made("GAN", **{"run_eagerly": True, **settings})


@pytest.fixture(scope="module")
def model():
    """A trained model, for what does not change it."""
    made = compiled()
    made.fit(X, **FIT)
    return made


# Both optimizers as one -----------------------------------------------------------------------------------


def sides(discriminator=None, generator=None, **options):
    d, g = (keras.Variable(np.ones(2, "float32"), name=name) for name in "dg")
    discriminator, generator = (
        discriminator or keras.optimizers.SGD(0.5),
        generator or keras.optimizers.SGD(0.1),
    )
    discriminator.build([d])
    generator.build([g])
    return d, g, SideOptimizers(discriminator, generator, {"discriminator": [d], "generator": [g]}, **options)


def test_K5_what_is_read_is_the_generators_and_what_is_set_holds_for_both():
    *_, both = sides()
    assert isinstance(both, keras.optimizers.Optimizer)
    assert both.built
    assert float(both.learning_rate) == pytest.approx(0.1)
    both.learning_rate = 0.25
    assert [float(o.learning_rate) for o in both.optimizers] == [0.25, 0.25]
    both.generator.learning_rate = 0.5
    assert [float(o.learning_rate) for o in both.optimizers] == [0.25, 0.5]
    assert both.iterations is both.generator.iterations
    assert len(both.variables) == 4


def test_K5_a_schedule_counts_steps_on_either_side_and_is_not_overwritten():
    *_, both = sides(discriminator_steps=5)
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.3, 0.1])
    both.learning_rate = schedule
    both.discriminator.iterations.assign(9)  # the fifth update of the second step
    both.generator.iterations.assign(1)
    assert [float(o.learning_rate) for o in both.optimizers] == pytest.approx([0.3, 0.3])
    assert isinstance(both.discriminator._learning_rate, PerStep)
    with pytest.raises(TypeError, match="found a schedule on the discriminator and the generator side"):
        both.learning_rate = 0.1


def test_K5_apply_steps_each_side_with_its_own_gradients():
    d, g, both = sides()
    both.apply([tf.constant([1.0, 0.0]), tf.constant([0.0, 1.0])], [g, d])
    np.testing.assert_allclose(g.numpy(), [0.9, 1.0])
    np.testing.assert_allclose(d.numpy(), [1.0, 0.5])
    both.apply_gradients([(tf.constant([1.0, 1.0]), d)])
    np.testing.assert_allclose(d.numpy(), [0.5, 0.0])
    assert [int(o.iterations.numpy()) for o in both.optimizers] == [2, 1]
    with pytest.raises(ValueError, match="variables of the discriminator or the generator side"):
        both.apply([tf.constant(1.0)], [keras.Variable(1.0, name="other")])


def test_K5_config_and_weights_of_both():
    *_, both = sides(keras.optimizers.Adam(0.5, beta_1=0.0))
    twin = keras.optimizers.deserialize(keras.optimizers.serialize(both))
    assert twin.get_config() == both.get_config()
    assert twin.discriminator.beta_1 == 0.0
    both.set_weights([np.full(v.shape, 3, v.dtype) for v in both.variables])
    assert all(np.all(np.asarray(v) == 3) for v in both.variables)


def test_use_ema_ends_fit_with_the_averages():
    """As `fit` of any Keras model: w' = (w0 + ... ) by m a + (1 - m) w, of SGD at 0.1 on gradients of one."""
    sgd = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    _, g, both = sides(generator=sgd)
    for _ in range(2):
        both.apply([tf.constant([1.0, 1.0])], [g])
    both.finalize_variable_values([])
    np.testing.assert_allclose(g.numpy(), 0.5 * 0.9 + 0.5 * 0.8, rtol=1e-6)


def test_K5_scale_loss_belongs_to_a_side():
    *_, both = sides(generator=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)))
    with pytest.raises(ValueError, match="expected the optimizer of one side"):
        both.scale_loss(1.0)
    both.learning_rate = 0.2
    assert [float(o.learning_rate) for o in both.optimizers] == pytest.approx([0.2, 0.2])


# Saving ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model.h5", "model.hdf5"])
def test_K5_hdf5_is_one_line(model, tmp_path, name):
    with pytest.raises(ValueError, match=r"expected a path ending in .keras, received .*model\.h"):
        model.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def averaged_model(decay=0.5):
    made = compiled(ema_decay=decay)
    made.fit(X, **FIT)
    return made


def generator_output(network):
    return np.asarray(network(np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4), training=False))


def test_K17_an_average_without_a_place_is_said(tmp_path):
    trained = averaged_model()
    trained.save_weights(tmp_path / "a.weights.h5")
    plain = compiled()
    with pytest.warns(UserWarning, match="found a moving average .* Compile with ema_decay before loading"):
        plain.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(generator_output(plain.generator), generator_output(trained.generator))


def test_K17_weights_without_an_average_start_it_anew(tmp_path):
    plain = compiled()
    plain.fit(X, **FIT)
    plain.save_weights(tmp_path / "plain.weights.h5")
    other = averaged_model()
    other.load_weights(tmp_path / "plain.weights.h5")
    np.testing.assert_array_equal(
        generator_output(other.averaged_network()), generator_output(plain.generator)
    )


def test_K17_a_saved_model_without_its_average_is_one_line(tmp_path):
    """As kgan wrote them before the average had a place of its own."""
    compiled(ema_decay=0.9).save(tmp_path / "model", zipped=False)
    with h5py.File(tmp_path / "model" / "model.weights.h5", "a") as file:
        names = [name for name in file["vars"] if name.startswith("average")]
        assert names
        for name in names:
            del file["vars"][name]
    with pytest.raises(ValueError, match=r"load_model: expected the moving average .* load_weights"):
        keras.saving.load_model(tmp_path / "model")


def test_K17_a_model_loaded_to_predict_keeps_the_average(tmp_path):
    trained = averaged_model()
    trained.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    latent = np.ones((3, 4), "float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = loaded(latent, training=False)
    np.testing.assert_array_equal(answer, trained(latent, training=False))
    assert np.abs(np.asarray(answer) - np.asarray(trained.generator(latent))).max() > 1e-4


def test_K17_the_averaged_network_is_what_predicts(tmp_path):
    trained = averaged_model()
    latent = np.ones((3, 4), "float32")
    trained.averaged_network().save(tmp_path / "generator.keras")
    loaded = keras.saving.load_model(tmp_path / "generator.keras")
    np.testing.assert_allclose(loaded(latent), trained.predict(latent, verbose=0), atol=1e-6)
    assert loaded is not trained.generator


# Exporting ------------------------------------------------------------------------------------------------


def serve(folder, inputs):
    """What the exported endpoint answers."""
    loaded = tf.saved_model.load(folder)  # whose variables live as long as it does
    return loaded.serve(inputs)


def test_K6_export_has_the_models_own_signature(tmp_path):
    trained = averaged_model()
    trained.export(tmp_path / "served", verbose=False)
    latent = trained.sample_inputs(3, 0)["latent"]
    served = serve(tmp_path / "served", {"latent": latent})
    np.testing.assert_allclose(served, trained.predict(latent, verbose=0), atol=1e-5)


def test_K6_two_inputs_and_a_model_that_never_ran(tmp_path):
    generator = labelled_generator()
    made = ConditionalGAN(generator, labelled_judge(), latent_size=4, classes=3)
    made.export(tmp_path / "served", verbose=False)
    inputs = {"latent": np.ones((2, 4), "float32"), "label": np.array([0, 2], "int32")}
    served = serve(tmp_path / "served", inputs)
    np.testing.assert_allclose(served, generator(inputs), atol=1e-5)


def test_K6_litert(tmp_path, model):
    model.export(tmp_path / "model.tflite", format="litert", verbose=False)
    interpreter = tf.lite.Interpreter(model_path=str(tmp_path / "model.tflite"))
    latent = np.linspace(-1, 1, 4, dtype="float32").reshape(1, 4)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], latent)
    interpreter.invoke()
    answer = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(answer, model.predict(latent, verbose=0), atol=1e-5)


def test_K6_openvino(tmp_path, model):
    openvino = pytest.importorskip("openvino")
    model.export(tmp_path / "model.xml", format="openvino", verbose=False)
    network = openvino.compile_model(str(tmp_path / "model.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    latent = np.ones((2, 4), "float32")
    (answer,) = network([latent]).values()
    np.testing.assert_allclose(answer, model.predict(latent, verbose=0), atol=1e-5)


# Networks of any kind -------------------------------------------------------------------------------------


@keras.saving.register_keras_serializable("tests")
class Subclassed(keras.Model):
    """A judge written as a subclass."""

    def __init__(self, **options):
        super().__init__(**options)
        self.flat, self.dense = keras.layers.Flatten(), keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(self.flat(inputs))


@keras.saving.register_keras_serializable("tests")
class Drawer(keras.Model):
    def __init__(self, **options):
        super().__init__(**options)
        self.dense, self.shaped = keras.layers.Dense(64, activation="tanh"), keras.layers.Reshape((8, 8, 1))

    def call(self, inputs):
        return self.shaped(self.dense(inputs))


def unbuilt_sequential(built=keras_table.judge):
    return keras.Sequential([type(layer).from_config(layer.get_config()) for layer in built().layers])


@pytest.mark.parametrize(
    ("generator", "discriminator"),
    [
        (Drawer, Subclassed),
        (lambda: unbuilt_sequential(keras_table.drawing), unbuilt_sequential),
        (keras_table.drawing, Subclassed),
    ],
    ids=["subclasses", "unbuilt Sequential", "one subclass"],
)
def test_K9_networks_of_any_kind_train_save_and_export(generator, discriminator, tmp_path):
    made = GAN(generator(), discriminator(), latent_size=4)
    made.compile(jit_compile=False, run_eagerly=True)
    history = made.fit(X, **FIT).history
    assert np.isfinite(history["loss"][0])
    made.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    keras_table.assert_same(keras_table.weights(made), keras_table.weights(loaded))
    made.export(tmp_path / "served", verbose=False)
    latent = made.sample_inputs(2, 0)["latent"]
    served = serve(tmp_path / "served", {"latent": latent})
    np.testing.assert_allclose(served, made.predict(latent, verbose=0), atol=1e-5)


def called(network, shape):
    network(np.zeros((2, *shape), "float32"))
    return network


def test_K9_a_subclass_that_has_been_called_is_known():
    made = Pix2Pix(keras_table.translator(), called(Subclassed(), (8, 8, 1)))
    made.compile(jit_compile=False, run_eagerly=True)
    assert np.isfinite(made.fit(keras_table.data("Pix2Pix"), **FIT).history["loss"][0])


@pytest.mark.parametrize(
    ("build", "match"),
    [
        (
            lambda: Pix2Pix(keras_table.translator(), Subclassed()),
            "received a subclass not called yet. Start it",
        ),
        (lambda: Pix2Pix(keras_table.translator(), unbuilt_sequential()), "received an unbuilt Sequential"),
        (
            lambda: GAN(keras_table.drawing(), lambda x: x, latent_size=4),
            "expected a network .* received function",
        ),
        (
            lambda: GAN(keras_table.drawing(), two_inputs(), latent_size=4),
            "expected one input, .* received 2 in a",
        ),
        (
            lambda: GAN(keras_table.drawing(), two_inputs(("image", "extra")), latent_size=4),
            r"inputs named 'image' and 'label', received \['extra', 'image'\]",
        ),
    ],
)
def test_K9_K15_networks_that_do_not_do_are_one_line(build, match):
    with pytest.raises(ValueError, match=match) as caught:
        build()
    assert "\n" not in str(caught.value)


def two_inputs(names=None):
    inputs = [keras.Input((8, 8, 1)), keras.Input((8, 8, 1))]
    logit = keras.layers.Dense(1)(keras.layers.Flatten()(inputs[0] + inputs[1]))
    return keras.Model(dict(zip(names, inputs)) if names else inputs, logit)


# Shapes told ----------------------------------------------------------------------------------------------


def labelled_generator():
    latent, label = keras.Input((4,), name="latent"), keras.Input((), dtype="int32", name="label")
    x = keras.layers.Concatenate()([latent, keras.layers.Embedding(3, 4)(label)])
    x = keras.layers.Reshape((8, 8, 1))(keras.layers.Dense(64, activation="tanh")(x))
    return keras.Model({"latent": latent, "label": label}, x)


def labelled_judge():
    image, label = keras.Input((8, 8, 1), name="image"), keras.Input((), dtype="int32", name="label")
    x = keras.layers.Concatenate()([keras.layers.Flatten()(image), keras.layers.Embedding(3, 4)(label)])
    return keras.Model({"image": image, "label": label}, keras.layers.Dense(1)(x))


def of_classes():
    made = ConditionalGAN(labelled_generator(), labelled_judge(), latent_size=4, classes=3)
    made.compile(jit_compile=False)
    return made


def cycle():
    made = CycleGAN(
        *(keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(1, 1)]) for _ in range(2)),
        *(keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(1, 1)]) for _ in range(2)),
        image_size=(16, 16),
    )
    made.compile(jit_compile=False)
    return made


def unbatched(images):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(images)


LABELS = np.arange(32, dtype="int32") % 3
LARGE = np.zeros((8, 32, 32, 1), "float32")
COLOR = np.zeros((8, 8, 8, 3), "float32")


@pytest.mark.parametrize(
    ("build", "data", "match"),
    [
        (
            compiled,
            lambda: np.zeros((8, 16, 16, 1), "float32"),
            r"'image' of shape \(batch, 8, 8, 1\), received \(batch, 16",
        ),
        (compiled, lambda: X[..., 0], r"Add the channel axis: images\[..., None\]"),
        (compiled, lambda: COLOR, r"received \(batch, 8, 8, 3\)"),
        (compiled, lambda: unbatched(X), r"Batch the data set: dataset.batch"),
        (compiled, lambda: np.moveaxis(X, -1, 1), "Put the channels last"),
        (
            cycle,
            lambda: {"a": LARGE, "b": LARGE},
            r"expected 'a' of shape \(batch, 16, 16, 1\), received \(batch, 32, 32",
        ),
        (
            of_classes,
            lambda: (X, np.eye(3, dtype="float32")[LABELS]),
            r"not one-hot rows: labels.argmax\(-1\)",
        ),
        (of_classes, lambda: (X, LABELS[:, None]), r"labels\[:, 0\]"),
        (
            compiled,
            lambda: (X, LABELS),
            r"expected image, .* received 2 arrays. Pass the images alone, fit\(images\)",
        ),
        (
            lambda: keras_table.made("Pix2Pix"),
            lambda: {"source": X, "target": COLOR[:1].repeat(32, 0)},
            r"expected 'target' of shape \(batch, 8, 8, 1\), received \(batch, 8, 8, 3\)",
        ),
        (
            lambda: keras_table.made("SRGAN"),
            lambda: {"source": X, "target": X},
            r"expected 'source' of shape \(batch, 4, 4, 1\), received \(batch, 8, 8, 1\)",
        ),
    ],
    ids=[
        "size",
        "no channel",
        "colour",
        "unbatched",
        "channels first",
        "pool",
        "one-hot",
        "column",
        "labels",
        "target",
        "source",
    ],
)
def test_K15_what_does_not_fit_is_one_line(build, data, match):
    made = build()
    for call in (made.fit, made.evaluate):
        with pytest.raises(ValueError, match=match) as caught:
            call(data(), verbose=0)
        assert "\n" not in str(caught.value)


def test_K15_a_second_fit_at_another_size_is_one_line_and_the_first_size_goes_on(model):
    with pytest.raises(ValueError, match=r"received \(batch, 16, 16, 1\)"):
        model.fit(np.zeros((8, 16, 16, 1), "float32"), verbose=0)
    with pytest.raises(ValueError, match=r"received \(batch, 16, 16, 1\)"):
        model.fit(X, validation_data=(np.zeros((8, 16, 16, 1), "float32"), None), **FIT)
    assert np.isfinite(model.evaluate(X, verbose=0)[0])


def test_K15_channels_first_is_one_line():
    networks = keras_table.drawing(), keras_table.judge()
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match=r"expected channels last .*set_image_data_format") as caught:
            GAN(*networks, latent_size=4)
    finally:
        keras.config.set_image_data_format("channels_last")
    assert "\n" not in str(caught.value)


# Metrics, penalties, scopes -------------------------------------------------------------------------------


def brightness(real, made):
    return keras.ops.mean(made, axis=(1, 2, 3))


@pytest.mark.parametrize(
    "build",
    [
        lambda: ["mse"],
        lambda: "mse",
        lambda: ["mse", keras.metrics.MeanAbsoluteError(name="mae")],
        lambda: [brightness],
    ],
    ids=["name", "one name", "object", "function"],
)
def test_K16_metrics_by_name_as_objects_and_as_functions(build):
    made = compiled(metrics=build())
    logs = made.evaluate(X, batch_size=32, verbose=0, return_dict=True)
    drawn = evaluated_images(made)
    expected = {
        "mse": np.mean((X - drawn) ** 2),
        "mae": np.mean(np.abs(X - drawn)),
        "brightness": np.mean(drawn),
    }
    for metric in made.settings.metrics:
        assert logs[metric.name] == pytest.approx(expected[metric.name], rel=1e-5)
    assert made.metrics_names[-1] == made.settings.metrics[-1].name


def evaluated_images(made):
    """What `evaluate` generates: its numbers are the same each time, so catch them in another pass."""
    caught, compare = [], made.images_to_compare
    made.images_to_compare = lambda batch, generated: caught.append(compare(batch, generated)) or caught[-1]
    made.evaluate(X, batch_size=32, verbose=0)
    return np.asarray(caught[-1][1])


@pytest.mark.parametrize(
    ("metrics", "match"),
    [
        ({"image": "mse"}, "pass one flat list"),
        ([["mse"]], "flat list"),
        (["mse", "mse"], "each name once"),
        (["hinje"], "hinje"),
    ],
)
def test_K16_other_metrics_are_one_line(metrics, match):
    with pytest.raises(ValueError, match=match):
        compiled(metrics=metrics)


@keras.saving.register_keras_serializable("tests")
def loud(critic, real, fake):
    return keras.ops.mean(keras.ops.square(critic(real)))


def test_K16_a_plain_function_is_a_penalty(tmp_path):
    made = compiled(penalty=loud, loss_weights={"loud": 0.5})
    logits = np.asarray(made.discriminator(X[:8]))
    history = made.fit(X[:8], **FIT, shuffle=False).history
    assert history["discriminator/loud"] == pytest.approx([np.mean(logits**2)], rel=1e-5)
    made.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [penalty.name for penalty in loaded.penalties] == ["loud"]


def test_K16_networks_built_outside_the_scope_are_one_line(two_replicas):
    outside = keras_table.SCHEMES["GAN"]()
    with two_replicas.scope():
        with pytest.raises(
            ValueError, match=r"built inside strategy.scope\(\), found \d+ weights made outside"
        ) as caught:
            outside.compile()
        networks = GAN(outside.generator, outside.discriminator, latent_size=4)
        with pytest.raises(ValueError, match="Build both inside"):
            networks.compile()
    assert "\n" not in str(caught.value)


def test_K2_summary_is_the_table(model, capsys):
    model.summary()
    shown = capsys.readouterr().out
    assert "Optimizer params: 4" in shown
