"""The one walk through a folder: the regular files below it, and what else lies there that nothing may open."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kgan.errors import UserError

# Opening one of these waits for another process, for ever perhaps.
SPECIAL = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Found(NamedTuple):
    """A regular file: its name below the root, with slashes; its length in bytes; when it changed, in ns."""

    name: str
    size: int
    changed: int


class Walked(NamedTuple):
    """What a walk found: the regular files, sorted by name, and name -> what is wrong with the rest."""

    files: list[Found]
    problems: dict[str, str]

    def names(self, endings: Iterable[str] | None = None) -> list[str]:
        """Returns the names of the files, of all or of those with one of these (lower-case) endings."""
        names = [file.name for file in self.files]
        if endings is None:
            return names
        endings = frozenset(endings)
        return [name for name in names if os.path.splitext(name)[1].lower() in endings]


def walk(root: str | os.PathLike, deep: bool = True, beside: str | os.PathLike | None = None) -> Walked:
    """Lists the regular files in a folder and below it.

    Hidden files and folders are passed over. Links are followed, never in a circle. What is no regular file, what
    may not be read and links to nothing are told in `problems`; nothing is opened.

    Args:
        root: the folder.
        deep: whether to look into the folders in it.
        beside: a folder below `root` that is passed over, such as one that is being written to.

    Returns:
        A `Walked`.

    Raises:
        UserError: if the root itself cannot be read.

    Example:
        >>> walk("photographs").names({".jpg", ".png"})
    """
    root = Path(root)
    files, problems = [], {}
    left_out = _identity(beside) if beside is not None else None
    folders = [("", (_identity(root),))]
    while folders:
        below, above = folders.pop()
        try:
            with os.scandir(root / below) as found:
                entries = list(found)
        except OSError as error:
            if not below:
                raise UserError(
                    f"expected to read {root}; found: {_reason(error)}; check the name and its rights."
                ) from None
            problems[f"{below}/"] = f"cannot be read: {_reason(error)}"
            continue
        for entry in entries:
            if is_hidden(entry.name):
                continue
            name = f"{below}/{entry.name}" if below else entry.name
            try:
                status = entry.stat()
            except OSError as error:  # a link to nothing, or in a circle of its own
                problems[name] = f"cannot be read: {_reason(error)}"
                continue
            if stat.S_ISDIR(status.st_mode):
                own = (status.st_dev, status.st_ino)
                if deep and own not in above and own != left_out:
                    folders.append((name, (*above, own)))
            elif stat.S_ISREG(status.st_mode):
                files.append(Found(name, status.st_size, status.st_mtime_ns))
            else:
                problems[name] = f"is {special(status.st_mode)}, not a file"
    return Walked(sorted(files), problems)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is none of the user's pictures: hidden, or put there by a Mac."""
    return name.startswith(".") or name == "__MACOSX"


def special(mode: int) -> str:
    """What a file of this mode is in words: "a pipe", "a folder"; an empty str for a regular file."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "a folder"
    return next((words for test, words in SPECIAL if test(mode)), "something else")


def require_file(path: str | os.PathLike) -> Path:
    """Makes sure that a path names a regular file that opening does not wait for.

    Returns:
        The path.

    Raises:
        UserError: if it is a folder, a pipe, a device, or nothing.
    """
    path = Path(path)
    try:
        found = special(path.stat().st_mode)
    except OSError as error:
        raise UserError(f"expected a file at {path}; found: {_reason(error)}; check the name.") from None
    if found:
        raise UserError(f"expected a file at {path}; found {found}; name a regular file.")
    return path


def _identity(folder):
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _reason(error):
    return (error.strerror or type(error).__name__).lower()
