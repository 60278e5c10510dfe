"""Files that appear whole or not at all, and over nothing that is there already."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from kgan.errors import UserError


@contextlib.contextmanager
def replacing_path(path: str | os.PathLike) -> Iterator[Path]:
    """Gives a path to write to; what was written takes the place of `path` at the end, or leaves no trace.

    Args:
        path: path of a file; folders above it are created.

    Yields:
        A `Path` beside it with the same suffix.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _to_disk(path.parent)


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator:
    """Opens a binary file that takes the place of `path` once it is complete and on the disk.

    Args:
        path: path of a file; folders above it are created.

    Yields:
        The open stream.
    """
    with replacing_path(path) as temporary, open(temporary, "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def replacing_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Gives a folder to write to, which takes the place of `path` at the end, or leaves no trace.

    Args:
        path: path of a folder, there already or not; folders above it are created.

    Yields:
        A `Path` beside it, of a folder that is there and empty.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir()
        yield temporary
        if path.exists():
            old = _beside(path.with_name(f"{path.name}.old"))
            path.rename(old)
            temporary.rename(path)
            shutil.rmtree(old)
        else:
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _to_disk(path.parent)


def clear_leftovers(folder: str | os.PathLike, alone: bool = False) -> list[Path]:
    """Removes what processes that were killed have left half-written in a folder; returns what that was.

    Args:
        folder: path; the folders in it are not looked into.
        alone: whether no other process can be writing there, whatever process has a number of old.
    """
    import psutil  # help needs none, and has a second

    cleared = []
    for path in Path(folder).iterdir():
        found = _TEMPORARY.fullmatch(path.name)
        if found and (alone or not psutil.pid_exists(int(found[1]))):
            cleared.append(path)
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    return cleared


# What `_beside` makes: hidden, with the writer's process and the suffix of what it becomes.
_TEMPORARY = re.compile(r"\..*\.(\d+)\.part(?:\.[^.]*)?")


def _beside(path):
    # As long as a name may be, what is added to it still fits.
    stem = os.fsdecode(os.fsencode(path.stem)[:180])
    return path.with_name(f".{stem}.{os.getpid()}.part{path.suffix}")


def _to_disk(folder):
    """Makes sure that a rename in the folder is on the disk: it is only once the folder is."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def claim(path: str | os.PathLike, overwrite: bool) -> str | os.PathLike:
    """Makes sure that writing `path` destroys nothing.

    Args:
        path: path of a file to write.
        overwrite: bool, whether an existing file may be replaced.

    Returns:
        The path.

    Raises:
        UserError: if it exists and may not be replaced.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise UserError(f"expected no {path} yet; found one; add --overwrite, or set another --output")
    return path
