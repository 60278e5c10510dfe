"""`export`: the verb that writes a model for serving, for apps whose model serves as it is."""

import dataclasses
from pathlib import Path

from kgan.app import flags
from kgan.app.verbs.trained import Trained


@dataclasses.dataclass
class Export(Trained):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    output: str = "saved_models"
    """Folder of exported models; this one becomes OUTPUT/NAME/VERSION."""
    name: flags.Text = None
    """The model's name. Left out: the run folder's."""
    overwrite: bool = False
    """Replace the newest version rather than add one."""

    def work(self, model):
        from kgan.export.savedmodel import export

        name = self.name or (Path(self.model).stem if self.model else self.folder.path.resolve().name)
        target = export(model, Path(self.output) / name, self.overwrite)
        print(f"{target}; compare it with `kgan check {target}`")
