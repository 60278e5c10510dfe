"""Each app's export in each runtime: TensorFlow alone, C API, OpenVINO, ONNX Runtime, LiteRT give what `predict` gives.

Of the core signature, floats in and out: to 1e-4, at three sizes where an app has sizes.
"""

import io

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.cli import main
from kgan.export.check import check
from kgan.export.runtimes import RUNTIMES, missing, served_by
from kgan.export.savedmodel import export
from kgan.pictures.pixels import to_uint8
from tests.apps.test_exports import trained
from tests.export.test_c_api import Asked, program  # noqa: F401

pytestmark = pytest.mark.slow

SHARED = "--steps 1 --batch-size 2 --width 4 --xla off --quiet"
# Fourier transforms are not known everywhere.
UNKNOWN = {"inpainting lama": {"litert", "onnx"}}
# What makes each small, and how many sizes its reference has.
APPS = {
    "image-generation": ("--network dcgan --image-size 16 --latent-size 4", 1),
    "super-resolution": (
        "--network small --blocks 1 --image-size 32 --features none --train-stages pixel",
        3,
    ),
    "super-resolution paper": (
        "--network paper --blocks 1 --image-size 32 --features none --train-stages pixel --method esrgan",
        3,
    ),
    "inpainting": ("--image-size 32", 3),
    "inpainting lama": ("--image-size 32 --method lama --features none", 3),
    "pix2pix": ("--image-size 32", 3),
    "cyclegan": ("--image-size 32 --blocks 1", 3),
    "cyclegan resized": ("--image-size 32 --blocks 1 --resize-convolution", 3),
    "text-to-image": ("--image-size 16 --encoder-steps 1", 1),
    "video-prediction": ("--image-size 32 --adversarial-steps 1", 3),
}


@pytest.mark.parametrize("app", APPS)
def test_every_runtime_gives_what_predict_gives(app, program, tmp_path, capsys):  # noqa: F811
    lacking = [name for runtime in RUNTIMES for name in missing(runtime)]
    if lacking:
        pytest.skip(f"{', '.join(lacking)} not here")
    (flags, sizes), known = APPS[app], sorted(set(RUNTIMES) - UNKNOWN.get(app, set()))
    assert (
        main([app.split()[0], "train", *SHARED.split(), *flags.split(), "--run", str(tmp_path / "run")]) == 0
    )
    folder = export(trained(kgan.load_model(tmp_path / "run" / "model.keras")), tmp_path / "served")
    lines, agrees = check(folder, tolerance=1e-4, runtimes=("tensorflow", *known))
    with capsys.disabled():
        print("\n".join(["", *lines]))
    assert agrees, lines
    ask = Asked(program, folder, tmp_path)
    core = served_by(ask.signatures)
    numbers = {entry.split("|")[1] for entry in ask.reference if entry.startswith(f"{core}|")}
    assert len(numbers) == sizes
    for number in map(int, sorted(numbers)):
        for name, expected in ask.case(core, "output", number).items():
            assert expected.std() > 0.01
            found = np.frombuffer(ask(core, name, **ask.case(core, "input", number)), "float32")
            np.testing.assert_allclose(found.reshape(expected.shape), expected, atol=1e-4)
    if app == "text-to-image":  # A plain string and a seed, a picture as a file.
        file = ask("png", "image_bytes", caption=b"bold serif capital g", seed=np.array([3], "int32"))
        model = kgan.load_model(tmp_path / "run" / "model.keras")
        made = trained(model).predict(
            {"caption": np.array(["bold serif capital g"]), "seed": np.array([3], "int32")}, verbose=0
        )
        away = np.abs(np.asarray(Image.open(io.BytesIO(file)), int) - to_uint8(made)[0].squeeze())
        assert away.max() <= 1
    for runtime in known:
        assert any(f"{core} " in line and f" in {runtime}: agrees" in line for line in lines), (
            runtime,
            lines,
        )
