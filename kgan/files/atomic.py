"""Files that appear whole or not at all, and over nothing that is there already."""

import contextlib
import os
from pathlib import Path

from kgan.errors import UserError


@contextlib.contextmanager
def replacing_path(path):
    """Gives a path to write to; what was written takes the place of `path` at the end, or leaves no trace.

    Args:
        path: path of a file; folders above it are created.

    Yields:
        A `Path` beside it with the same suffix.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == "posix":
        # The rename itself is on the disk only once the folder is.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def replacing(path):
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


def claim(path, overwrite):
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
