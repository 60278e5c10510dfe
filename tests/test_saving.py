"""Saved models load in a process that has imported kgan and nothing of it."""

import subprocess
import sys
import types
import zipfile

import keras
import numpy as np
import pytest

import kgan
from kgan import GAN, WGANGP, losses, penalties, saving
from kgan.networks import dcgan, mlp
from kgan.schedules import LinearDecay

PLAIN = """
import sys
import kgan
assert not {'keras', 'tensorflow'} & set(sys.modules), "import kgan loads TensorFlow"
import keras
model = keras.saving.load_model(sys.argv[1])
print(type(model).__name__, model.sample(3, seed=1).sum())
"""
OURS = """
import sys
import keras, kgan
model = kgan.load_model(sys.argv[1])
print(type(model).__name__, model.sample(3, seed=1).sum())
print(*(keras.saving.get_registered_name(keras.saving.get_registered_object(name)) for name in sys.argv[2:]))
"""


def registered():
    """Every registered name of ours and its class."""
    for room in saving.ROOMS:
        saving.load_room(room)
    return {n: c for n, c in keras.saving.get_custom_objects().items() if c.__module__.startswith("kgan.")}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A file that holds something of many rooms: scheme, layers, loss, penalties, schedule."""
    keras.utils.set_random_seed(1)
    generator = dcgan.generator((16, 16), 1, latent_size=4, width=2)
    discriminator = dcgan.discriminator((16, 16), 1, width=2, spectral_normalization=True, normalization=None)
    model = WGANGP(generator, discriminator, latent_size=4)
    model.compile(
        loss=losses.LeastSquares(a=-1.0),
        penalty=["wgan-gp", penalties.Drift()],
        generator_optimizer=keras.optimizers.Adam(LinearDecay(1e-3, 1, 2)),
        jit_compile=False,
    )
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    return path, f"WGANGP {model.sample(3, seed=1).sum()}"


@pytest.mark.slow  # two processes, each of which loads TensorFlow
def test_K1_a_fresh_process_loads_what_was_saved(saved):
    path, expected = saved
    names = sorted(registered())
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", *call], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for call in ((PLAIN, path), (OURS, path, *names))
    ]
    (plain, wrong), (ours, wrong_too) = (run.communicate() for run in runs)
    assert [run.returncode for run in runs] == [0, 0], wrong[-2000:] + wrong_too[-2000:]
    assert plain.split()[0] == "WGANGP"
    np.testing.assert_allclose(float(plain.split()[1]), float(expected.split()[1]), rtol=1e-4)
    assert ours.splitlines()[0] == plain.strip()
    assert ours.splitlines()[1].split() == names


def test_K1_registered_names_have_no_path_and_stand_in_their_room():
    classes = registered()
    assert len(classes) > 45
    assert classes["kgan.schemes>WGANGP"] is WGANGP
    assert classes["kgan.penalties>WGANGP"] is penalties.WGANGP
    for name, known in classes.items():
        room, _, own = name.partition(">")
        assert room in saving.ROOMS, name
        assert own == known.__name__, name
        assert any(f"{known.__module__}.".startswith(f"{place}.") for place in saving.ROOMS[room]), name
        assert keras.saving.get_registered_name(known) == name


def test_K1_a_scheme_of_yours_has_a_name_of_its_own():
    class GAN(kgan.GAN):
        pass

    assert keras.saving.get_registered_name(GAN) == f"{__name__}>GAN"
    assert keras.saving.get_registered_object("kgan.schemes>GAN") is kgan.GAN


def test_K1_a_class_that_nobody_imported_is_named_in_one_line(tmp_path):
    class Unimported(GAN):
        pass

    model = Unimported(
        mlp.generator(None, channels=2, latent_size=4, width=2, depth=1),
        mlp.discriminator(None, channels=2, width=2, depth=1),
        latent_size=4,
    )
    model.save(tmp_path / "model.keras")
    del keras.saving.get_custom_objects()[f"{__name__}>Unimported"]
    with pytest.raises(ValueError, match=r"load_model: .* found no class 'Unimported'. Import the module"):
        kgan.load_model(tmp_path / "model.keras")


def test_K1_the_folder_of_a_run_is_its_model(saved):
    path, expected = saved
    loaded = kgan.load_model(path.parent)
    np.testing.assert_allclose(loaded.sample(3, seed=1).sum(), float(expected.split()[1]), rtol=1e-5)
    assert loaded.settings.loss is not None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("run", "found a folder without model.keras. Name the model.keras"),
        ("exported", r"found an export in .*exported\. Serve it"),
        ("weights.npz", "found a file ending in '.npz'"),
        ("nothing.keras", "found nothing there"),
    ],
)
def test_K1_what_is_no_model_is_one_line(tmp_path, name, found):
    (tmp_path / "run").mkdir()
    (tmp_path / "exported" / "1").mkdir(parents=True)
    (tmp_path / "exported" / "1" / "saved_model.pb").touch()
    (tmp_path / "weights.npz").touch()
    with pytest.raises(ValueError, match=f"load_model: expected a .keras file or .*{found}") as told:
        kgan.load_model(str(tmp_path / name))
    assert "\n" not in str(told.value)


def test_K1_keras_looks_up_other_names_as_before():
    assert keras.saving.get_registered_object("kgan.schemes>Nothing") is None
    assert keras.saving.get_registered_object("kgan>Nothing") is None
    assert keras.saving.get_registered_object("mine", {"mine": GAN}) is GAN


def test_a_model_of_a_hub_is_loaded_as_keras_loads_it(tmp_path, monkeypatch):
    keras.utils.set_random_seed(1)
    shape = {"image_size": (8, 8), "channels": 1, "width": 8, "depth": 1}
    model = GAN(mlp.generator(**shape, latent_size=4), mlp.discriminator(**shape), latent_size=4)
    model.compile(jit_compile=False)
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        archive.extractall(tmp_path / "somebody" / "glyphs")  # Hubs keep what is in the file, file by file.

    def snapshot_download(repo_id, **options):
        return str(tmp_path / repo_id)

    hub = types.SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setattr("keras.src.saving.saving_lib.huggingface_hub", hub)
    found = kgan.load_model("hf://somebody/glyphs")
    np.testing.assert_array_equal(found.sample(2, seed=1), model.sample(2, seed=1))
