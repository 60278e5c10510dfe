"""The folder of one run: what was asked for, and where everything that comes of it goes."""

import contextlib
import json
import os
import shutil
from pathlib import Path

from kgan.errors import UserError
from kgan.files.atomic import replacing
from kgan.version import __version__

CONFIGURATION = "config.json"
# What a run writes; `--overwrite` removes these and nothing else.
CONTENTS = (
    CONFIGURATION,
    "checkpoint",
    "stages",
    "model.keras",
    "samples",
    "history.csv",
    "tensorboard",
    "report.html",
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
            UserError: if the folder holds no run.
        """
        path = self.path / CONFIGURATION
        if not path.is_file():
            raise UserError(f"expected a run folder written by `train`; found no {path}; name it with --run")
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UserError(
                f"expected JSON in {path}; found damage ({error}); start again with --overwrite"
            ) from error

    def begin(self, app, settings, data, free=(), overwrite=False):
        """Claims the folder for a configuration, or makes sure that it already belongs to it.

        Args:
            app: str, the app's name.
            settings: dict of flag to value.
            data: dict of facts about the data; its `fingerprint` must stay the same.
            free: names of settings that may change between calls.
            overwrite: bool, whether to remove an earlier run.

        Returns:
            True if the folder already held this run.

        Raises:
            UserError: if it holds something else, naming the fields that differ.
        """
        if overwrite:
            self.clear()
        asked = {"kgan": __version__, "app": app, "settings": _plain(settings), "data": _plain(data)}
        if (self.path / CONFIGURATION).exists():
            # Before the first checkpoint there is nothing to lose: a command that failed may be mended.
            if self.checkpoints.is_dir() and any(self.checkpoints.iterdir()):
                self._refuse_another(asked, free)
            self._write(asked)
            return True
        if self.path.exists() and (
            not self.path.is_dir() or any(not path.name.startswith(".") for path in self.path.iterdir())
        ):
            raise UserError(
                f"expected an empty folder or an earlier run; found other files in {self.path}; set --run"
            )
        self._write(asked)
        return False

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

    def _refuse_another(self, asked, free):
        earlier = self.configuration()
        differences = []
        if earlier["app"] != asked["app"]:
            differences.append(f"app ({earlier['app']}, now {asked['app']})")
        for name in sorted({*earlier["settings"], *asked["settings"]} - set(free)):
            before, now = earlier["settings"].get(name), asked["settings"].get(name)
            if before != now:
                differences.append(f"--{name.replace('_', '-')} ({before}, now {now})")
        if not differences and earlier["data"].get("fingerprint") != asked["data"].get("fingerprint"):
            differences.append("the files in --data")
        if differences:
            raise UserError(
                f"expected the configuration that {self.path} was begun with; found another "
                f"{', '.join(differences)}; "
                "use another --run, or --overwrite to start again"
            )

    def _write(self, configuration):
        with replacing(self.path / CONFIGURATION) as stream:
            stream.write((json.dumps(configuration, indent=2, ensure_ascii=False) + "\n").encode())


def _plain(values):
    """What JSON makes of a dict, so that it compares equal to one read back."""
    return json.loads(json.dumps(values, default=str))
