"""Saved models load in a process that has built none."""

import subprocess
import sys
from pathlib import Path

import keras
import pytest

import kgan
from kgan.app.run import loading
from kgan.errors import UserError

# What `keras.saving` looks up by name is registered when its module is imported.
LOADED = """
import sys
from kgan import losses, penalties, schedules, schemes
first = set(sys.modules)
from kgan.app import loading
try:
    loading.load_model("nowhere")
except ValueError:
    pass
print(*first, "|", *sys.modules)
"""


def test_everything_that_a_model_may_hold_is_found():
    package = Path(kgan.__file__).parent
    registering = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in package.rglob("*.py")
        if "register_keras_serializable(" in path.read_text(encoding="utf-8")
    }
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    with_schemes, with_app = (set(part.split()) for part in done.stdout.split("|"))
    assert len(registering) > 20
    assert registering <= with_app
    # Metrics are not in a model's own room.
    assert {name for name in registering if not name.startswith("kgan.metrics.")} <= with_schemes


def test_a_class_that_is_gone_is_named(tmp_path):
    @keras.saving.register_keras_serializable(package="test")
    class Gone(keras.layers.Dense):
        pass

    image = keras.Input((4,))
    keras.Model(image, Gone(2)(image)).save(tmp_path / "model.keras")
    del keras.saving.get_custom_objects()["test>Gone"]
    with pytest.raises(UserError, match=r"does not load \(Could not locate class 'Gone'\)$"):
        loading.load_model(tmp_path)
