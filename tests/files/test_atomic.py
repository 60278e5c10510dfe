"""Files and folders appear whole or not at all; what killed processes left is cleared."""

import os
import subprocess
import sys

import pytest

from kgan.files.atomic import clear_leftovers, replacing, replacing_folder


def test_a_failure_leaves_the_old_file_and_no_trace(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def fail():
        with replacing(tmp_path / "a.txt") as stream:
            stream.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_folders_are_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "1"
    with replacing_folder(target) as partial:
        (partial / "a").write_text("one")
    assert (target / "a").read_text() == "one"

    def fail():
        with replacing_folder(target) as partial:
            (partial / "b").write_text("two")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [path.name for path in target.iterdir()] == ["a"]
    with replacing_folder(target) as partial:
        (partial / "b").write_text("two")
    assert [path.name for path in target.iterdir()] == ["b"]
    assert [path.name for path in target.parent.iterdir()] == ["1"]


def test_C11_what_a_killed_process_left_is_cleared_and_nothing_else(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    number = int(dead.stdout)
    left = [f".model.{number}.part.keras", f".config.{number}.part.json", f".1.{number}.part"]
    kept = [f".model.{os.getpid()}.part.keras", "model.keras", ".hidden", f"a.{number}.part.txt"]
    for name in [*left[:2], *kept]:
        (tmp_path / name).write_text("x")
    (tmp_path / left[2]).mkdir()
    (tmp_path / left[2] / "inside").write_text("x")
    assert sorted(path.name for path in clear_leftovers(tmp_path)) == sorted(left)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
