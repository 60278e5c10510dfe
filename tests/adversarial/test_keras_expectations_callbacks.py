"""Keras's own expectations, callback by callback: what its stock callbacks do to any model they do to these."""

import csv
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.adversarial import keras_table

EPOCHS = 3
# A callback sees the loop, never what a batch holds: a scheme of several turns a step shows it.
CASES = [
    pytest.param(name, marks=[] if name == "WGANGP" else [pytest.mark.slow]) for name in keras_table.SCHEMES
]


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """(model without a graph to trace, its arrays, its state before training): one for all callbacks of a scheme."""
    name = request.param
    model = keras_table.made(name, run_eagerly=True)
    arrays = keras_table.data(name)
    model.fit(arrays, batch_size=8, epochs=1, verbose=0, validation_data=(arrays, None), shuffle=False)
    model.reset_metrics()
    return model, arrays, model.state()


@pytest.fixture
def fit(case):
    """Trains from the start, `fit(*callbacks)`; Keras must not warn."""
    model, arrays, start = case

    def run(*callbacks, restart=True, **options):
        if restart:
            model.restore(start)
        model._initial_epoch = None  # Keras leaves it where BackupAndRestore has set it.
        options = {"epochs": EPOCHS, "batch_size": 8, "verbose": 0, "shuffle": False, **options}
        options.setdefault("validation_data", (arrays, None))
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return model.fit(options.pop("x", arrays), callbacks=list(callbacks), **options)

    run.model, run.arrays = model, arrays
    return run


class Crash(keras.callbacks.Callback):
    """The plug pulled in the middle of the second epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if self.seen and batch == 1:
            raise KeyboardInterrupt

    def on_epoch_end(self, epoch, logs=None):
        self.seen = True

    seen = False


def test_K3_backup_and_restore_goes_on(fit, tmp_path):
    fit(validation_data=None)
    whole = keras_table.weights(fit.model)
    backup = lambda: keras.callbacks.BackupAndRestore(tmp_path / "backup")  # noqa: E731
    with pytest.raises(KeyboardInterrupt):
        fit(backup(), Crash(), validation_data=None)
    history = fit(backup(), validation_data=None)
    assert history.epoch == [1, 2]
    keras_table.assert_same(whole, keras_table.weights(fit.model))


def test_K4_early_stopping_on_its_default_monitor(fit):
    stopper = keras.callbacks.EarlyStopping(patience=1, min_delta=1e9, restore_best_weights=True)
    assert fit(stopper).epoch == [0, 1]
    assert stopper.monitor == "val_loss"


def test_K4_terminate_on_nan_stops_at_once(fit):
    broken = {key: np.full_like(value, np.nan) for key, value in fit.arrays.items()}
    history = fit(keras.callbacks.TerminateOnNaN(), x=broken, validation_data=None)
    assert history.epoch == [0]
    assert np.isnan(history.history["loss"][0])


def test_K4_model_checkpoint_keeps_the_best_of_its_default_monitor(fit, tmp_path):
    path = tmp_path / "{epoch}.keras"
    history = fit(keras.callbacks.ModelCheckpoint(path, save_best_only=True)).history["val_loss"]
    best = [epoch for epoch in range(EPOCHS) if history[epoch] < min([np.inf, *history[:epoch]])]
    assert sorted(file.stem for file in tmp_path.iterdir()) == [str(epoch + 1) for epoch in best]
    if best[-1] == EPOCHS - 1:
        loaded = keras.saving.load_model(tmp_path / f"{EPOCHS}.keras")
        keras_table.assert_same(keras_table.weights(fit.model), keras_table.weights(loaded))


def test_model_checkpoint_of_weights_every_few_batches(fit, tmp_path):
    path = tmp_path / "latest.weights.h5"
    fit(keras.callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=2), validation_data=None)
    trained = keras_table.weights(fit.model)
    fit.model.set_weights([np.zeros_like(value) for value in trained])
    fit.model.load_weights(path)
    keras_table.assert_same(trained, keras_table.weights(fit.model))


def test_K4_reduce_learning_rate_on_plateau_moves_both_sides(fit):
    plateau = keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=1e9, factor=0.5)
    logs = fit(plateau).history
    for side in ("discriminator", "generator"):
        np.testing.assert_allclose(logs[f"learning_rate_{side}"], [0.1, 0.1, 0.05])
    assert float(fit.model.optimizer.learning_rate) == pytest.approx(0.025)


def test_learning_rate_scheduler_moves_both_sides(fit):
    logs = fit(keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)).history
    for side in ("discriminator", "generator"):
        np.testing.assert_allclose(logs[f"learning_rate_{side}"], [0.05, 0.025, 0.0125])


def test_tensorboard_writes_every_log(fit, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=1, update_freq=1, write_steps_per_second=True
    )
    logs = fit(board).history
    written = EventAccumulator(str(tmp_path / "train"), {"tensors": 0}).Reload()
    tags = set(written.Tags()["tensors"])
    assert {f"epoch_{name}" for name in logs if not name.startswith("val_")} <= tags
    assert {"epoch_learning_rate_discriminator", "epoch_learning_rate_generator"} <= tags
    values = [float(tf.make_ndarray(event.tensor_proto)) for event in written.Tensors("epoch_loss")]
    np.testing.assert_allclose(values, logs["loss"], rtol=1e-6)
    assert [event.step for event in written.Tensors("epoch_loss")] == [0, 1, 2]
    validation = EventAccumulator(str(tmp_path / "validation"), {"tensors": 0}).Reload()
    assert "epoch_loss" in validation.Tags()["tensors"]


def test_csv_logger_has_a_column_for_every_log(fit, tmp_path):
    logs = fit(keras.callbacks.CSVLogger(tmp_path / "log.csv")).history
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"epoch", *logs}
    for name, values in logs.items():
        np.testing.assert_allclose([float(row[name]) for row in rows], values, rtol=1e-6)


def test_lambda_callback_hears_of_everything(fit):
    heard = []
    hear = {
        name: (lambda *args, name=name: heard.append(name))
        for name in ("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end")
    }
    batches = []
    fit(
        keras.callbacks.LambdaCallback(
            **hear, on_train_batch_end=lambda batch, logs: batches.append((batch, float(logs["loss"])))
        ),
        epochs=2,
    )
    assert heard == ["on_train_begin", *["on_epoch_begin", "on_epoch_end"] * 2, "on_train_end"]
    steps = 4 // fit.model.batches_per_step
    assert [batch for batch, _ in batches] == list(range(steps)) * 2
    assert np.all(np.isfinite([loss for _, loss in batches]))


@pytest.mark.parametrize("verbose", [1, 2])
def test_progress_bar_shows_the_loss(fit, capsys, verbose):
    fit(verbose=verbose, epochs=1)
    shown = capsys.readouterr().out
    assert "loss: " in shown
    assert "val_loss: " in shown


def test_a_list_of_callbacks_of_ones_own(fit):
    history = keras.callbacks.History()
    callbacks = keras.callbacks.CallbackList([history], model=fit.model, epochs=EPOCHS, steps=1)
    fit.model.fit(fit.arrays, batch_size=8, epochs=1, verbose=0, callbacks=callbacks)
    assert history.epoch == [0]


@pytest.mark.parametrize("name", ["GAN", pytest.param("WGANGP", marks=pytest.mark.slow)])
def test_swap_ema_weights(name):
    """Keras's average, by NumPy: a = m a + (1 - m) w after each update, w at the first."""
    momentum, seen, kept = 0.5, [], {}
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.1, "use_ema": True, "ema_momentum": momentum}}
    model = keras_table.made(name, generator_optimizer=sgd)
    arrays = keras_table.data(name)
    generator = lambda: [np.array(v) for v in model.generator.trainable_variables]  # noqa: E731

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(generator())

        def on_test_begin(self, logs=None):
            kept["test"] = generator()

        def on_epoch_end(self, epoch, logs=None):
            kept["after"] = generator()

    swap = keras.callbacks.SwapEMAWeights()
    model.fit(
        arrays,
        batch_size=8,
        verbose=0,
        shuffle=False,
        callbacks=[swap, Watch()],
        validation_data=(arrays, None),
    )
    average = seen[0]
    for weights in seen[1:]:
        average = [momentum * a + (1 - momentum) * w for a, w in zip(average, weights)]
    keras_table.assert_same(kept["test"], average, 1e-6)
    keras_table.assert_same(kept["after"], seen[-1], 1e-6)
    keras_table.assert_same(generator(), average, 1e-6)
