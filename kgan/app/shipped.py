"""The models in the box: trained, with a card each, for verbs that are given no run. No Keras: `--help` reads this.

A model ships by being a folder of `saved_models`: `NAME/card.json`, `NAME/NAME.keras`, and `NAME/1`, its SavedModel.
The card is a JSON object with the fields of `Card` but its folder.
"""

import dataclasses
import json
from pathlib import Path

from kgan.errors import UserError

# In the wheel they lie inside the package, in a checkout beside it.
FOLDERS = (Path(__file__).parents[1] / "saved_models", Path(__file__).parents[2] / "saved_models")


@dataclasses.dataclass(frozen=True)
class Card:
    """What a model in the box is, where it comes from, and how good it is.

    Args:
        folder: path of the model's folder, whose name is the model's.
        app: str, the app whose verbs use it.
        summary: str, one line.
        standard: bool, whether the app takes it where neither a run nor a model is named; one an app.
        parameters: int.
        data: list of dicts: `what`, `license`, and `author` and `source` where there are any.
        commands: list of str, what made it.
        time: str, how long that took, and on what.
        measured: list of dicts, one a row of a table with the same keys: how it does beside baselines.
        protocol: str, how that was measured.
        notes: list of str, what it is not good at, and what else should be known.
    """

    folder: Path
    app: str
    summary: str
    standard: bool
    parameters: int
    data: list
    commands: list
    time: str
    measured: list
    protocol: str
    notes: list = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """The model's name, as `--model` takes it."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """The `.keras` file."""
        return self.folder / f"{self.name}.keras"

    @property
    def bytes(self) -> int:
        """The size of all of it."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def text(self) -> str:
        """The card in words."""
        lines = [f"{self.name}: {self.summary}", f"for kgan {self.app}, {self.parameters:,} parameters"]
        lines += [f"{self.bytes / 1e6:.1f} MB in {self.folder}", "", "made by"]
        lines += [*(f"  {command}" for command in self.commands), f"  {self.time}", "", "trained on"]
        for work in self.data:
            told = [work["what"], work.get("author"), work["license"], work.get("source")]
            lines.append("  " + "; ".join(part for part in told if part))
        lines += ["", "measured", *_table(self.measured), f"  {self.protocol}"]
        lines += ["", *self.notes] if self.notes else []
        return "\n".join(lines)


def cards() -> list[Card]:
    """Returns the cards of all models in the box, sorted by app and name.

    Raises:
        UserError: if a card cannot be read.
    """
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    found = [] if folder is None else [_read(path) for path in folder.glob("*/card.json")]
    return sorted(found, key=lambda card: (card.app, not card.standard, card.name))


def find(app: str, name: str | None = None) -> Card | None:
    """Returns an app's model of a name, or the one that it takes where none is named; None if there is none."""
    of_app = [card for card in cards() if card.app == app]
    return next((card for card in of_app if (card.standard if name is None else card.name == name)), None)


def names(app: str) -> list[str]:
    """Returns the names of an app's models in the box."""
    return [card.name for card in cards() if card.app == app]


def _read(path: Path) -> Card:
    try:
        card = Card(path.parent, **json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"expected the card of a model in {path}; found {error}; install kgan again"
        ) from error
    return card


def _table(rows) -> list[str]:
    if not rows:
        return []
    heads = list(rows[0])
    cells = [heads, *([str(row.get(head, "")) for head in heads] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    return [
        "  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
