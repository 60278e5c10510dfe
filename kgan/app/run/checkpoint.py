"""Checkpoints: every variable of a run in one file, and a kill while writing leaves the one before."""

import json
import re
from pathlib import Path

import numpy as np

from kgan.errors import UserError
from kgan.files.atomic import replacing

KEPT = 2
# Raised when an older kgan could not read what is written.
FORMAT = 2
_FILE_NAME = re.compile(r"(\d{2})-(.+)-(\d{9})\.npz")
_METADATA = "metadata"


class LaterFormat(Exception):
    """A checkpoint of a later kgan: sound, and to be left alone."""


class Checkpoints:
    """The checkpoint files of one training stage.

    A file is a NumPy archive: `state/<name>` per variable and JSON metadata. It is written under another
    name, synced to the disk and renamed, so a reader sees the whole of it or none. The newest two are kept.

    Args:
        folder: path; created with the first file.
        stage: int, 0 to 99, the position of the stage in its run.
        name: str, the stage's name.
    """

    def __init__(self, folder, stage=0, name="train"):
        self.folder = Path(folder)
        self.stage = stage
        self.name = name

    def files(self):
        """Returns the paths of this stage's files, the newest first."""
        if not self.folder.is_dir():
            return []
        found = [(path, _FILE_NAME.fullmatch(path.name)) for path in self.folder.iterdir()]
        own = [(int(match[3]), path) for path, match in found if match and int(match[1]) == self.stage]
        return [path for _, path in sorted(own, reverse=True)]

    def write(self, state, metadata, step):
        """Writes one file and removes all but the newest two.

        Args:
            state: dict of str to array.
            metadata: dict that JSON can hold.
            step: int, how many steps the state has seen.

        Returns:
            The path written.
        """
        path = self.folder / f"{self.stage:02d}-{self.name}-{step:09d}.npz"
        with replacing(path) as stream:
            save(stream, state, metadata)
        for old in self.files()[KEPT:]:
            old.unlink()
        return path

    def read(self, say=print):
        """Reads the newest usable file.

        Args:
            say: callable that takes a line; it hears of every damaged file that is passed over.

        Returns:
            `(state, metadata)`, or None where there is no file yet.

        Raises:
            UserError: if there are files and all are damaged.
        """
        paths = self.files()
        for path in paths:
            try:
                return load(path)
            except LaterFormat as error:
                raise UserError(
                    f"expected checkpoints of format {FORMAT} or below in {self.folder}; found {error}; use the kgan "
                    "that wrote it"
                ) from None
            except (
                Exception
            ) as error:  # a damaged header may raise anything from NotImplementedError to SyntaxError
                aside = path.with_name(path.name + ".damaged")
                path.replace(aside)
                say(
                    f"The checkpoint {path} is damaged ({error}): set aside as {aside.name}, "
                    "trying the one before it."
                )
        aside = len(list(self.folder.glob(f"{self.stage:02d}-*.damaged"))) if self.folder.is_dir() else 0
        if aside:
            # What was learned may still be in model.keras: nothing replaces it unasked.
            raise UserError(
                f"expected a readable checkpoint in {self.folder}; found {aside}, all damaged; "
                "start again with --overwrite or in another --run folder"
            )
        return None


def save(stream, state, metadata):
    """Writes a state and its metadata as one NumPy archive."""
    arrays = {name: np.asarray(value) for name, value in state.items()}
    # NumPy writes the types it does not know (bfloat16, float8) as raw bytes, so their names go along.
    foreign = {name: array.dtype.name for name, array in arrays.items() if array.dtype.kind == "V"}
    note = json.dumps({"format": FORMAT, "metadata": metadata, "foreign": foreign})
    members = {f"state/{name}": array for name, array in arrays.items()}
    np.savez(stream, **members, **{_METADATA: np.frombuffer(note.encode(), np.uint8)})


def load(path):
    """Reads back what `save` wrote, every byte checked by the archive's own checksums.

    Returns:
        `(state, metadata)`.
    """
    with np.load(path, allow_pickle=False) as archive:
        note = json.loads(archive[_METADATA].tobytes())
        if note.get("format", 1) > FORMAT:
            raise LaterFormat(note["format"])
        state = {name[len("state/") :]: archive[name] for name in archive.files if name != _METADATA}
    for name, dtype in note["foreign"].items():
        import ml_dtypes

        state[name] = state[name].view(getattr(ml_dtypes, dtype))
    return state, note["metadata"]
