"""The folder of one run: what was asked for, and where everything that comes of it goes."""

import contextlib
import json
import os
import shutil
from pathlib import Path

from kgan.errors import UserError
from kgan.files.atomic import clear_leftovers, replacing
from kgan.files.disk import there
from kgan.version import __version__

CONFIGURATION = "config.json"
FILES = "files.tsv"
# Of what a run folder holds: raised when an older kgan could not read it.
FORMAT = 2
# What the configuration says of a stage that came to NaN.
SECOND_TRY = "second_try"
# What a run writes; `--overwrite` removes these and nothing else.
CONTENTS = (
    CONFIGURATION,
    FILES,
    "checkpoint",
    "stages",
    "model.keras",
    "samples",
    "history.csv",
    "tensorboard",
    "report.html",
    ".frames",  # of videos, made quick to read
)


class RunFolder:
    """`config.json`, `checkpoint/`, `model.keras`, `samples/`, `history.csv`, `tensorboard/`, `report.html`.

    Args:
        path: path of the folder, which may not exist yet.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.checkpoints = self.path / "checkpoint"
        self.model = self.path / "model.keras"
        self.stages = self.path / "stages"
        self.samples = self.path / "samples"
        self.history = self.path / "history.csv"
        self.tensorboard = self.path / "tensorboard"
        self.report = self.path / "report.html"

    def configuration(self):
        """Returns the dict in `config.json`.

        Raises:
            UserError: if the folder holds no run, or one of a later kgan.
        """
        path = self.path / CONFIGURATION
        if not there(path) or not path.is_file():
            raise UserError(f"expected a run folder written by `train`; found no {path}; name it with --run")
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UserError(
                f"expected JSON in {path}; found damage ({error}); start again with --overwrite"
            ) from error
        parts = {"app": str, "settings": dict, "data": dict}
        lacking = [
            name
            for name, kind in parts.items()
            if not (isinstance(found, dict) and isinstance(found.get(name), kind))
        ]
        if lacking:
            raise UserError(
                f"expected {', '.join(parts)} in {path}; found no {', '.join(lacking)}; it is no file of a run, so set "
                "another --run, or start again with --overwrite"
            )
        version = found.get("format", 1)
        if not isinstance(version, int) or version > FORMAT:
            raise UserError(
                f"expected a run folder of format {FORMAT} or below in {self.path}; found {version}, written by kgan "
                f"{found.get('kgan', 'of another version')}; use that version"
            )
        return found

    def glimpse(self):
        """Returns the configuration, or an empty dict where there is none that can be read."""
        try:
            return self.configuration()
        except UserError:
            return {}

    def refuse_another_use(self, overwrite=False):
        """Raises `UserError` where no run can be begun or gone on with, before anything is slow or written."""
        if there(self.path) and not self.path.is_dir():
            raise UserError(f"expected --run to be a folder; found the file {self.path}; choose another name")
        above = next((folder for folder in self.path.absolute().parents if there(folder)), None)
        if above is not None and not above.is_dir():
            raise UserError(f"expected --run in a folder; found the file {above}; choose another place")
        if there(self.path) and not overwrite:
            if (self.path / CONFIGURATION).exists():
                self.configuration()
            elif any(not path.name.startswith(".") for path in self.path.iterdir()):
                raise UserError(
                    f"expected an empty folder or an earlier run; found other files in {self.path}; set --run"
                )

    def begin(self, app, settings, data, free=(), overwrite=False, files=None, more=None, again="kgan"):
        """Claims the folder for a configuration, or makes sure that it already belongs to it.

        Args:
            app: str, the app's name.
            settings: dict of flag to value.
            data: dict of facts about the data; its `fingerprint` must stay the same.
            free: names of settings that may change between calls.
            overwrite: bool, whether to remove an earlier run.
            files: dict from a file of the data to its bytes, to name those that differ another time; or None.
            more: dict of further entries of the configuration.
            again: str, the command as one would type it again, for advice.

        Returns:
            True if the folder already held this run.

        Raises:
            UserError: if it holds something else, naming what differs, or something finished that cannot go on.
        """
        if overwrite:
            self.clear()
        self.refuse_another_use()
        for folder in (self.path, self.checkpoints, self.stages, self.samples):
            if folder.is_dir():
                clear_leftovers(folder, alone=True)
        asked = {
            "kgan": __version__,
            "format": FORMAT,
            "app": app,
            "settings": _plain(settings),
            "data": _plain(data),
        }
        asked |= _plain(more or {})
        earlier = (self.path / CONFIGURATION).exists()
        if earlier:
            # Before the first checkpoint there is nothing to lose: a command that failed may be mended.
            if self.checkpoints.is_dir() and any(self.checkpoints.iterdir()):
                self._refuse_another(asked, free, files or {}, again)
            self._refuse_lost()
            kept = self.configuration()
            asked = {**{name: kept[name] for name in ("plan", SECOND_TRY) if name in kept}, **asked}
        self._write(asked)
        self._write_files(files or {})
        return earlier

    def note(self, **entries):
        """Puts further entries into the configuration."""
        self._write({**self.configuration(), **_plain(entries)})

    def _refuse_lost(self):
        """Nothing that was learned is replaced because its checkpoint has gone."""
        kept = [path for path in (self.model, *sorted(self.stages.glob("*.keras"))) if path.exists()]
        usable = list(self.checkpoints.glob("*.npz")) if self.checkpoints.is_dir() else []
        if kept and not usable:
            aside = len(list(self.checkpoints.glob("*.damaged"))) if self.checkpoints.is_dir() else 0
            found = f"{aside} damaged" if aside else "none"
            raise UserError(
                f"expected a checkpoint in {self.checkpoints} to go on from; found {found} beside {kept[0]}, which "
                f"would be replaced; go on from it with --init-from {kept[0]} in another --run, or start again with "
                "--overwrite"
            )

    def clear(self):
        """Removes what a run wrote here, and nothing that it did not write."""
        for name in CONTENTS:
            path = self.path / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def claimed(self):
        """Keeps a second process from training in the same folder; released even by `kill -9`."""
        try:
            import fcntl
        except ImportError:  # Windows has no such lock
            yield
            return
        self.path.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise UserError(
                f"expected to train in {self.path} alone; another kgan does; wait for it or set --run"
            ) from None
        try:
            yield
        finally:
            os.close(handle)

    def _refuse_another(self, asked, free, files, again):
        earlier = self.configuration()
        differences = []
        if earlier["app"] != asked["app"]:
            differences.append(f"app {earlier['app']} (now {asked['app']})")
        for name in sorted({*earlier["settings"], *asked["settings"]} - set(free)):
            before, now = earlier["settings"].get(name), asked["settings"].get(name)
            if before != now:
                differences.append(f"--{name.replace('_', '-')} {_told(before)} (now {_told(now)})")
        if not differences and earlier["data"].get("fingerprint") != asked["data"].get("fingerprint"):
            differences.append(self._other_files(files))
        if differences:
            start = self.model if self.model.exists() else None
            go_on = (
                f", or go on from what it learned: {again} --run NEW --init-from {self.path}" if start else ""
            )
            raise UserError(
                f"expected what {self.path} was begun with, which is {', '.join(differences)}; found another; set "
                f"another --run{go_on}, or start again with --overwrite"
            )

    def _other_files(self, files):
        """Which files of the data differ, in words."""
        path = self.path / FILES
        before = {}
        if path.is_file():
            rows = (line.partition("\t") for line in path.read_text(encoding="utf-8").splitlines())
            before = {name: int(size) for size, _, name in rows if size.isdigit()}
        files = {_in_a_line(name): size for name, size in files.items()}
        words = {
            "added": [name for name in files if name not in before],
            "removed": [name for name in before if name not in files],
            "changed": [name for name in files if before.get(name, files[name]) != files[name]],
        }
        told = [f"{kind} {_some(names)}" for kind, names in words.items() if names] if before else []
        return f"other files in --data ({'; '.join(told)})" if told else "other files in --data"

    def _write(self, configuration):
        with replacing(self.path / CONFIGURATION) as stream:
            stream.write((json.dumps(configuration, indent=2, ensure_ascii=False) + "\n").encode())

    def _write_files(self, files):
        if files:
            with replacing(self.path / FILES) as stream:
                for name, size in files.items():
                    stream.write(f"{size}\t{_in_a_line(name)}\n".encode())


def _in_a_line(name):
    """A file's name in UTF-8 and in one line."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\n", "\\n").replace("\r", "\\r")


def _some(names, most=3):
    told = ", ".join(sorted(names)[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most:,} more"


def _told(value):
    """A setting's value in words."""
    if value is None or value == []:
        return "left out"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _plain(values):
    """What JSON makes of a dict, so that it compares equal to one read back."""
    return json.loads(json.dumps(values, default=str))
