"""The one walk: regular files only, links without circles, what cannot be read told by name."""

import os
import socket

import pytest

from kgan.errors import UserError
from kgan.files import walk as module
from kgan.files.walk import require_file, walk


def make(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"12345")


def test_files_come_sorted_and_hidden_ones_not_at_all(tmp_path):
    make(tmp_path, "b.png", "a/z.JPG", "a/é n.txt", ".hidden/c.png", "a/.d.png", "__MACOSX/e.png")
    found = walk(tmp_path)
    assert found.names() == ["a/z.JPG", "a/é n.txt", "b.png"]
    assert found.names({".jpg"}) == ["a/z.JPG"]
    assert [file.size for file in found.files] == [5, 5, 5]
    assert found.files[2].changed == (tmp_path / "b.png").stat().st_mtime_ns
    assert not found.problems
    assert walk(tmp_path, deep=False).names() == ["b.png"]
    assert walk(tmp_path, beside=tmp_path / "a").names() == ["b.png"]


def test_C3_what_is_no_regular_file_is_named_and_not_opened(tmp_path):
    make(tmp_path, "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket.png"))
        found = walk(tmp_path)
    (tmp_path / "device.png").symlink_to("/dev/zero")
    (tmp_path / "nothing.png").symlink_to(tmp_path / "nowhere")
    found = walk(tmp_path)
    assert found.names() == ["a.png"]
    assert found.problems == {
        "pipe.png": "is a pipe, not a file",
        "socket.png": "is a socket, not a file",
        "device.png": "is a device, not a file",
        "nothing.png": "cannot be read: no such file or directory",
    }
    for name, words in [("pipe.png", "a pipe"), ("device.png", "a device"), ("", "a folder")]:
        with pytest.raises(UserError, match=f"found {words}"):
            require_file(tmp_path / name)
    with pytest.raises(UserError, match="no such file"):
        require_file(tmp_path / "nowhere")
    assert require_file(tmp_path / "a.png") == tmp_path / "a.png"


def test_links_are_followed_but_not_in_circles(tmp_path):
    make(tmp_path, "in/a/one.png", "elsewhere/two.png")
    (tmp_path / "in/a/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/a/self").symlink_to(tmp_path / "in/a")
    (tmp_path / "in/out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in/out2").symlink_to(tmp_path / "elsewhere")
    assert walk(tmp_path / "in").names() == ["a/one.png", "out/two.png", "out2/two.png"]


def test_C9_a_folder_that_may_not_be_read_costs_only_itself(tmp_path, monkeypatch):
    make(tmp_path, "open/a.png", "shut/b.png")
    scandir = os.scandir

    def guarded(path):  # tests may run as root, whom no mode stops
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(module.os, "scandir", guarded)
    found = walk(tmp_path)
    assert found.names() == ["open/a.png"]
    assert found.problems == {"shut/": "cannot be read: permission denied"}
    with pytest.raises(UserError, match="permission denied"):
        walk(tmp_path / "shut")
