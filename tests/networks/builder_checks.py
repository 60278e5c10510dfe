"""What every builder's test asks of a tiny network: shapes, names, dtypes, a round trip through a file."""

import keras
import numpy as np


def inputs_for(model: keras.Model, batch: int = 2, side: int = 32) -> dict | np.ndarray:
    """Random inputs that fit the model; unknown sides become `side`."""
    random = np.random.default_rng(0)

    def draw(tensor):
        shape = [batch, *(side if length is None else length for length in tensor.shape[1:])]
        if "int" in tensor.dtype:
            return random.integers(0, 2, shape).astype("int32")
        return random.normal(size=shape).astype("float32")

    if isinstance(model.input, dict):
        return {name: draw(tensor) for name, tensor in model.input.items()}
    return draw(model.input)


def check_builder(build, path, expected_shape, name: str, side: int = 32) -> keras.Model:
    """`build()` twice: once in float32 with a save and a load, once under mixed precision."""
    keras.utils.set_random_seed(1)
    model = build()
    assert model.name == name
    inputs = inputs_for(model, side=side)
    output = np.asarray(model(inputs, training=False))
    assert output.shape == (2, *expected_shape)
    assert output.dtype == np.float32
    assert np.isfinite(output).all()
    file = path / "network.keras"
    model.save(file)
    loaded = keras.saving.load_model(file)
    np.testing.assert_allclose(np.asarray(loaded(inputs, training=False)), output, atol=1e-6)
    again = model.__class__.from_config(model.get_config())
    assert again.count_params() == model.count_params()

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = build()
        assert keras.backend.standardize_dtype(mixed(inputs, training=False).dtype) == "float32"
        assert all(v.dtype == "float32" for v in mixed.trainable_variables)
    finally:
        keras.config.set_dtype_policy(before)
    return model


def trainable_count(model: keras.Model) -> int:
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
