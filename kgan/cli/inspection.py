"""The commands beside the apps: `kgan data FOLDER` and `kgan check EXPORT`."""

import dataclasses
import re
from pathlib import Path

import tyro

from kgan.app import flags, startup


@dataclasses.dataclass
class Data:
    """Say what kgan makes of a folder: kind, counts, sizes, problems. A contact sheet shows what a model would see."""

    folder: tyro.conf.Positional[str]
    """A folder or zip of images, pairs, captions or videos, or a TFDS name as `tfds:NAME`."""
    output: str = "runs/data"
    """Folder of contact sheets; this one becomes OUTPUT/NAME.png, over an earlier one of that name."""

    def __call__(self):
        flags.check(self)
        startup.start()
        from kgan import data

        name = re.sub(r"^tfds:", "", self.folder.rstrip("/"))
        name = name.replace(":", "-") if name != self.folder else Path(name).resolve().name
        sheet = Path(self.output) / f"{name}.png"
        print(data.describe(self.folder, sheet))


@dataclasses.dataclass
class Check:
    """Serve an exported model in a fresh process and compare it with the original.

    The process imports TensorFlow and NumPy alone, so what agrees here needs neither kgan nor Keras where it
    is served.
    """

    export: tyro.conf.Positional[str]
    """What `export` wrote: `saved_models/NAME`, or one version in it."""
    tolerance: flags.NotNegativeNumber = 1e-5
    """The largest difference allowed between a served value and the original."""

    def __call__(self):
        flags.check(self)
        from kgan.export import check

        lines, agrees = check.check(self.export, tolerance=self.tolerance)
        print("\n".join(lines))
        return 0 if agrees else 1


VERBS = {"data": Data, "check": Check}
