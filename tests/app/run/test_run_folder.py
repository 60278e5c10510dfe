"""The run folder: whose it is, and what may be removed from it."""

import json

import pytest

from kgan.app.run.run_folder import RunFolder
from kgan.errors import UserError

SETTINGS = {"epochs": 5, "batch_size": 64, "loss": "hinge", "penalty": ("r1",), "seed": 0}
DATA = {"fingerprint": "abc", "summary": "50 items"}


def test_a_new_folder_gets_its_configuration(tmp_path):
    folder = RunFolder(tmp_path / "über runs" / "one")
    assert folder.begin("pix2pix", SETTINGS, DATA) is False
    told = json.loads((folder.path / "config.json").read_text())
    assert told["app"] == "pix2pix"
    assert told["settings"]["penalty"] == ["r1"]
    assert folder.begin("pix2pix", SETTINGS, DATA) is True
    assert folder.configuration() == told


def begun(path):
    """A run that has something to lose."""
    folder = RunFolder(path)
    folder.begin("pix2pix", SETTINGS, DATA)
    folder.checkpoints.mkdir()
    (folder.checkpoints / "00-train-000000001.npz").touch()
    return folder


def test_a_command_that_failed_early_may_be_mended(tmp_path):
    folder = RunFolder(tmp_path)
    folder.begin("pix2pix", {**SETTINGS, "loss": "hinch"}, DATA)
    folder.begin("pix2pix", SETTINGS, DATA)
    assert folder.configuration()["settings"]["loss"] == "hinge"


def test_another_configuration_is_refused_by_name(tmp_path):
    folder = begun(tmp_path)
    before = folder.configuration()
    with pytest.raises(UserError) as error:
        folder.begin(
            "pix2pix", {**SETTINGS, "loss": None, "batch_size": 32, "epochs": 9}, DATA, free={"epochs"}
        )
    line = str(error.value)
    assert "--batch-size 64 (now 32)" in line
    assert "--loss hinge (now left out)" in line
    assert "epochs" not in line
    assert "--overwrite" in line
    assert "\n" not in line
    assert folder.configuration() == before
    with pytest.raises(UserError, match=r"app pix2pix \(now cyclegan\)"):
        folder.begin("cyclegan", SETTINGS, DATA)
    with pytest.raises(UserError, match="other files in --data"):
        folder.begin("pix2pix", SETTINGS, {**DATA, "fingerprint": "other"})


def test_free_settings_may_change(tmp_path):
    folder = begun(tmp_path)
    assert folder.begin("pix2pix", {**SETTINGS, "epochs": 9}, DATA, free={"epochs"})
    assert folder.configuration()["settings"]["epochs"] == 9


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(UserError, match=r"other files in .*; set --run"):
            RunFolder(tmp_path).begin("pix2pix", SETTINGS, DATA, overwrite=overwrite)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_overwrite_removes_the_run_and_nothing_else(tmp_path):
    folder = begun(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    folder.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_one_process_at_a_time(tmp_path):
    with (
        RunFolder(tmp_path).claimed(),
        pytest.raises(UserError, match="alone"),
        RunFolder(tmp_path).claimed(),
    ):
        pass
    with RunFolder(tmp_path).claimed():
        pass


def test_no_run_is_said(tmp_path):
    with pytest.raises(UserError, match=r"no .*config.json"):
        RunFolder(tmp_path).configuration()
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UserError, match="damage"):
        RunFolder(tmp_path).configuration()
