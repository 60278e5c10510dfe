import sys

from kgan.app.command_line import command_line


def test_to_go_on_leaves_overwrite_out(monkeypatch):
    monkeypatch.setattr(
        sys, "argv", ["/usr/bin/kgan", "pix2pix", "train", "--data", "my photos", "--overwrite"]
    )
    assert command_line() == "kgan pix2pix train --data 'my photos'"
    monkeypatch.setattr(sys, "argv", ["apps/pix2pix.py", "train"])
    assert command_line() == "python apps/pix2pix.py train"
