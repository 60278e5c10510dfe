"""`run_scheme_test`: what every scheme must show, in one call. For kgan's schemes and for yours."""

import inspect
import os
import tempfile

import keras
import numpy as np


def _weights(networks):
    return [keras.ops.convert_to_numpy(v).copy() for network in networks for v in network.trainable_variables]


def _moved(before, after):
    return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


def _same(first, second, what, tolerance=0.0):
    if set(first) != set(second):
        raise AssertionError(f"{what}: other variables, {sorted(set(first) ^ set(second))[:3]}")
    worst = max(first, key=lambda name: np.max(np.abs(first[name] - second[name]), initial=0))
    difference = np.max(np.abs(first[worst].astype("float64") - second[worst]), initial=0)
    if difference > tolerance:
        raise AssertionError(f"{what}: {worst} differs by {difference:.2e}, more than {tolerance:.0e}")


def run_scheme_test(
    make, data, compile_arguments=None, batch_size=4, strategy=None, tolerance=1e-6, xla=True
):
    """Check one adversarial scheme on tiny networks.

    1. Its config gives an equal model, each constructor argument included.
    2. Each side's update moves the weights of its own networks, and nobody else's.
    3. `fit` gives finite logs that are its terms.
    4. Saved as `.keras`, loaded and trained on, it makes the same next step, bit for bit.
    5. `predict` is deterministic, and an export gives the same output (1e-5).
    6. With XLA and without, the terms agree.
    7. Two replicas end where one ends, if a strategy is given.

    Args:
        make: callable without arguments that builds the scheme; called several times, each time after
            `keras.utils.set_random_seed(1)`. What breaks equality between replicas (dropout, an image pool)
            must be off in it.
        data: dict of arrays by batch key, at least three batches long.
        compile_arguments: for `compile`.
        batch_size: samples a batch, even if a strategy is given.
        strategy: a `tf.distribute` strategy with two replicas, or None.
        tolerance: of the replica comparison.
        xla: whether to compare with XLA.

    Raises:
        AssertionError: which of these does not hold, and by how much.
    """
    arguments = dict(compile_arguments or {})

    def compiled(**extra):
        keras.utils.set_random_seed(1)
        model = make()
        model.compile(**{"jit_compile": False, **arguments, **extra})
        return model

    def fit(model, epochs=1):
        steps = {key: value[: 3 * batch_size * model.batches_per_step] for key, value in data.items()}
        repeat = -(-3 * batch_size * model.batches_per_step // len(next(iter(steps.values()))))
        steps = {key: np.concatenate([value] * repeat) for key, value in steps.items()}
        return model.fit(steps, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0).history

    model = compiled()
    _check_config(model)
    first = {key: keras.ops.convert_to_tensor(value[:batch_size]) for key, value in data.items()}
    _check_sides(model, first)

    model = compiled()
    history = fit(model)
    bad = [name for name, values in history.items() if not np.all(np.isfinite(values))]
    if bad or not any("/" in name for name in history):
        raise AssertionError(f"fit: expected finite terms, found {bad or sorted(history)}")
    trained = _saved(model)
    if xla:
        compiled_logs = fit(compiled(jit_compile=True))
        for name, values in history.items():
            close = np.allclose(values, compiled_logs[name], rtol=1e-3, atol=1e-4)
            if not close and "accuracy" not in name:  # an accuracy jumps where a logit is near the threshold
                raise AssertionError(f"XLA: {name} is {compiled_logs[name]}, without XLA {values}")
    if strategy is not None:
        with strategy.scope():
            pair = compiled()
        fit(pair)
        _same(trained, _saved(pair), "two replicas", tolerance)
    _check_saving(model, fit)
    _check_export(model, batch_size)


def _check_config(model):
    config = model.get_config()
    lost = set(inspect.signature(type(model).__init__).parameters) - {"self", "kwargs", *config}
    if lost:
        raise AssertionError(f"config: constructor arguments {sorted(lost)} are not in get_config")
    twin = type(model).from_config(
        keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(config))
    )
    again = keras.saving.serialize_keras_object(twin.get_config())
    first = keras.saving.serialize_keras_object(config)
    if first != again:
        differing = [name for name in first if first[name] != again.get(name)]
        raise AssertionError(f"config: {differing} did not survive get_config and from_config")


def _check_sides(model, batch):
    model.game.learn_names({key: keras.KerasTensor(value.shape, value.dtype) for key, value in batch.items()})
    networks = model.networks
    sides = [{id(v) for v in model.side_variables(side)} for side in ("discriminator", "generator")]
    if sides[0] & sides[1]:
        raise AssertionError(
            f"sides: {len(sides[0] & sides[1])} weights stand in both sides; either would move them"
        )
    for side in ("discriminator", "generator"):
        own = getattr(model, f"{side}_side")
        if not own:
            continue
        others = [network for network in networks if all(network is not mine for mine in own)]
        before, before_others = _weights(own), _weights(others)
        with model.learning():
            forward = model.forward(batch)
            if side == "discriminator":
                model.discriminator_update(batch, forward.generated)
            else:
                model.generator_update(batch, forward)
        moved, moved_others = _moved(before, _weights(own)), _moved(before_others, _weights(others))
        if not any(moved):
            raise AssertionError(f"sides: a {side} update moves no weight of the {side} side")
        if any(moved_others):
            raise AssertionError(
                f"sides: a {side} update moves {sum(moved_others)} weights of other networks"
            )


def _check_saving(model, fit):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        twin = keras.saving.load_model(path)
    _same(*map(_saved, (model, twin)), "saved and loaded")
    fit(model)
    fit(twin)
    _same(*map(_saved, (model, twin)), "trained on after loading")


def _saved(model):
    return {name: value for name, value in model.state().items() if not name.startswith("mean|")}


def _check_export(model, batch_size):
    inputs = {}
    random = np.random.default_rng(0)
    for name, spec in model.input_signature.items():
        shape = [batch_size, *(16 if size is None else size for size in spec.shape[1:])]
        integers = "int" in keras.backend.standardize_dtype(spec.dtype)
        inputs[name] = np.zeros(shape, "int32") if integers else random.normal(size=shape).astype("float32")
    expected = model.predict(inputs, verbose=0)
    outputs = map(keras.tree.flatten, (expected, model.predict(inputs, verbose=0)))
    if any(np.any(a != b) for a, b in zip(*outputs, strict=True)):
        raise AssertionError("predict: two calls on the same input differ")
    with tempfile.TemporaryDirectory() as folder:
        archive = keras.export.ExportArchive()
        archive.track(model)
        archive.add_endpoint("serve", model.__call__, input_signature=[model.input_signature])
        archive.write_out(folder, verbose=False)
        serve = keras.layers.TFSMLayer(folder, call_endpoint="serve")
        served = serve({name: keras.ops.convert_to_tensor(value) for name, value in inputs.items()})
    for a, b in zip(keras.tree.flatten(expected), keras.tree.flatten(served), strict=True):
        difference = np.max(np.abs(a - keras.ops.convert_to_numpy(b)))
        if difference > 1e-5:
            raise AssertionError(f"export: differs from predict by {difference:.2e}")
