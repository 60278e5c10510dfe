"""Callbacks on a stand-in model: what they write, what they say, when they stop."""

import csv
import io
import time

import keras
import numpy as np
import pytest
from PIL import Image

from kgan import callbacks
from kgan.callbacks import (
    CollapseWatch,
    Every,
    History,
    NaNGuard,
    Progress,
    Recording,
    SampleGrid,
    Sparing,
    recording,
)


class Model:
    """What callbacks ask of a model."""

    def __init__(self, spread=1.0):
        self.steps = 30
        self.spread = spread
        self.trainable_variables = [keras.Variable(np.ones(3, np.float32), name="kernel")]

    def sample(self, count, seed, label=None):
        return self.spread * np.random.default_rng(seed).uniform(-1, 1, (count, 8, 8, 1)).astype(np.float32)


def with_model(callback, model=None):
    callback.set_model(model or Model())
    return callback


def test_sample_grid_writes_a_picture_named_after_the_step(tmp_path):
    grid = with_model(SampleGrid(tmp_path / "samples"))
    grid.on_epoch_end(0, {})
    assert grid.path == tmp_path / "samples" / "step-000000030.png"
    with Image.open(grid.path) as picture:
        assert picture.size == grid.size


def test_sample_grid_takes_what_draw_gives(tmp_path):
    pixels = np.zeros((6, 8, 16, 3), np.uint8)
    grid = with_model(SampleGrid(tmp_path, draw=lambda model: (pixels, None, 3)))
    grid.record({})
    # 8x16 pixels are enlarged four times, three a row, with a gap of two around each.
    assert grid.size == (2 + 3 * (64 + 2), 2 + 2 * (32 + 2))


def test_diversity_is_logged_beside_the_datas():
    data = np.random.default_rng(5).uniform(-1, 1, (40, 8, 8, 1)).astype(np.float32)
    logs = {}
    with_model(CollapseWatch(data)).record(logs)
    # Uniform in [-1, 1]: two values differ by 2/3 in the mean square.
    assert logs["diversity/data"] == pytest.approx(np.sqrt(64 * 2 / 3), rel=0.02)
    assert logs["diversity/samples"] == pytest.approx(np.sqrt(64 * 2 / 3), rel=0.02)


def test_diversity_is_measured_within_labels():
    labels = np.arange(20) % 2
    data = np.ones((20, 8, 8, 1), np.float32) * labels[:, None, None, None]
    assert CollapseWatch(data, labels).data_diversity == 0.0
    assert CollapseWatch(data).data_diversity > 1.0


def test_collapse_is_told_once_and_only_after_a_fall():
    data = np.random.default_rng(5).uniform(-1, 1, (40, 8, 8, 1)).astype(np.float32)
    said, model = [], Model(spread=0.01)
    watch = with_model(CollapseWatch(data, say=said.append), model)
    watch.record({})
    assert said == []
    for spread in (1.0, 0.1, 0.1):
        model.spread = spread
        watch.record({})
    assert len(said) == 1
    assert said[0].startswith("Step 30: ")
    assert "collapsing" in said[0]


@pytest.mark.parametrize("value", [np.nan, np.inf, np.array([1.0, np.nan])])
def test_nan_stops_within_ten_steps(value):
    guard = with_model(NaNGuard())
    guard.on_train_batch_end(9, {"generator/adversarial": value})
    with pytest.raises(
        callbacks.TrainingDiverged, match=r"found NaN .* in generator/adversarial by step 30; try"
    ):
        guard.on_train_batch_end(10, {"generator/adversarial": value})


def test_nan_in_a_weight_stops_before_anything_is_kept():
    model = Model()
    guard = with_model(NaNGuard(), model)
    guard.record({"generator/adversarial": 1.0, "generator/gradient_norm": np.inf})
    model.trainable_variables[0].assign([1.0, np.nan, 1.0])
    with pytest.raises(callbacks.TrainingDiverged, match="the weight kernel"):
        guard.record({"generator/adversarial": 1.0})


def test_history_is_written_whole_each_time(tmp_path):
    rows = [{"step": 10, "loss": 1.0}]
    history = with_model(History(tmp_path / "history.csv", rows))
    history.record({"loss": 0.5, "diversity/samples": np.float32(0.25)})
    with open(tmp_path / "history.csv", newline="") as stream:
        assert list(csv.DictReader(stream)) == [
            {"step": "10", "loss": "1.0", "diversity/samples": ""},
            {"step": "30", "loss": "0.5", "diversity/samples": "0.25"},
        ]


class Counting(Recording):
    def __init__(self):
        super().__init__()
        self.seen = []

    def record(self, logs):
        self.seen.append(dict(logs))
        logs["counted"] = len(self.seen)


class Clock:
    """Time that passes when it is told to, however busy the machine is."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    stopped = Clock()
    monkeypatch.setattr(recording, "time", stopped)
    return stopped


def test_every_records_at_epoch_ends_and_within_long_epochs(clock):
    first, second = Counting(), Counting()
    every = with_model(Every([first, second], seconds=0.05))
    every.on_train_batch_end(0, {"loss": 1.0})
    assert first.seen == []
    every.on_epoch_end(0, {"loss": 2.0})
    clock.sleep(0.06)
    every.on_train_batch_end(1, {"loss": 3.0})
    every.on_train_batch_end(2, {"loss": 4.0})
    assert first.seen == [{"loss": 2.0}, {"loss": 3.0}]
    assert second.seen == [{"loss": 2.0, "counted": 1}, {"loss": 3.0, "counted": 2}]


def test_what_costs_time_rests(clock):
    class Slow(Sparing):
        times = 0

        def now(self, logs):
            self.times += 1
            clock.sleep(0.02)

    slow = Slow(share=0.1)
    for _ in range(4):
        slow.record({})
    # The first time may have been slow because it was the first; after the second it rests for nine times as long.
    assert slow.times == 2
    clock.sleep(0.17)
    slow.record({})
    assert slow.times == 2
    clock.sleep(0.02)
    slow.record({})
    assert slow.times == 3


def progress_lines(**settings):
    stream = io.StringIO()
    progress = with_model(Progress(stream=stream, interval=0.0, **settings))
    progress.on_train_begin()
    for batch in range(3):
        time.sleep(0.01)
        progress.on_train_batch_end(batch, {"generator/adversarial": 1.5, "discriminator/r1": 2.0})
    progress.close()
    return stream.getvalue().splitlines()


def test_progress_tells_share_losses_and_time_left():
    lines = progress_lines(total=4, done=1, name="pixel")
    assert lines[0] == "pixel  75%  step 30  generator 1.500  0 s left"
    assert lines[-1].startswith("pixel 100%")
    assert lines[-1].endswith("0 s left")


def test_progress_on_a_terminal_is_a_bar():
    stream = io.StringIO()
    stream.isatty = lambda: True
    progress = with_model(Progress(total=2, stream=stream))
    for _ in range(2):
        # `fit` is called twice where an epoch is finished first; the bar stays one.
        progress.on_train_begin()
        progress.on_train_batch_end(0, {"generator/adversarial": 1.5})
    progress.close()
    text = stream.getvalue()
    assert "train: " in text
    assert " 50%|" in text
    assert "100%|" in text
    assert "| step 30  generator 1.500" in text
    assert text.endswith("\n")


def test_progress_says_nothing_in_a_quiet_run():
    assert progress_lines(total=5, quiet=True) == []


def test_C12_progress_never_says_more_than_all_of_it():
    lines = progress_lines(total=2, name="train")
    assert lines[-1].startswith("train 100%")


def test_C12_a_log_file_gets_an_estimate_and_the_end_whatever_the_interval():
    stream = io.StringIO()
    progress = with_model(Progress(total=3, stream=stream, interval=1e9))
    progress.on_train_begin()
    for batch in range(3):
        progress.on_train_batch_end(batch, {})
    lines = stream.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["67%", "100%"]
    assert all(line.endswith(" left") for line in lines)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5300, "88 min"), (12000, "3 h 20 min")]
)
def test_durations(seconds, words):
    assert callbacks.duration(seconds) == words


def test_tensorboard_files_hold_scalars_and_pictures(tmp_path):
    import tensorflow as tf

    grid = with_model(SampleGrid(tmp_path / "samples"))
    grid.record({})
    log = with_model(callbacks.TensorBoardLog(tmp_path / "events", grid))
    log.record({"generator/adversarial": 0.5})
    (path,) = (tmp_path / "events").iterdir()
    values = {}
    for record in tf.data.TFRecordDataset(str(path)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            values[value.tag] = (
                event.step,
                value.metadata.plugin_data.plugin_name,
                tf.make_ndarray(value.tensor),
            )
    step, plugin, scalar = values["generator/adversarial"]
    assert (step, plugin, float(scalar)) == (30, "scalars", 0.5)
    assert values["samples"][1] == "images"
    shown, kept = (Image.open(png) for png in (io.BytesIO(values["samples"][2][2]), grid.path))
    np.testing.assert_array_equal(shown, kept.convert("RGB"))


def test_they_work_in_an_ordinary_fit(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile("sgd", "mse", jit_compile=False)
    model.steps = model.optimizer.iterations
    history = History(tmp_path / "history.csv")
    model.fit(np.ones((8, 4)), np.ones(8), epochs=2, verbose=0, callbacks=[NaNGuard(), history])
    assert [sorted(row) for row in history.rows] == [["loss", "step"]] * 2
    assert [row["step"] for row in history.rows] == [1, 2]
    assert history.rows[1]["loss"] < history.rows[0]["loss"]
