"""`--init-from`: which of a trained model's weights a new one starts from."""

import keras
import numpy as np
import pytest

from kgan import SRGAN, SuperResolution
from kgan.app.run.session import initialise


def network(name, *layers):
    image = keras.Input((8, 8, 1), name="image")
    return keras.Model(image, keras.Sequential([*layers, keras.layers.Conv2D(1, 1)])(image), name=name)


def against_a_judge():
    made = SRGAN(network("generator"), network("discriminator", keras.layers.Conv2D(2, 8)))
    made.compile(ema_decay=0.9, jit_compile=False)
    return made


def averaged(model, value):
    """The model, its moving average set to a value that no weight has."""
    for _, average in model.averaged:
        average.assign(keras.ops.full(average.shape, value))
    return model


@pytest.mark.parametrize("opponent", [False, True])
def test_alone_from_the_average_and_with_an_opponent_from_where_both_stood(opponent, tmp_path):
    if opponent:
        trained = against_a_judge()
    else:
        trained = SuperResolution(network("generator"))
        trained.compile(ema_decay=0.9, jit_compile=False)
    averaged(trained, 0.25).save(tmp_path / "model.keras")
    new = against_a_judge()
    initialise(new, tmp_path / "model.keras")
    for found, raw in zip(new.generator.get_weights(), trained.generator.get_weights()):
        np.testing.assert_array_equal(found, raw if opponent else np.full_like(raw, 0.25))
    for variable, average in new.averaged:
        np.testing.assert_array_equal(variable, average)
