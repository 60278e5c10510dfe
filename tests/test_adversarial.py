"""The engine: turns, batches, averages, replicas, evaluation, saving, and what it refuses."""

import zlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from kgan import BEGAN, GAN, WGANGP, ConditionalGAN, backend, penalties
from kgan.adversarial import draws, terms
from kgan.adversarial.expectations import check_output
from kgan.backend import random
from kgan.backend.contract import Moment
from kgan.backend.tensorflow import threefry
from kgan.networks import dcgan, mlp
from kgan.schedules import LinearDecay, PerStep
from kgan.testing import run_scheme_test

POINTS = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")


def networks():
    return (
        mlp.generator(None, channels=2, latent_size=4, width=8, depth=1),
        mlp.discriminator(None, channels=2, width=8, depth=1),
    )


def compiled(scheme=GAN, **arguments):
    keras.utils.set_random_seed(1)
    model = scheme(*networks(), 4)
    model.compile(**{"jit_compile": False, **arguments})
    return model


def fit(model, data=POINTS, **options):
    return model.fit(data, **{"batch_size": 8, "shuffle": False, "verbose": 0, **options}).history


class Counting(GAN):
    """Adds up what each side sees."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen_by_d = self.add_state("seen_by_d", 0.0)
        self.seen_by_g = self.add_state("seen_by_g", 0.0)

    def discriminator_losses(self, batch, generated):
        self.seen_by_d.assign_add(ops.mean(batch["image"]))
        return super().discriminator_losses(batch, generated)

    def generator_losses(self, batch, generated):
        self.seen_by_g.assign_add(ops.mean(batch["image"]))
        return super().generator_losses(batch, generated)


def numbered(batches, size=4):
    """Batch i holds 2**i: a sum says which batches were seen."""
    return np.repeat(2.0 ** np.arange(batches), size * 2).reshape(-1, 2).astype("float32")


@pytest.mark.parametrize("batch", ["shared", "fresh"])
def test_five_discriminator_updates_on_five_batches_and_one_of_the_generator(batch):
    model = compiled(Counting, discriminator_steps=5, generator_batch=batch)
    fit(model, numbered(6 if batch == "fresh" else 5), batch_size=4)
    assert int(model.discriminator_optimizer.iterations) == 5
    assert int(model.generator_optimizer.iterations) == 1
    assert float(model.seen_by_d) == 0b11111
    assert float(model.seen_by_g) == (0b100000 if batch == "fresh" else 0b10000)


def test_a_last_group_that_is_not_full_is_left_out():
    model = compiled(Counting, discriminator_steps=3)
    fit(model, numbered(8)[:-3], batch_size=4, epochs=2)  # seven batches and one of a single sample
    assert int(model.steps) == 4
    assert float(model.seen_by_d) == 2 * 0b111111


def test_grouping_takes_generators_and_datasets():
    def batches():
        for start in range(0, 64, 8):
            yield (POINTS[start : start + 8],)

    expected = compiled(discriminator_steps=2)
    fit(expected)
    dataset = compiled(discriminator_steps=2)
    dataset.fit(tf.data.Dataset.from_tensor_slices(POINTS).batch(8), verbose=0)
    generator = compiled(discriminator_steps=2)
    generator.fit(batches(), verbose=0)
    for model in (dataset, generator):
        np.testing.assert_array_equal(model.sample(3), expected.sample(3))


def test_shared_turn_learns_from_the_updated_discriminator():
    """One step by hand: D first, then G against the new D through the same latents."""
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
    model = compiled(generator_optimizer=sgd, discriminator_optimizer=sgd)
    twin = compiled()
    latent = random("normal", (8, 4), [0, zlib.crc32(b"latent") & 0x7FFFFFFF, 0, 0])
    fit(model, POINTS[:8])
    d, g = twin.discriminator, twin.generator
    fake = g(latent)
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-d(POINTS[:8]))) + ops.mean(ops.softplus(d(fake)))
    for v, grad in zip(d.trainable_variables, tape.gradient(loss, [v.value for v in d.trainable_variables])):
        v.assign_sub(0.1 * grad)
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-d(g(latent))))
    for v, grad in zip(g.trainable_variables, tape.gradient(loss, [v.value for v in g.trainable_variables])):
        v.assign_sub(0.1 * grad)
    for ours, by_hand in zip(model.weights[4:], twin.weights[4:]):
        np.testing.assert_allclose(ours.numpy(), by_hand.numpy(), atol=1e-6)


def test_average_follows_the_generator_and_serves():
    model = compiled(ema_decay=0.75)
    start = [v.numpy() for v in model.generator.weights]
    fit(model, POINTS[:8])
    for before, variable, average in zip(start, *zip(*model.averaged)):
        # The first decay is (1 + 0) / (10 + 0), until that has grown to the one asked for.
        np.testing.assert_allclose(average.numpy(), 0.1 * before + 0.9 * variable.numpy(), atol=1e-7)
    latent = model.sample_inputs(5, 0)["latent"]
    served = model.sample(5)
    assert np.abs(served - model.generator(latent).numpy()).max() > 1e-5
    for variable, average in model.averaged:
        variable.assign(average)
    np.testing.assert_allclose(served, model.generator(latent).numpy(), atol=1e-6)


def test_training_in_two_parts_is_training_in_one():
    arguments = {"ema_decay": 0.9, "discriminator_steps": 2, "penalty": "r1"}
    whole = compiled(**arguments)
    fit(whole, epochs=4)
    first = compiled(**arguments)
    fit(first, epochs=2)
    second = compiled(**arguments)
    second.restore(first.state())
    fit(second, epochs=2)
    ours, theirs = second.state(), whole.state()
    assert len(ours) > 40
    for (name, a), b in zip(ours.items(), theirs.values(), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)


def test_a_state_of_another_model_is_refused():
    state = compiled().state()
    with pytest.raises(ValueError, match=r"restore: expected the state of this model, found \d+ variables"):
        compiled(ema_decay=0.9).restore(state)


def test_loaded_model_knows_how_it_was_compiled(tmp_path):
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.5)
    model = compiled(
        WGANGP,
        discriminator_steps=3,
        loss_weights={"wgan-gp": 7.0},
        discriminator_optimizer=keras.optimizers.Adam(schedule),
        ema_decay=0.5,
    )
    fit(model)
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    assert twin.discriminator_steps == 3
    assert twin.loss_weights == {"wgan-gp": 7.0}
    assert isinstance(backend.schedule_of(twin.discriminator_optimizer), PerStep)
    assert isinstance(backend.schedule_of(twin.discriminator_optimizer).schedule.decay_rate, float)
    np.testing.assert_array_equal(model.sample(4), twin.sample(4))


def test_schedules_count_training_steps():
    schedule = LinearDecay(1.0, constant=2, total=4)
    assert [float(schedule(step)) for step in (0, 2, 3, 4, 9)] == [1.0, 1.0, 0.5, 0.0, 0.0]
    model = compiled(
        discriminator_steps=4,
        discriminator_optimizer=keras.optimizers.SGD(schedule),
        generator_optimizer=keras.optimizers.SGD(LinearDecay(1.0, constant=2, total=4)),
    )
    fit(model, np.repeat(POINTS, 2, 0)[:96])  # three steps of four batches
    rates = [float(optimizer.learning_rate) for optimizer in model.optimizer.optimizers]
    assert rates == [0.5, 0.5]


def test_stock_callbacks(tmp_path):
    model = compiled()
    callbacks = [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
        keras.callbacks.ReduceLROnPlateau(
            monitor="generator/adversarial", mode="min", factor=0.1, patience=5
        ),
        keras.callbacks.TensorBoard(tmp_path / "board"),
        keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras"),
        keras.callbacks.BackupAndRestore(tmp_path / "backup"),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.EarlyStopping(monitor="generator/adversarial", mode="min"),
    ]
    history = fit(model, epochs=2, callbacks=callbacks)
    assert history["learning_rate_discriminator"][0] == pytest.approx(1e-4)  # half of DCGAN's 2e-4
    assert history["learning_rate_generator"][0] == pytest.approx(1e-4)
    assert (tmp_path / "2.keras").exists()


def test_evaluation_repeats_and_moves_nothing():
    model = compiled(ema_decay=0.5, metrics=[keras.metrics.MeanSquaredError(name="error")])
    fit(model)
    before = {n: v for n, v in model.state().items() if not n.startswith("mean")}
    first = model.evaluate(POINTS, batch_size=8, verbose=0, return_dict=True)
    second = model.evaluate(POINTS, batch_size=8, verbose=0, return_dict=True)
    after = {n: v for n, v in model.state().items() if not n.startswith("mean")}
    assert first == second
    assert first["error"] > 0
    assert {"discriminator/adversarial", "generator/adversarial"} <= set(first)
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    assert all("evaluation_steps" in name for name in changed)
    history = fit(model, validation_data=POINTS[:16])
    assert {"val_discriminator/adversarial", "val_error"} <= set(history)


def test_logs_are_means_over_the_epoch():
    model = compiled(
        generator_optimizer=keras.optimizers.SGD(0.0), discriminator_optimizer=keras.optimizers.SGD(0.0)
    )
    rows = []
    each = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: rows.append(dict(logs)))
    history = fit(model, POINTS[:24], callbacks=[each])
    single = [fit(compiled(seed=0), POINTS[:8])["discriminator/adversarial"][0]]
    assert rows[0]["discriminator/adversarial"] == pytest.approx(single[0], rel=1e-5)
    assert history["discriminator/adversarial"][0] == pytest.approx(
        rows[-1]["discriminator/adversarial"], rel=1e-6
    )


def test_a_lazy_penalty_weighs_the_same_on_average():
    still = {
        "generator_optimizer": keras.optimizers.SGD(0.0),
        "discriminator_optimizer": keras.optimizers.SGD(0.0),
    }
    always = compiled(penalty="r1", **still)
    lazy = compiled(
        penalty=penalties.R1(interval=4),
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
    )
    data = np.tile(POINTS[:8], (8, 1))
    assert fit(lazy, data)["discriminator/r1"][0] == pytest.approx(
        fit(always, data)["discriminator/r1"][0], rel=1e-5
    )


def test_drift_asks_a_discriminator_nothing_that_it_has_said():
    model, asked = compiled(penalty="drift"), []

    def judge(points):
        asked.append(points)
        return model.discriminator(points)

    found = model.contest(
        {"image": POINTS[:8]}, "discriminator", judge, ops.array(POINTS[:8]), ops.array(POINTS[8:16])
    )
    assert len(asked) == 2
    expected = np.mean(np.asarray(model.discriminator(POINTS[:8]), "float64") ** 2)
    assert float(found["drift"]) == pytest.approx(expected, rel=1e-5)


def test_what_a_term_weighs():
    """loss_weights before a penalty's own weight, the side's name before the bare one, and 1 without any."""
    values = {"adversarial": 2.0, "r1": 3.0, "drift": 5.0, "other": 7.0}
    weights = {"r1": 10.0, "discriminator/r1": 20.0, "drift": 30.0}
    total, logs = terms.weighted_sum(
        "discriminator", values, weights, [penalties.R1(100.0), penalties.Drift(200.0)], 0
    )
    assert float(total) == 2.0 + 20.0 * 3.0 + 30.0 * 5.0 + 7.0
    assert {name: float(value) for name, value in logs.items()} == {
        f"discriminator/{name}": value for name, value in values.items()
    }
    own, _ = terms.weighted_sum("discriminator", values, {}, [penalties.R1(LinearDecay(8.0, 0, 4))], 2)
    assert float(own) == 2.0 + 4.0 * 3.0 + 5.0 + 7.0


def test_each_turn_step_use_and_seed_has_numbers_of_its_own():
    def drawn(use="latent", step=0, seed=0, **moment):
        return np.asarray(draws.draw((seed, step), Moment(**moment), use, (4, 3))).ravel().tolist()

    others = [{}, {"turn": 1}, {"step": 1}, {"seed": 1}, {"use": "noise"}, {"evaluating": True}]
    assert len({number for other in others for number in drawn(**other)}) == len(others) * 12
    assert drawn(turn=1) == drawn(turn=1)


def test_loss_weights_scale_gradients():
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.1}}
    moved = []
    for weight in (1.0, 3.0):
        model = compiled(
            generator_optimizer=sgd, discriminator_optimizer=sgd, loss_weights={"adversarial": weight}
        )
        before = model.discriminator.weights[0].numpy()
        fit(model, POINTS[:8])
        moved.append(model.discriminator.weights[0].numpy() - before)
    np.testing.assert_allclose(moved[1], 3 * moved[0], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    model = GAN(*networks(), 4)
    model.compile(penalty="wgan-gp", jit_compile=False)
    history = fit(model)
    scaled = [isinstance(o, keras.optimizers.LossScaleOptimizer) for o in model.optimizer.optimizers]
    assert scaled == [policy == "mixed_float16"] * 2
    assert all(np.isfinite(values).all() for values in history.values())
    assert model.sample(2).dtype == "float32"
    assert 0.001 < history["discriminator/gradient_norm"][0] < 100


def test_threefry_known_answers():
    """Random123's published vectors."""
    word = lambda *values: tuple(tf.constant(v, "uint32") for v in values)  # noqa: E731
    cases = [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ]
    for key, counter, expected in cases:
        assert tuple(int(v) for v in threefry.threefry(word(*key), word(*counter))) == expected


def test_draws_are_normal_uniform_and_the_same_under_xla():
    normal = random("normal", (2000, 20), [1, 2, 3]).numpy()
    uniform = random("uniform", (2000, 20), [1, 2, 3]).numpy()
    assert abs(normal.mean()) < 0.02
    assert abs(normal.std() - 1) < 0.02
    assert abs((normal**4).mean() - 3) < 0.15
    assert 0 <= uniform.min() < 0.001
    assert 0.999 < uniform.max() < 1
    assert np.abs(np.corrcoef(normal.T) - np.eye(20)).max() < 0.1
    step = tf.Variable(3, dtype="int64")
    function = lambda: random("normal", (2000, 20), [1, 2, step])  # noqa: E731
    np.testing.assert_allclose(tf.function(function, jit_compile=True)(), normal, atol=2e-6)
    assert np.abs(random("normal", (2000, 20), [1, 2, 4]).numpy() - normal).max() > 1


def test_replicas_draw_the_halves_of_what_one_would(two_replicas):
    whole = random("normal", (8, 3), [0, 1]).numpy()
    parts = two_replicas.run(tf.function(lambda: random("normal", (4, 3), [0, 1])))
    first, second = (part.numpy() for part in two_replicas.experimental_local_results(parts))
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-6)
    assert np.abs(first - second).max() > 0.1


@pytest.mark.slow
def test_xla_inside_replicas(two_replicas):
    single = compiled(WGANGP, discriminator_steps=2)
    fit(single)
    with two_replicas.scope():
        pair = compiled(WGANGP, discriminator_steps=2, jit_compile=True)
    fit(pair)
    np.testing.assert_allclose(pair.sample(4), single.sample(4), atol=1e-5)


def test_xla_inside_replicas_cannot_synchronize_statistics(two_replicas):
    with two_replicas.scope():
        model = GAN(dcgan.generator((16, 16), 1, 4, 2), dcgan.discriminator((16, 16), 1, 2), 4)
    with pytest.raises(ValueError, match="synchronized batch normalization"):
        model.compile(jit_compile=True)


class MovesBoth(GAN):
    @property
    def generator_side(self):
        return [self.generator, self.discriminator]


class TouchesD(GAN):
    def generator_losses(self, batch, generated):
        kernel = self.discriminator.trainable_variables[0]
        kernel.assign(kernel * 0.5)
        return super().generator_losses(batch, generated)


class Forgets(GAN):
    def __init__(self, generator, discriminator, latent_size=4, strength=1.0, **kwargs):
        super().__init__(generator, discriminator, latent_size, **kwargs)
        self.strength = strength

    def get_config(self):
        config = super().get_config()
        del config["strength"]
        return config


class NeverLearns(GAN):
    def generator_losses(self, batch, generated):
        return {"adversarial": ops.mean(ops.stop_gradient(generated["image"]))}


@pytest.mark.parametrize(
    ("scheme", "error", "match"),
    [
        (MovesBoth, AssertionError, "weights stand in both sides"),
        (TouchesD, AssertionError, "a generator update moves 1 weights of other networks"),
        (Forgets, AssertionError, r"constructor arguments \['strength'\] are not in get_config"),
        (NeverLearns, ValueError, "generator_losses: expected terms that depend on the weights"),
    ],
)
def test_run_scheme_test_catches_a_broken_scheme(scheme, error, match):
    with pytest.raises(error, match=match):
        run_scheme_test(lambda: scheme(*networks(), 4), {"image": POINTS})


def squashed(activation):
    image = keras.Input((2,), name="image")
    return keras.Model(image, keras.layers.Dense(1, activation=activation)(image), name="discriminator")


def test_what_is_refused():
    generator, discriminator = networks()
    with pytest.raises(ValueError, match="ending in sigmoid"):
        GAN(generator, squashed("sigmoid"), 4).compile()
    wide = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match=r"one logit a sample.*output \(None, 3\)"):
        GAN(generator, wide, 4).compile()
    with pytest.raises(ValueError, match="expected a discriminator that returns images"):
        BEGAN(generator, discriminator, 4).compile()
    with pytest.raises(ValueError, match="Unknown adversarial loss 'hingee'"):
        compiled(loss="hingee")
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one optimizer for each side"):
        compiled(generator_optimizer=adam, discriminator_optimizer=adam)
    with pytest.raises(
        ValueError, match="discriminator_steps: expected an integer of at least 1, received 0"
    ):
        compiled(discriminator_steps=0)
    with pytest.raises(ValueError, match="ema_decay"):
        compiled(ema_decay=1.5)
    with pytest.raises(ValueError, match="Make them equal"):
        GAN(generator, discriminator, 5)
    with pytest.raises(ValueError, match="Build both with one image size"):
        GAN(dcgan.generator((32, 32), 1, 4, 2), dcgan.discriminator((16, 16), 1, 2), 4)
    with pytest.raises(ValueError, match="a generator with an input named 'label'"):
        ConditionalGAN(generator, discriminator, 4)
    with pytest.raises(ValueError, match=r"received uint8. Convert with kgan.pictures.pixels.to_float"):
        fit(compiled(), (POINTS * 9).astype("uint8"))
    with pytest.raises(ValueError, match="expected 'image' in each batch, found"):
        fit(compiled(), {"picture": POINTS})
    with pytest.raises(ValueError, match="expected image, 1 of them, received 2 arrays"):
        compiled().fit(POINTS, np.zeros(64, "int32"), verbose=0)
    with pytest.raises(ValueError, match=r"loss_weights: expected terms among .* received \['cycle'\]"):
        fit(compiled(loss_weights={"cycle": 1.0}))
    with pytest.raises(ValueError, match="Use fit, which groups the data set"):
        compiled(discriminator_steps=2).train_on_batch(POINTS[:8])
    logs = compiled().train_on_batch(POINTS[:8], return_dict=True)
    assert logs["discriminator/adversarial"] > 0


@pytest.mark.parametrize(
    ("kind", "sizes", "fits"),
    [
        ("logit+classes", {"logit": 1, "classes": 3}, True),
        ("logit+features", {"logit": 1, "features": 3}, True),
        ("logit+features", {"logit": 1, "classes": 3}, False),
        ("logit+classes", {"logit": 2, "classes": 3}, False),
        ("logit+classes", {"logit": 1, "classes": 1}, False),
        ("logit", {"logit": 1, "classes": 3}, False),
        ("logit+classes", {"logit": 1}, False),
    ],
)
def test_outputs_of_two_parts_are_known_by_name(kind, sizes, fits):
    image = keras.Input((2,))
    network = keras.Model(image, {name: keras.layers.Dense(size)(image) for name, size in sizes.items()})
    if fits:
        check_output(network, kind, "Mine")
        return
    with pytest.raises(ValueError, match=r"Mine: expected a discriminator that returns .*logit"):
        check_output(network, kind, "Mine")


def test_an_unknown_kind_of_output_is_one_line():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(
        ValueError, match=r"expected discriminator_output among logit, patch, .* received 'x'"
    ):
        check_output(network, "x", "Mine")


def test_the_average_follows_what_is_kept_beside_the_weights():
    """Batch normalization's moving statistics belong to the averaged weights, not to the newest ones."""
    generator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2), keras.layers.BatchNormalization(momentum=0.5)]
    )
    model = GAN(generator, keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), latent_size=2)
    model.compile(ema_decay=0.9, jit_compile=False)
    followed = [variable.name for variable, _ in model.averaged]
    assert followed == ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"]
    averages = dict(zip(followed, (average for _, average in model.averaged)))
    latent = np.ones((1, 2), "float32")
    before = np.asarray(model(latent))
    averages["moving_mean"].assign([1.0, 2.0])
    moved = before - np.array([[1.0, 2.0]]) / np.sqrt(1.0 + generator.layers[-1].epsilon)
    np.testing.assert_allclose(model(latent), moved, atol=1e-5)
