"""`export`: the verb that writes a model for serving, for apps whose model serves as it is."""

import csv
import dataclasses
import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from kgan.app import flags
from kgan.app.verbs.trained import Trained
from kgan.errors import UserError

Format = Literal["savedmodel", "onnx", "litert", "openvino"]


@dataclasses.dataclass
class Export(Trained):
    """Write a SavedModel with float, uint8 and PNG signatures, laid out for TensorFlow Serving."""

    output: str = "saved_models"
    """Folder of exported models; this one becomes OUTPUT/NAME/VERSION."""
    name: flags.Text = None
    """The model's name. Left out: the run folder's."""
    format: Format = "savedmodel"
    """For other runtimes: floats in and out, as OUTPUT/NAME.onnx, .tflite or .xml."""
    largest_side: flags.Positive = 2048
    """Pixels; a request with a larger picture is answered with an error."""
    scores: Annotated[str | None, flags.Exists("a file that `evaluate --json` wrote", folder=False)] = None
    """What `evaluate --json` wrote, for the model's card."""
    overwrite: bool = False
    """Replace the newest version rather than add one."""

    def work(self, model):
        from kgan.export.savedmodel import export

        name = self.name or (Path(self.model).stem if self.model else self.folder.path.resolve().name)
        if self.format != "savedmodel":
            return self._converted(model, name)
        target = export(model, Path(self.output) / name, self.overwrite, self.largest_side, self._extras)
        from kgan.export.beside import write_beside
        from kgan.export.check import facts_of

        write_beside(self.output, name, facts_of(target)["signatures"])
        print(f"{target}; compare it with `kgan check {target}`")
        return None

    def _converted(self, model, name):
        from kgan.export import runtimes
        from kgan.export.savedmodel import export
        from kgan.files.atomic import claim, replacing_path

        target = claim(Path(self.output) / f"{name}{runtimes.RUNTIMES[self.format][1]}", self.overwrite)
        with tempfile.TemporaryDirectory() as folder:
            saved = export(model, Path(folder) / "model", largest_side=self.largest_side)
            made = runtimes.convert(saved, self.format, Path(folder) / "converted")
            target.parent.mkdir(parents=True, exist_ok=True)
            for suffix in (".bin", made.suffix):  # OpenVINO's weights, before what names them
                if made.with_suffix(suffix).exists():
                    with replacing_path(target.with_suffix(suffix)) as partial:
                        shutil.copyfile(made.with_suffix(suffix), partial)
        print(f"{target}: floats in and out, as the signature serving_default has them")

    def _extras(self, folder, facts):
        """The model's card and a picture of samples, where the run that it comes from is known."""
        if self.model:
            return
        from kgan.export.model_card import CARD, GRID, model_card

        pictures = sorted(self.folder.samples.rglob("step-*.png"), key=lambda path: path.name)
        if pictures:
            shutil.copyfile(pictures[-1], folder / GRID)
        last = None
        if self.folder.history.is_file():
            with open(self.folder.history, newline="", encoding="utf-8") as stream:
                last = list(csv.DictReader(stream))[-1:]
        text = model_card(
            self.name or self.folder.path.resolve().name,
            self.configuration(),
            facts,
            self._scores(),
            last[0] if last else None,
            bool(pictures),
        )
        (folder / CARD).write_text(text, encoding="utf-8")

    def _scores(self):
        if not self.scores:
            return []
        try:
            found = json.loads(Path(self.scores).read_text(encoding="utf-8"))
            found = found if isinstance(found, list) else [found]
            if not all(isinstance(one, dict) and "protocol" in one for one in found):
                raise ValueError("no protocol in it")
        except ValueError as error:
            raise UserError(
                f"expected --scores to be what `evaluate --json` wrote; found {self.scores} ({error}); name that file"
            ) from None
        return found
