"""Nothing that a user passes is dropped in silence: it is honored, or refused in one line."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

from kgan import BEGAN, GAN, ConditionalGAN, SuperResolution, penalties
from kgan.errors import is_own
from kgan.networks import mlp

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (32, 4, 4, 1)).astype("float32")
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
PLAIN = {"generator_optimizer": SGD, "discriminator_optimizer": SGD, "jit_compile": False}


class AddsLoss(keras.layers.Layer):
    """Gives `add_loss` what it is told to."""

    def __init__(self, amount, **options):
        super().__init__(**options)
        self.amount = amount

    def call(self, inputs):
        self.add_loss(self.amount * ops.mean(ops.square(inputs)))
        return inputs


def networks(g_regularizer=None, d_regularizer=None, g_adds=None, d_adds=None):
    latent, image = keras.Input((4,)), keras.Input((4, 4, 1))
    x = keras.layers.Dense(16, activation="tanh", kernel_regularizer=g_regularizer)(latent)
    x = AddsLoss(g_adds)(x) if g_adds else x
    y = keras.layers.Flatten()(image)
    y = AddsLoss(d_adds)(y) if d_adds else y
    y = keras.layers.Dense(1, kernel_regularizer=d_regularizer)(y)
    return keras.Model(latent, keras.layers.Reshape((4, 4, 1))(x)), keras.Model(image, y)


def make(scheme=GAN, made=None, **settings):
    model = scheme(*(made or networks()), latent_size=4)
    model.compile(**PLAIN | settings)
    return model


def fit(model, data=IMAGES, **options):
    return model.fit(data, **{"batch_size": 8, "shuffle": False, "verbose": 0, **options}).history


def one_line(error):
    assert "\n" not in str(error.value)
    assert is_own(error.value)


# Regularizers and add_loss -----------------------------------------------------------------------------------


def test_K8_regularizers_are_a_term_of_their_side():
    """A step by hand: the weight moves by the regularizer's gradient, 2 * 100 * w * rate, beside the loss's."""
    moved = {}
    for strength in (0.0, 0.5):
        keras.utils.set_random_seed(3)
        model = make(made=networks(d_regularizer=keras.regularizers.L2(strength)))
        before = model.discriminator.weights[0].numpy()
        history = fit(model, IMAGES[:8])
        moved[strength] = model.discriminator.weights[0].numpy() - before
        assert history["discriminator/regularization"][0] == pytest.approx(
            strength * np.sum(before**2), rel=1e-5
        )
    np.testing.assert_allclose(moved[0.5] - moved[0.0], -0.1 * 2 * 0.5 * before, atol=1e-6)


def test_K8_the_generators_regularizer_and_its_weight():
    strengths = {}
    for weight in (1.0, 3.0):
        keras.utils.set_random_seed(3)
        model = make(
            made=networks(g_regularizer=keras.regularizers.L1(0.2)),
            loss_weights={"generator/regularization": weight, "generator/adversarial": 0.0},
        )
        before = model.generator.weights[0].numpy()
        fit(model, IMAGES[:8])
        strengths[weight] = before - model.generator.weights[0].numpy()
    np.testing.assert_allclose(strengths[1.0], 0.1 * 0.2 * np.sign(before), atol=1e-6)
    np.testing.assert_allclose(strengths[3.0], 3 * strengths[1.0], atol=1e-6)


def test_K8_add_loss_of_each_side_is_logged_and_moves_its_own_side():
    keras.utils.set_random_seed(3)
    model = make(made=networks(g_adds=2.0, d_adds=3.0))
    latent = model.draw({"image": IMAGES[:8]}, "latent", (8, 4))
    hidden = np.tanh(latent.numpy() @ model.generator.weights[0].numpy())
    fake = model.generator(latent).numpy()
    history = fit(model, IMAGES[:8])
    added = 3.0 * (np.mean(IMAGES[:8] ** 2) + np.mean(fake**2))  # D sees real, then fake
    assert history["discriminator/add_loss"][0] == pytest.approx(added, rel=1e-4)
    assert history["generator/add_loss"][0] == pytest.approx(2.0 * np.mean(hidden**2), rel=1e-4)
    evaluated = model.evaluate(IMAGES[:8], verbose=0, return_dict=True)
    assert evaluated["generator/add_loss"] > 0
    still = make(made=networks(g_adds=2.0), loss_weights={"generator/adversarial": 0.0})
    before = still.generator.weights[0].numpy()
    fit(still, IMAGES[:8])
    assert np.abs(still.generator.weights[0].numpy() - before).max() > 1e-4


@pytest.mark.parametrize(
    "settings",
    [
        {"discriminator_steps": 2},
        pytest.param({"jit_compile": True}, marks=pytest.mark.slow),
        pytest.param({"ema_decay": 0.5}, marks=pytest.mark.slow),
    ],
)
def test_K8_added_terms_in_every_kind_of_step(settings):
    model = make(made=networks(keras.regularizers.L2(0.1), keras.regularizers.L2(0.1), 2.0, 3.0), **settings)
    history = fit(model, validation_data=IMAGES[:8])
    for side in ("generator", "discriminator"):
        for term in ("regularization", "add_loss"):
            assert history[f"{side}/{term}"][0] > 0
            assert history[f"val_{side}/{term}"][0] > 0


# What no term uses -------------------------------------------------------------------------------------------


def autoencoder():
    image = keras.Input((4, 4, 1))
    x = keras.layers.Dense(16)(keras.layers.Flatten()(image))
    return networks()[0], keras.Model(image, keras.layers.Reshape((4, 4, 1))(x))


def enlarger():
    image = keras.Input((None, None, 1), name="source")
    return keras.Model(image, keras.layers.UpSampling2D(2)(keras.layers.Conv2D(1, 1)(image)))


@pytest.mark.parametrize(
    "settings", [{"penalty": "wgan-gp"}, {"loss": "hinge"}, {"penalty": ["r1", "drift"]}]
)
def test_K8_a_loss_or_penalty_that_no_term_asks_for_is_refused(settings):
    with pytest.raises(
        ValueError, match=r"expected no (loss|penalty), as no term of BEGAN .* Leave"
    ) as error:
        fit(make(BEGAN, autoencoder(), **settings))
    one_line(error)
    model = SuperResolution(enlarger())
    model.compile(**{**settings, "jit_compile": False})
    with pytest.raises(ValueError, match="as no term of SuperResolution"):
        fit(model, (IMAGES[:, ::2, ::2], IMAGES))


@pytest.mark.parametrize(
    "settings",
    [{"discriminator_steps": 3}, {"generator_batch": "fresh"}, {"discriminator_optimizer": "adam"}],
)
def test_K8_what_only_a_discriminator_could_use_is_refused_without_one(settings):
    with pytest.raises(
        ValueError, match=f"expected no {next(iter(settings))}, as this SuperResolution"
    ) as error:
        SuperResolution(enlarger()).compile(**settings)
    one_line(error)


def test_K8_a_model_without_discriminator_is_saved_and_goes_on(tmp_path):
    model = SuperResolution(enlarger())
    model.compile(jit_compile=False)
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    assert "generator/pixel" in fit(twin, (IMAGES[:, ::2, ::2], IMAGES))


def test_K8_clipping_alone_needs_no_term():
    model = make(penalty=penalties.WeightClipping(0.01))
    fit(model)
    assert np.abs(model.discriminator.weights[0].numpy()).max() <= 0.01 + 1e-9


def test_K8_weights_of_what_is_no_term_are_refused():
    for name in ("gradient_norm", "generator/gradient_norm", "accuracy_real", "discriminator/r1"):
        with pytest.raises(ValueError, match="loss_weights: expected terms among") as error:
            fit(make(loss_weights={name: 5.0}))
        one_line(error)


def test_K8_sample_weight_is_refused():
    for call in (
        lambda m: m.fit(IMAGES, sample_weight=np.zeros(32), verbose=0),
        lambda m: m.evaluate(IMAGES, sample_weight=np.zeros(32), verbose=0),
        lambda m: m.train_on_batch(IMAGES[:8], sample_weight=np.zeros(8)),
        lambda m: m.train_on_batch(IMAGES[:8], class_weight={0: 1.0}),
        lambda m: m.test_on_batch(IMAGES[:8], sample_weight=np.zeros(8)),
        lambda m: m.fit(IMAGES, validation_data=(IMAGES, None, np.zeros(32)), verbose=0),
    ):
        with pytest.raises(ValueError, match="expected no sample_weight"):
            call(make())


def test_K8_use_ema_ends_with_the_average():
    """Keras's use_ema, by hand: the average is the weight after the first step, and then m a + (1 - m) w."""
    weights = []
    for steps, used in ((1, False), (2, False), (2, True)):
        keras.utils.set_random_seed(3)
        model = make(generator_optimizer=keras.optimizers.SGD(0.1, use_ema=used, ema_momentum=0.9))
        fit(model, IMAGES[: 8 * steps])
        weights.append(model.generator.weights[0].numpy())
    np.testing.assert_allclose(weights[2], 0.9 * weights[0] + 0.1 * weights[1], atol=1e-6)
    assert np.abs(weights[0] - weights[1]).max() > 1e-4


# Data --------------------------------------------------------------------------------------------------------


def test_K12_too_few_batches_for_a_step_are_told():
    with pytest.raises(
        ValueError, match=r"expected at least 5 batches, which make one step .* received 4"
    ) as error:
        fit(make(discriminator_steps=5))
    one_line(error)


@pytest.mark.parametrize(("data", "range_"), [((IMAGES + 1) * 127.5, "to 25"), ((IMAGES + 1) / 2, "to 0.99")])
def test_K13_images_of_another_range_are_told(data, range_):
    for steps in (1, 2):
        with pytest.raises(ValueError, match=rf"expected 'image' in \[-1, 1\], received .*{range_}") as error:
            fit(make(discriminator_steps=steps), data)
        one_line(error)
    fit(make(), np.ones_like(IMAGES[:8]) * -1)
    model = SuperResolution(enlarger())
    model.compile(jit_compile=False)
    with pytest.raises(ValueError, match="expected 'target' in"):
        fit(model, {"source": IMAGES[:, ::2, ::2], "target": (IMAGES + 1) * 127.5})


def batches(*arrays):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0]).batch(8)


WIDE = (IMAGES + 1) * 127.5


@pytest.mark.parametrize(
    ("work", "match"),
    [
        (lambda m: m.fit(IMAGES, validation_data=(WIDE, None), verbose=0), "to 25"),
        (lambda m: m.fit(batches(WIDE), verbose=0), "to 25"),
        (lambda m: m.fit(batches((IMAGES + 1) / 2), verbose=0), "to 0.99"),
        (lambda m: m.fit(batches(IMAGES), validation_data=batches(WIDE), verbose=0), "to 25"),
        (lambda m: m.evaluate(WIDE, verbose=0), "to 25"),
        (lambda m: m.evaluate(batches(WIDE), verbose=0), "to 25"),
        (lambda m: m.train_on_batch(WIDE[:8]), "to 2"),
        (lambda m: m.test_on_batch(WIDE[:8]), "to 2"),
    ],
    ids=[
        "validation",
        "dataset",
        "0 to 1",
        "both",
        "evaluate",
        "evaluate dataset",
        "train batch",
        "test batch",
    ],
)
def test_K13_wherever_images_come_in(work, match):
    with pytest.raises(ValueError, match=rf"expected 'image' in \[-1, 1\], received .*{match}") as error:
        work(make())
    one_line(error)


def test_K13_a_dataset_is_looked_at_once_and_keeps_what_it_is():
    from kgan.backend.tensorflow.first_batch import FirstBatch

    seen = []
    data = batches({"image": IMAGES, "label": np.arange(32)}).repeat(2)
    watched = FirstBatch(seen.append, set()).of(data)
    assert watched.element_spec == data.element_spec
    assert int(watched.cardinality()) == 8
    for mine, theirs in zip(watched, data, strict=True):
        np.testing.assert_array_equal(mine["image"], theirs["image"])
    (first,) = seen
    np.testing.assert_array_equal(first["image"], IMAGES[:8])
    np.testing.assert_array_equal(first["label"], np.arange(8))


def test_K13_a_dataset_that_was_fine_is_not_looked_at_again():
    from kgan.backend.tensorflow.first_batch import FirstBatch

    good, bad, known = batches({"image": IMAGES}), batches({"image": IMAGES}), set()
    first = FirstBatch(lambda batch: None, known)
    with first.told():
        list(first.of(good))
    assert first.of(good) is good

    def refuse(batch):
        raise ValueError("no")

    for _ in range(2):
        second = FirstBatch(refuse, known)
        with pytest.raises(ValueError, match="no"), second.told():
            list(second.of(bad))
    assert known == {good}


def loss(real, made):
    return ops.mean(made)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        (
            {"loss_weights": {"generator/adversarial": float("nan")}},
            "loss_weights: expected a dict .* finite",
        ),
        ({"loss_weights": {"generator/adversarial": "2"}}, "finite numbers"),
        ({"loss_weights": [1.0, 2.0]}, "loss_weights: expected a dict"),
        ({"jit_compile": "yes"}, "jit_compile: expected True, False or 'auto'"),
        ({"steps_per_execution": 0}, "steps_per_execution: expected an integer of at least 1"),
        ({"metrics": [loss]}, "none called 'loss'"),
    ],
)
def test_K8_settings_out_of_range_are_refused(settings, match):
    with pytest.raises(ValueError, match=match) as error:
        make(**settings)
    one_line(error)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"count": 0}, "count of at least 1, received 0"),
        ({"count": -1}, "count of at least 1, received -1"),
        ({"count": 2.5}, "count of at least 1, received 2.5"),
        ({"count": 2, "label": 3}, "expected no condition from a GAN, received label"),
    ],
)
def test_K15_what_cannot_be_sampled_is_one_line(arguments, match):
    with pytest.raises(ValueError, match=match) as error:
        make().sample(**arguments)
    one_line(error)


def conditional(classes, told=None):
    options = {"image_size": None, "channels": 2, "width": 4, "depth": 1, "classes": classes}
    made = mlp.generator(latent_size=4, **options), mlp.discriminator(**options)
    return ConditionalGAN(*made, latent_size=4, classes=told or classes)


def test_K14_labels_are_within_the_classes():
    points, labels = RANDOM.normal(size=(32, 2)).astype("float32"), np.arange(32, dtype="int32") % 16
    for jit in (True, False):
        model = conditional(4)
        model.compile(jit_compile=jit)
        for wrong in (labels, labels - 8):
            with pytest.raises(ValueError, match=r"expected labels from 0 to 3, received (0|-8) to") as error:
                model.fit({"image": points, "label": wrong}, batch_size=8, verbose=0)
            one_line(error)
    with pytest.raises(
        ValueError, match="expected a generator for classes=10, received one that knows 4"
    ) as error:
        conditional(4, told=10)
    one_line(error)


def test_K18_only_our_own_checks_are_bad_input():
    class Breaks(keras.layers.Layer):
        def call(self, inputs):
            raise ValueError("something else")

    with pytest.raises(ValueError, match="something else") as error:
        keras.Sequential([keras.Input((2,)), Breaks()])
    assert not is_own(error.value)
    with pytest.raises(ValueError, match=r"rank|ndim|expected") as error:
        keras.layers.Conv2D(1, 3)(np.zeros((2, 2)))
    assert not is_own(error.value)
    with pytest.raises(ValueError, match="Unknown penalty") as error:
        make(penalty="gp")
    assert is_own(error.value)


# Warnings ----------------------------------------------------------------------------------------------------


def normalized():
    image = keras.Input((4, 4, 1))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(2)(keras.layers.Flatten()(image)))
    return networks()[0], keras.Model(image, keras.layers.Dense(1)(x))


@pytest.mark.parametrize("penalty", ["wgan-gp", "dragan", "r1", "r2"])
def test_M12_batch_normalization_under_a_penalty_per_sample_is_warned_of(penalty):
    with pytest.warns(UserWarning, match=f"compile: {penalty} takes the gradient of each sample, and batch"):
        make(made=normalized(), penalty=penalty)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(penalty=penalty)
        make(made=normalized(), penalty="drift")
