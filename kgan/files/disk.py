"""Failures of the disk, told in one line whoever met them: Python, HDF5, TensorFlow."""

import errno
import os
import re
from pathlib import Path

from kgan.errors import UserError

# What each means to the person at the keyboard.
ADVICE = {
    errno.ENOSPC: "make room, or choose another disk",
    errno.EDQUOT: "make room, or choose another disk",
    errno.EROFS: "choose a folder that can be written to",
    errno.EACCES: "change its rights, or choose another folder",
    errno.EPERM: "change its rights, or choose another folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "choose another folder",
    errno.EISDIR: "choose another name",
    errno.EEXIST: "choose another name",
    errno.ENOENT: "check the name, and whether something removed it",
    errno.EIO: "look after the disk",
    errno.ESTALE: "look after the disk",
    errno.EMFILE: "close other files, or raise the limit (ulimit -n)",
    errno.ENFILE: "close other files",
    errno.ELOOP: "mend the links",
}
# Only these are looked for in what others say of a failure.
_SAID = {
    os.strerror(code).lower(): code
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO)
}
_FOREIGN = ("tensorflow", "h5py", "zipfile", "keras", "builtins", "numpy", "PIL")


def failure(error: BaseException) -> str | None:
    """What an error says of the disk, in one line; None if it is about something else.

    Args:
        error: an exception. Those that it came from count too: a library that cannot finish its file after the disk
            was full often fails once more, with words of its own.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        found = _told(error)
        if found:
            return found
        error = error.__cause__ or error.__context__
    return None


def _told(error):
    if isinstance(error, OSError) and error.errno in ADVICE:
        return _line(error.errno, error.filename or error.filename2)
    if type(error).__module__.partition(".")[0] in _FOREIGN:
        text = str(error).lower()
        for words, code in _SAID.items():
            if words in text:
                path = re.search(r"(/[^\s:;'\"]+)", str(error))
                return _line(code, path and path[1])
    return None


def _line(code, path):
    where = f" at {os.fsdecode(path)}" if isinstance(path, str | bytes | os.PathLike) else ""
    return f"expected to read and write files; found a failure{where} ({os.strerror(code).lower()}); {ADVICE[code]}"


def there(path: str | os.PathLike) -> bool:
    """Whether there is a file or folder; a path that the system cannot even look at is told in one line."""
    try:
        os.stat(Path(path).expanduser())
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UserError(
            f"expected a path that can be looked at; found {error.strerror.lower()}: {path}"
        ) from None
    return True
