"""Faults C4, C5, C17: each flag is checked by name before TensorFlow, and before anything is written."""

import dataclasses
import importlib
import subprocess
import sys
import typing

import pytest

from kgan.app import flags, names
from kgan.cli import dispatch

APPS = ("image-generation", "super-resolution", "inpainting", "pix2pix", "cyclegan", "video-prediction")
NOBODY_LOADS = (
    "import sys; from kgan import cli; code = cli.main({arguments}); "
    "print(code, {{'tensorflow', 'keras'}} & {{*sys.modules}})"
)


def verbs():
    for app in APPS:
        module = importlib.import_module(f"kgan.apps.{app.replace('-', '_')}")
        for verb, command in module.VERBS.items():
            yield app, verb, command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["image-generation", "--data", ""], ["--data", "empty"]),
        (["super-resolution", "--data", ""], ["--data", "empty"]),
        (["pix2pix", "--run", ""], ["--run", "empty"]),
        (["image-generation", "--learning-rate", "nan"], ["--learning-rate", "nan"]),
        (["image-generation", "--learning-rate", "-1"], ["--learning-rate", "above 0", "-1"]),
        (["pix2pix", "--learning-rate", "inf"], ["--learning-rate", "inf"]),
        (["image-generation", "--latent-size", "0"], ["--latent-size", "at least 1"]),
        (["image-generation", "--penalty", "r1=nan"], ["--penalty", "r1=nan"]),
        (["image-generation", "--penalty", "r1=-2"], ["--penalty", "r1=-2"]),
        (["image-generation", "--penalty", "r1", "r1=2"], ["--penalty", "once"]),
        (["image-generation", "--penalty", "r3"], ["--penalty", "r3", "wgan-gp"]),
        (["image-generation", "--loss", "hinje"], ["--loss", "hinje", "hinge"]),
        (["image-generation", "--seed", "-1"], ["--seed", "-1"]),
        (["inpainting", "--minutes", "inf"], ["--minutes", "inf"]),
        (["inpainting", "--init-from", "nosuch"], ["--init-from", "nosuch"]),
        (["inpainting", "--data", "nosuch"], ["--data", "nosuch"]),
        (["inpainting", "--method", "context-encoder", "--image-size", "33"], ["--image-size", "33"]),
        (["cyclegan", "--ema-half-life", "-1"], ["--ema-half-life", "at least 0"]),
        (["super-resolution", "--held-out", "1"], ["--held-out", "below 1"]),
        (["super-resolution", "--steps", "0"], ["--steps", "at least 1"]),
        (["super-resolution", "--steps", "5", "--minutes", "2"], ["--steps", "--minutes", "one of"]),
        # Flags that nothing would use.
        (
            ["image-generation", "--network", "mlp", "--spectral-normalization"],
            ["--spectral-normalization", "mlp"],
        ),
        (
            ["image-generation", "--scheme", "gan", "--conditioning", "projection", "--data", "."],
            ["--conditioning"],
        ),
        (["image-generation", "--scheme", "began", "--penalty", "r1", "--data", "."], ["--penalty", "began"]),
        (["image-generation", "--mirror"], ["--mirror", "--data"]),
        (
            ["super-resolution", "--train-stages", "pixel", "--adversarial-steps", "3"],
            ["--adversarial-steps"],
        ),
        (["super-resolution", "--feature-layers", "a"], ["--feature-layers", "--features"]),
        (["inpainting", "--overlap", "3"], ["--overlap", "context-encoder"]),
        (["cyclegan", "--scheme", "dualgan", "--blocks", "3"], ["--blocks", "dualgan"]),
        (["cyclegan", "--scheme", "dualgan", "--pool-size", "3"], ["--pool-size", "dualgan"]),
        (["cyclegan", "--scheme", "discogan", "--patch", "16"], ["--patch", "discogan"]),
    ],
)
def test_C4_C5_a_flag_is_refused_by_name_and_nothing_is_written(
    arguments, words, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)

    def never():
        raise AssertionError("TensorFlow would be loaded")

    monkeypatch.setattr("kgan.app.startup.start", never)
    app, *given = arguments
    for dry in ([], ["--dry-run"]):
        assert dispatch.main([app, "train", *given, *dry]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert all(word in said for word in words), said
    assert list(tmp_path.iterdir()) == []


def test_C5_nobody_loads_tensorflow_to_refuse_a_flag(tmp_path):
    arguments = ["image-generation", "train", "--penalty", "r3"]
    done = subprocess.run(
        [sys.executable, "-c", NOBODY_LOADS.format(arguments=arguments)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ".", "PATH": "/usr/bin"},
    )
    assert done.stdout == "2 set()\n", done


def test_C5_every_number_of_every_verb_has_a_range():
    """A new flag cannot be forgotten: a number without a range fails here."""
    bare = []
    for app, verb, command in verbs():
        hints = typing.get_type_hints(command, include_extras=True)
        for field in dataclasses.fields(command):
            hint = hints[field.name]
            plain = typing.get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
            kinds = {plain, *typing.get_args(plain)}
            ranged = any(isinstance(note, flags.Range) for note in getattr(hint, "__metadata__", ()))
            if kinds & {int, float} and bool not in kinds and not ranged:
                bare.append(f"{app} {verb} --{field.name}")
    assert bare == []


def test_C5_a_check_of_all_flags_says_yes_to_what_is_right():
    for _, _, command in verbs():
        flags.check(command())


@pytest.mark.parametrize("app", APPS)
def test_C17_help_has_groups_and_the_first_has_what_most_people_need(app, capsys):
    assert dispatch.main([app, "train", "--help"]) == 0
    said = capsys.readouterr().out
    places = [said.index(f" {group} options ") for group in ("common", "network", "loss", "run")]
    assert places == sorted(places)
    common = said[places[0] : places[1]]
    assert "Most people need these." in common
    for flag in (
        "--data",
        "--run",
        "--steps",
        "--minutes",
        "--image-size",
        "--dry-run",
        "--overwrite",
        "--init-from",
    ):
        assert flag in common
    assert "--checkpoint-seconds" in said[places[3] :]


def test_lists_of_names_are_those_that_the_library_knows():
    from kgan import losses, networks, penalties, schemes

    assert set(names.losses()) == set(losses.NAMES)
    assert set(names.penalties()) == set(penalties.NAMES)
    for task in ("generation", "translation"):
        for card in names.schemes(task).values():
            scheme = getattr(schemes, card.class_name)
            assert scheme.discriminator_output == card.judge or card.judge == "logits"
            assert (scheme.defaults.get("loss") is not None) == card.has_loss
    for name in names.networks("generation"):
        assert callable(getattr(networks, name).generator)


def test_a_scheme_of_one_file_and_one_line_is_reachable(tmp_path, monkeypatch):
    """Three touches: no list of names is typed anywhere else."""
    package = tmp_path / "kgan"
    (package / "schemes" / "generation").mkdir(parents=True)
    (package / "schemes" / "__init__.py").write_text("from kgan.schemes.generation.my_gan import MyGAN\n")
    (package / "schemes" / "generation" / "my_gan.py").write_text(
        "class MyGAN(Base):\n    defaults = {'loss': 'hinge'}\n"
        "    def __init__(self, generator, discriminator, latent_size=1, classes=10): ...\n"
    )
    monkeypatch.setattr(names, "PACKAGE", package)
    names.schemes.cache_clear()
    names._tree.cache_clear()
    try:
        (card,) = names.schemes("generation").values()
    finally:
        monkeypatch.undo()
        names.schemes.cache_clear()
        names._tree.cache_clear()
    assert (card.name, card.class_name, card.labels, card.has_loss) == ("my-gan", "MyGAN", "always", True)
