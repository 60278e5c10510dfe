"""The base of the verbs that use a trained model: which run, which file, and where output may go."""

import dataclasses
import json
from pathlib import Path
from typing import ClassVar

from kgan.app import flags, startup
from kgan.app.run.run_folder import RunFolder
from kgan.errors import UserError


@dataclasses.dataclass
class Trained:
    """Base of `generate`, `predict`, `evaluate`, `export`: a dataclass whose fields are flags.

    An app sets `APP`, adds its own fields, and writes `work(model)`.
    """

    APP: ClassVar[str] = ""
    # Whether it works with the data of the run, which a model file does not know.
    NEEDS_RUN: ClassVar[bool] = False

    run: flags.Text = None
    """The run's folder. Left out: runs/ and the app's name."""
    model: flags.Text = None
    """A `.keras` file, or the name of a model that ships with kgan (`kgan models`), to use instead of the run's."""

    def work(self, model):
        """Does what the verb is for, with the model; may return an exit code."""
        raise NotImplementedError

    def check(self):
        """Raises `UserError` for flags that do not go together; called before anything slow."""

    def __post_init__(self):
        self._run_named = self.run is not None
        self.run = f"runs/{self.APP}" if self.run is None else self.run

    @property
    def folder(self):
        """The run's `RunFolder`."""
        return RunFolder(self.run)

    def facts(self):
        """Returns what the run knows about its data; an empty dict where only a model file was given."""
        return {} if self.model else self.configuration()["data"]

    def configuration(self):
        """Returns the run's configuration.

        Raises:
            UserError: if there is none, or it is another app's.
        """
        found = self.folder.configuration()
        if found["app"] != self.APP:
            raise UserError(
                f"expected a run of {self.APP} in {self.run}; found one of {found['app']}; set --run"
            )
        return found

    def training(self, command):
        """Returns the run's `train` command as it was given.

        Args:
            command: the app's `Training` class.
        """
        known = {field.name for field in dataclasses.fields(command)}
        settings = {name: value for name, value in self.configuration()["settings"].items() if name in known}
        return command(**{name: tuple(v) if isinstance(v, list) else v for name, v in settings.items()})

    @property
    def to_train(self):
        """The command that makes what is missing."""
        return f"kgan {self.APP} train --data FOLDER"

    def take_shipped(self):
        """Takes a model in the box: the one that `--model` names, or the app's own where there is no run."""
        from kgan.app import shipped

        card = None
        if self.model is not None and not Path(self.model).exists():
            card = shipped.find(self.APP, self.model)
            if card is None:
                known = ", ".join(shipped.names(self.APP))
                raise UserError(
                    f"expected --model to be a .keras file or one of the models that ship with kgan for this app "
                    f"({known}); found no {self.model}; check the name"
                    if known
                    else f"expected --model to be a .keras file, as no model ships with kgan for this app; found no "
                    f"{self.model}; train one: {self.to_train}"
                )
        elif (
            self.model is None
            and not self._run_named
            and not self.folder.path.exists()
            and not self.NEEDS_RUN
        ):
            card = shipped.find(self.APP)
            if card is None:
                raise UserError(
                    f"expected a run folder written by `train`, as no model ships with kgan for this app; found no "
                    f"{self.run}; train one ({self.to_train}), or name another with --run"
                )
        if card is not None:
            self.model = str(card.file)
            print(
                f"Using the model {card.name}, which ships with kgan (`kgan models {card.name}`)", flush=True
            )

    def __call__(self):
        flags.check(self)
        self.take_shipped()
        if self.model is None:
            self.configuration()
        elif not Path(self.model).is_file():
            raise UserError(f"expected --model to be a .keras file; found no {self.model}; check the name")
        self.check()
        startup.start()
        from kgan.app.run.loading import load_model

        return self.work(load_model(self.model or self.run))


def write_json(path, values):
    """Writes a dict as a JSON file, whole or not at all."""
    from kgan.files.atomic import replacing

    with replacing(path) as stream:
        stream.write((json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode())
