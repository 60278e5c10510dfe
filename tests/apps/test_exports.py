"""Exports of the four image apps: TensorFlow alone and OpenVINO alone give what `predict` gives."""

import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

from apps import cyclegan, inpainting, pix2pix, super_resolution
from kgan.export import check
from kgan.export.reference import SIZES
from kgan.export.savedmodel import export
from kgan.pictures import pixels

# Minutes; each app's export has quick tests of its own kind in tests/export.
pytestmark = pytest.mark.slow

TINY = {"width": 4, "xla": "off"}
# One process serves them all.
SERVE_ALL = f"""
import sys
code, folders = {check.SERVE!r}, sys.argv[1:]
for folder in folders:
    sys.argv = ["-c", folder, folder + "/{check.REFERENCE}", folder + "/answers.npz"]
    exec(code)
"""


def trained(model):
    """Weights as large as after training, so that images come out that are not grey."""
    random = np.random.default_rng(0)
    for network in model.generator_side:
        for weight in network.weights:
            if weight.name == "kernel":
                weight.assign(random.normal(0, np.prod(weight.shape[:-1]) ** -0.5, weight.shape))
            elif weight.name in ("bias", "beta", "moving_mean"):
                weight.assign(random.normal(0, 0.2, weight.shape))
        for layer in network.layers:
            if hasattr(layer, "sweeps"):
                layer.sweeps = 1  # the same operations, fewer of them to trace and convert
    for variable, average in model.averaged:
        average.assign(variable)
    return model


BUILT = {
    "super-resolution": lambda: super_resolution.Train(network="paper", blocks=1, **TINY).build_pixel(),
    "gated": lambda: inpainting.Train(**TINY).build(),
    "context-encoder": lambda: inpainting.Train(method="context-encoder", image_size="32x64", **TINY).build(),
    "pix2pix": lambda: pix2pix.Train(batch_size=1, channels=3, **TINY).build(),
    "cyclegan": lambda: cyclegan.Train(channels=3, blocks=1, **TINY).build(),
}
# The context encoder's fully connected layer fixes the one size; super-resolution compares small pictures.
EXPECTED_SIZES = {"context-encoder": [(32, 64)], "super-resolution": [(32, 32), (24, 40), (19, 27)]}
# Of each app, the signatures for bytes, by the input that `predict` calls them with.
DIRECTIONS = {"": None, "AtoB_": "a", "BtoA_": "b"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """For each app its model, its export, and what a process with TensorFlow alone makes of the reference."""
    folder, found = tmp_path_factory.mktemp("served"), {}
    for name, build in BUILT.items():
        keras.utils.set_random_seed(1)
        model = trained(build())
        found[name] = [model, export(model, folder / name)]
    command = [sys.executable, "-I", "-c", SERVE_ALL, *(str(target) for _, target in found.values())]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    for entry in found.values():
        with np.load(entry[1] / "answers.npz") as answers:
            entry.append(dict(answers))
    return found


def cases(model, target, prefix):
    """Of the signature for bytes, the reference inputs, as dicts of uint8 arrays, and what `predict` makes of them."""
    with np.load(target / check.REFERENCE) as archive:
        split = {tuple(entry.split("|")): archive[entry] for entry in archive.files}
    found = []
    for number in sorted({key[1] for key in split if key[0] == f"{prefix}uint8"}):
        key = (f"{prefix}uint8", number)
        given = {
            name: value for (*own, side, name), value in split.items() if (*own, side) == (*key, "input")
        }
        if prefix:
            floats = model.predict({name: pixels.to_float(value) for name, value in given.items()}, verbose=0)
            found.append((given, pixels.to_uint8(floats)))
        else:  # `export` has asked `predict`
            found.append((given, split[*key, "output", "image"]))
    return found


def openvino_alone(target, prefix, folder):
    """The signature for bytes as OpenVINO reads it: it knows the default one only, so this becomes that."""
    openvino = pytest.importorskip("openvino")
    from tensorflow.core.protobuf import saved_model_pb2

    shutil.copytree(target, folder)
    path = folder / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    signatures = saved.meta_graphs[0].signature_def
    signatures["serving_default"].CopyFrom(signatures[f"{prefix}uint8"])
    path.write_bytes(saved.SerializeToString())
    return openvino.compile_model(str(folder), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def directions(name):
    return list(DIRECTIONS) if name == "cyclegan" else [""]


@pytest.mark.parametrize("name", BUILT)
def test_bytes_and_files_through_tensorflow_alone(name, served):
    model, target, answers = served[name]
    for prefix in directions(name):
        found = cases(model, target, prefix)
        sizes = [next(iter(case.values())).shape[1:3] for case, _ in found]
        assert sizes == EXPECTED_SIZES.get(name, list(SIZES))
        for number, (_, expected) in enumerate(found):
            assert expected.std() > 10
            for form in ("uint8|{}|output|image", "png|{}|output|image_bytes"):
                # Another process may sum in another order: rounding tips over where a value lies between two levels.
                away = np.abs(answers[f"{prefix}{form.format(number)}"].astype(int) - expected)
                assert away.max() <= 1
                assert (away > 0).mean() < 1e-3


@pytest.mark.parametrize("name", BUILT)
def test_bytes_through_openvino_alone(name, served, tmp_path):
    model, target, _ = served[name]
    for prefix in directions(name)[-2:]:
        network = openvino_alone(target, prefix, tmp_path / f"served {prefix}")
        for case, expected in cases(model, target, prefix):
            (found,) = network(case).values()
            assert found.dtype == np.uint8
            # Rounding tips over where a value lies between two levels.
            away = np.abs(found.astype(int) - expected)
            assert away.max() <= 1
            assert (away > 0).mean() < 1e-3
            if "mask" in case:
                known = case["mask"][..., 0] < 128
                np.testing.assert_array_equal(found[known], case["image"][known])
