"""What every layer promises: its config, its shape, any size, mixed precision, XLA, and a saved model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import layers

IMAGE, LABEL, MASK = (8, 6, 4), (), (8, 6, 1)
# layer, shapes of its inputs without batch, whether it takes images of any size
CASES = {
    "pixel_shuffle": (lambda **o: layers.PixelShuffle(2, **o), [IMAGE], True),
    "bicubic": (lambda **o: layers.BicubicUpsampling2D(3, **o), [IMAGE], True),
    "nearest": (lambda **o: layers.NearestUpsampling(2, **o), [IMAGE], True),
    "bilinear_doubling": (lambda **o: layers.BilinearDoubling(**o), [IMAGE], True),
    "batch": (lambda **o: layers.BatchNormalization(**o), [IMAGE], True),
    "instance": (lambda **o: layers.InstanceNormalization(**o), [IMAGE], True),
    "rowwise": (lambda **o: layers.RowwiseConv2D(3, 5, padding="same", **o), [IMAGE], True),
    "minibatch": (lambda **o: layers.MinibatchStandardDeviation(3, features=2, **o), [IMAGE], True),
    "reflection": (lambda **o: layers.ReflectionPadding2D(((1, 2), (0, 3)), **o), [IMAGE], True),
    "channelwise": (lambda **o: layers.ChannelwiseDense(**o), [IMAGE], False),
    "gated": (lambda **o: layers.GatedConv2D(5, 3, strides=2, activation="relu", **o), [IMAGE], True),
    "fourier": (lambda **o: layers.FourierUnit(5, **o), [IMAGE], True),
    "partial": (lambda **o: layers.PartialConv2D(5, 3, strides=2, **o), [IMAGE, MASK], True),
    "grouped": (lambda **o: layers.GroupedConv2D(6, 3, groups=2, **o), [IMAGE], True),
    "grid_sum": (lambda **o: layers.GridSum(**o), [IMAGE], False),
    "dropped_maps": (lambda **o: layers.DroppedMaps([0, 3], **o), [IMAGE], True),
    "positive_gradient": (lambda **o: layers.PositiveGradient(**o), [IMAGE], True),
    "smooth_fill": (lambda **o: layers.SmoothFill(2, 2, 3, **o), [IMAGE, MASK], True),
    "conditional_bn": (lambda **o: layers.ConditionalBatchNormalization(3, **o), [IMAGE, LABEL], True),
    "label_planes": (lambda **o: layers.LabelPlanes(3, **o), [IMAGE, LABEL], True),
    "label_embedding": (lambda **o: layers.LabelPlanes(3, 2, **o), [IMAGE, LABEL], True),
}


def values(shapes, batch=6, seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for shape in shapes:
        if shape == LABEL:
            made.append(rng.integers(0, 3, batch).astype("int32"))
        elif shape[-1] == 1:
            made.append((rng.random((batch, *shape)) > 0.4).astype("float32"))
        else:
            made.append(rng.normal(size=(batch, *shape)).astype("float32"))
    return made[0] if len(made) == 1 else made


def symbols(shapes, any_size=False):
    made = []
    for shape in shapes:
        if any_size and shape != LABEL:
            shape = (None, None, shape[-1])
        made.append(keras.Input(shape, dtype="int32" if shape == LABEL else "float32"))
    return made[0] if len(made) == 1 else made


@pytest.mark.parametrize("case", CASES)
def test_functional_saved_and_compiled(case, tmp_path):
    make, shapes, any_size = CASES[case]
    inputs = symbols(shapes, any_size)
    layer = make()
    model = keras.Model(inputs, layer(inputs))
    x = values(shapes)
    expected = keras.tree.map_structure(np.asarray, model(x))
    static = layer.compute_output_shape(
        [(6, *shape) for shape in shapes] if len(shapes) > 1 else (6, *shapes[0])
    )
    static = static if case == "partial" else [static]
    for value, shape in zip(keras.tree.flatten(expected), static, strict=True):
        assert value.shape == tuple(shape)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    compiled = tf.function(model, jit_compile=True)
    for other in (again(x), compiled(tf.nest.map_structure(tf.constant, x))):
        for one, two in zip(keras.tree.flatten(expected), keras.tree.flatten(other), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5)
    assert {k: v for k, v in make(name="a").get_config().items() if k != "dtype"} == {
        k: v
        for k, v in type(layer).from_config(make(name="a").get_config()).get_config().items()
        if k != "dtype"
    }


@pytest.mark.parametrize("case", CASES)
def test_a_batch_of_unknown_size_in_a_graph(case):
    make, shapes, _ = CASES[case]
    layer = make()
    specs = [tf.TensorSpec((None, *shape), tf.int32 if shape == LABEL else tf.float32) for shape in shapes]
    graph = tf.function(
        lambda *inputs: layer(inputs[0] if len(inputs) == 1 else list(inputs)), input_signature=specs
    )
    x = values(shapes)
    layer(x)
    for batch in (6, 1, 5):
        part = tf.nest.map_structure(lambda value, size=batch: tf.constant(value[:size]), x)
        outputs = graph(*part) if isinstance(part, list) else graph(part)
        for value, eager in zip(keras.tree.flatten(outputs), keras.tree.flatten(layer(part)), strict=True):
            np.testing.assert_allclose(value, eager, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_mixed_precision_stays_near_float32(case):
    make, shapes, _ = CASES[case]
    x = values(shapes)
    full, half = make(), make(dtype="mixed_bfloat16")
    expected = full(x)
    half(x)
    half.set_weights(full.get_weights())
    for one, two in zip(keras.tree.flatten(half(x)), keras.tree.flatten(expected), strict=True):
        assert one.dtype == "bfloat16"
        np.testing.assert_allclose(tf.cast(one, "float32"), two, atol=0.1, rtol=0.05)
