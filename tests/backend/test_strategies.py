"""Which devices train together: what `auto` comes to, and what several workers need."""

import json

import pytest
import tensorflow as tf

from kgan.backend import local_array, strategies


def workers(count, kind="worker"):
    task = {"cluster": {kind: [f"10.0.0.{n}:2222" for n in range(count)]}, "task": {"type": kind, "index": 0}}
    return json.dumps(task)


@pytest.mark.parametrize(
    ("configured", "gpus", "expected"),
    [
        (None, 0, "none"),
        (None, 1, "none"),
        (None, 2, "mirrored"),
        (workers(1), 2, "mirrored"),
        (workers(2), 0, "multi-worker"),
        (workers(2), 4, "multi-worker"),
    ],
)
def test_auto_takes_what_there_is(configured, gpus, expected, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if configured:
        monkeypatch.setenv("TF_CONFIG", configured)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind] * gpus)
    assert strategies.resolved("auto") == expected
    assert strategies.resolved("mirrored") == "mirrored"


def test_several_workers_need_names(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ValueError, match="TF_CONFIG"):
        strategies.resolved("multi-worker")
    with pytest.raises(ValueError, match="expected one of auto, none, mirrored, multi-worker"):
        strategies.strategy("many")
    assert strategies.is_chief(tf.distribute.get_strategy())


def test_a_local_array_is_a_copy():
    import keras

    variable = keras.Variable([1.0, 2.0])
    found = local_array(variable)
    variable.assign([3.0, 4.0])
    assert found.tolist() == [1.0, 2.0]
