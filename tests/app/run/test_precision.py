"""`--precision auto` takes what is faster here, says so, and keeps what a run began with."""

import json
import types

import keras
import pytest

from kgan.app.run import precision


def training(tmp_path, **given):
    said = []
    values = {"precision": "auto", "overwrite": False, "run": str(tmp_path / "run"), "say": said.append}
    return types.SimpleNamespace(**values | given, said=said)


@pytest.mark.parametrize(
    ("half", "chosen"), [(0.020, "mixed_bfloat16"), (0.039, "float32"), (0.200, "float32")]
)
def test_the_faster_one_by_a_tenth_or_more_is_taken_and_both_are_told(half, chosen, tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "tried", lambda: {"float32": 0.040, "mixed_bfloat16": half})
    one = training(tmp_path)
    assert precision.resolved(one) == chosen
    (line,) = one.said
    assert line.startswith(f"--precision auto: {chosen} (")
    assert "float32 40 ms" in line
    assert f"mixed_bfloat16 {1000 * half:.0f} ms" in line


def test_a_run_goes_on_as_it_began_and_a_named_precision_is_taken(tmp_path, monkeypatch):
    def never():
        raise AssertionError("nothing is to be tried")

    monkeypatch.setattr(precision, "tried", never)
    assert precision.resolved(training(tmp_path, precision="mixed_float16")) == "mixed_float16"
    (tmp_path / "run").mkdir()
    begun = {"app": "a", "settings": {"precision": "mixed_bfloat16"}, "data": {}}
    (tmp_path / "run" / "config.json").write_text(json.dumps(begun))
    assert precision.resolved(training(tmp_path)) == "mixed_bfloat16"


def test_the_trial_times_both_and_leaves_the_policy(monkeypatch):
    monkeypatch.setattr(precision, "BATCH", 1)
    monkeypatch.setattr(precision, "SIDE", 8)
    monkeypatch.setattr(precision, "WIDTH", 2)
    before = keras.config.dtype_policy().name
    seconds = precision.tried()
    assert set(seconds) == {"float32", "mixed_bfloat16"}
    assert all(value > 0 for value in seconds.values())
    assert keras.config.dtype_policy().name == before
