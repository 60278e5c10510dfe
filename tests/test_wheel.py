"""The built wheel, installed in a fresh environment, not the checkout."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    # A copy, so that no build folder appears in the checkout and none of its leftovers in the wheel.
    names = ["kgan", "apps", "saved_models", "pyproject.toml", "setup.py", "README.md", "LICENSE"]
    for name in names:
        if (CHECKOUT / name).exists():
            (source / name).symlink_to(CHECKOUT / name)
    if not (source / "README.md").exists():
        (source / "README.md").write_text("kgan")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        ".",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        "..",
    ]
    subprocess.run([*command, "--quiet"], cwd=source, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def kgan(wheel, tmp_path_factory):
    """The `kgan` command of a fresh environment that has the wheel, and this one's dependencies to read."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False)
    packages = sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)})
    # A path file lends the dependencies; path files among them (an editable kgan's) are not followed.
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(environment),
        "install",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, "--ignore-installed", "--quiet", str(wheel)], check=True, capture_output=True)
    return environment / ("Scripts" if sys.platform == "win32" else "bin") / "kgan"


def run(*command, cwd):
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)


def test_the_wheel_has_the_package_and_the_apps(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "kgan/apps/image_generation.py" in names
    assert "kgan/app/run/stages.py" in names
    assert "kgan/schemes/generation/gan.py" in names
    assert "kgan/saved_models/glyphs/1/saved_model.pb" in names
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "build", "apps/"))]


def test_the_installed_command_answers(kgan, tmp_path):
    from kgan.version import __version__

    version = run(kgan, "--version", cwd=tmp_path)
    assert (version.returncode, version.stdout) == (0, f"kgan {__version__}\n")
    flags = run(kgan, "image-generation", "train", "--help", cwd=tmp_path)
    assert flags.returncode == 0
    assert "--scheme" in flags.stdout
    wrong = run(kgan, "image-generation", "train", "--epochs", "0", cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1


def test_it_is_the_installed_one(kgan, tmp_path):
    code = "import kgan.apps.image_generation as app, kgan.cli.dispatch as cli; print(app.__file__, cli.__file__)"
    found = run(kgan.parent / "python", "-c", code, cwd=tmp_path).stdout.split()
    assert len(found) == 2
    assert all(str(kgan.parent.parent) in path for path in found)
