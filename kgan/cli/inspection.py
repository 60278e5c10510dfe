"""The commands beside the apps: `kgan data FOLDER`, `kgan check EXPORT` and `kgan models`."""

import dataclasses
import re
from pathlib import Path
from typing import Literal

import tyro

from kgan.app import flags, startup


@dataclasses.dataclass
class Data:
    """Say what kgan makes of a folder: kind, counts, sizes, problems. A contact sheet shows what a model would see."""

    folder: tyro.conf.Positional[str]
    """A folder or zip of images, pairs, captions or videos, or a TFDS name as `tfds:NAME`."""
    output: str = "runs/data"
    """Folder of contact sheets; this one becomes OUTPUT/NAME.png, over an earlier one of that name."""

    def __call__(self) -> int:
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
    runtimes: tuple[Literal["tensorflow", "openvino", "onnx", "litert"], ...] = ("tensorflow",)
    """Where to serve it. All but tensorflow have the float signature converted, and may be 1e-4 off."""

    def __call__(self) -> int:
        flags.check(self)
        from kgan.export import check

        lines, agrees = check.check(self.export, tolerance=self.tolerance, runtimes=self.runtimes)
        print("\n".join(lines))
        return 0 if agrees else 1


@dataclasses.dataclass
class Models:
    """List the models that ship with kgan; with a name, show its card: data and licenses, how made, how good.

    An app uses its standard model where it is given no run, and any of them with `--model NAME`.
    """

    name: tyro.conf.Positional[str | None] = None
    """One of them."""

    def __call__(self) -> int:
        from kgan.app import shipped
        from kgan.errors import UserError

        cards = shipped.cards()
        if self.name is None:
            width = max((len(card.name) for card in cards), default=0)
            lines = [f"{card.name:<{width}}  {card.app}: {card.summary}" for card in cards]
            lines.append("`kgan models NAME` shows a card." if cards else "No models ship with this kgan.")
            print("\n".join(lines))
            return
        card = next((card for card in cards if card.name == self.name), None)
        if card is None:
            known = ", ".join(card.name for card in cards) or "no models"
            raise UserError(
                f"expected the name of a model that ships with kgan ({known}); found {self.name!r}"
            )
        print(card.text())


VERBS = {"data": Data, "check": Check, "models": Models}
