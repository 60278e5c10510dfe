"""Saved models load in a process that has built none."""

import keras
import pytest

from kgan.app.run import loading
from kgan.errors import UserError


def test_a_class_that_is_gone_is_named(tmp_path):
    @keras.saving.register_keras_serializable(package="test")
    class Gone(keras.layers.Dense):
        pass

    image = keras.Input((4,))
    keras.Model(image, Gone(2)(image)).save(tmp_path / "model.keras")
    del keras.saving.get_custom_objects()["test>Gone"]
    with pytest.raises(UserError, match=r"does not load \(Could not locate class 'Gone'\)$"):
        loading.load_model(tmp_path)
