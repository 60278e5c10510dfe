"""An export through TensorFlow's C API, whose loader is TensorFlow Serving's: no Python where it serves."""

import io
import shutil
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan import ConditionalGAN, Pix2Pix
from kgan.export.check import REFERENCE
from kgan.export.savedmodel import export
from kgan.networks import mlp, patchgan, translation_resnet

pytestmark = pytest.mark.slow
SOURCE = Path(__file__).parents[2] / "benchmarks" / "serving" / "predict.c"
TYPES = {"float32": "float", "uint8": "uint8", "int32": "int32"}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    library, made = Path(tf.sysconfig.get_lib()), tmp_path_factory.mktemp("program") / "predict"
    libraries = [str(next(library.glob(f"libtensorflow_{name}.so*"))) for name in ("cc", "framework")]
    search = [f"-Wl,-rpath,{library}", "-Wl,--allow-shlib-undefined"]
    command = [compiler, str(SOURCE), "-o", str(made), f"-I{tf.sysconfig.get_include()}", *libraries, *search]
    subprocess.run(command, check=True)
    return made


class Asked:
    """One export, asked through the program."""

    def __init__(self, program, folder, temporary):
        from tensorflow.core.protobuf import saved_model_pb2

        saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
        self.signatures = saved.meta_graphs[0].signature_def
        self.program, self.folder, self.temporary = program, folder, temporary
        with np.load(folder / REFERENCE) as archive:
            self.reference = {name: archive[name] for name in archive.files}

    def __call__(self, signature, output, **inputs):
        definition, words = self.signatures[signature], []
        for name, value in inputs.items():
            path = self.temporary / f"{name}.raw"
            path.write_bytes(value if isinstance(value, bytes) else value.tobytes())
            kind, shape = (
                ("string", (1,)) if isinstance(value, bytes) else (TYPES[value.dtype.name], value.shape)
            )
            words += [*definition.inputs[name].name.split(":"), kind, ",".join(map(str, shape)), str(path)]
        answer = self.temporary / "answer.raw"
        target = [*definition.outputs[output].name.split(":"), str(answer)]
        done = subprocess.run(
            [str(self.program), str(self.folder), *target, *words],
            capture_output=True,
            text=True,
            env={"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        assert done.returncode in (0, 3), done.stderr
        return answer.read_bytes() if done.returncode == 0 else done.stderr

    def case(self, signature, side, number=0):
        return {
            name.split("|")[3]: value
            for name, value in self.reference.items()
            if name.startswith(f"{signature}|{number}|{side}|")
        }


def test_noise_seeds_and_labels(program, tmp_path):
    shared = {"image_size": (8, 12), "channels": 3, "width": 8, "depth": 1, "classes": 3}
    networks = mlp.generator(**shared, latent_size=4), mlp.discriminator(**shared)
    ask = Asked(
        program, export(ConditionalGAN(*networks, latent_size=4, classes=3), tmp_path / "glyphs"), tmp_path
    )
    for signature, dtype in (
        ("serving_default", "float32"),
        ("generate", "float32"),
        ("generate_uint8", "uint8"),
    ):
        expected = ask.case(signature, "output")["image"]
        found = np.frombuffer(ask(signature, "image", **ask.case(signature, "input")), dtype).reshape(
            expected.shape
        )
        assert np.abs(found.astype(float) - expected).max() <= (1 if dtype == "uint8" else 1e-4)
    refused = ask("generate", "image", seed=np.array([1], np.int32), label=np.array([3], np.int32))
    assert refused.count("label: expected 0 to 2, received") == 2


def test_files_and_floats_of_any_size(program, tmp_path):
    keras.utils.set_random_seed(1)
    generator = translation_resnet.generator(channels=3, source_channels=3, width=4, blocks=1)
    model = Pix2Pix(generator, patchgan.discriminator(3, source_channels=3, width=4))
    ask = Asked(program, export(model, tmp_path / "photos"), tmp_path)
    for number in range(3):
        given, expected = (
            ask.case("serving_default", "input", number),
            ask.case("serving_default", "output", number),
        )
        found = np.frombuffer(ask("serving_default", "image", **given), "float32")
        np.testing.assert_allclose(found.reshape(expected["image"].shape), expected["image"], atol=1e-4)
        # The first file of the reference's two.
        file = bytes(ask.case("png", "input", number)["source_bytes"][0])
        png = np.asarray(Image.open(io.BytesIO(ask("png", "image_bytes", source_bytes=file))), int)
        assert np.abs(png - ask.case("png", "output", number)["image_bytes"][0]).max() <= 1
    assert (
        ask("png", "image_bytes", source_bytes=b"no picture" * 10).count("expected a PNG or JPEG file") == 2
    )
