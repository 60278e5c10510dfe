"""The types of flags, what values they may have, and what several verbs read alike. No Keras: `--help` imports this."""

import dataclasses
import math
import re
import typing
from typing import Annotated

from tyro.conf import UseAppendAction, arg

from kgan.errors import UserError
from kgan.files.disk import there


@dataclasses.dataclass(frozen=True)
class Range:
    """The numbers that a flag may have; `above` and `below` leave the end out."""

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None

    def check(self, flag: str, value) -> None:
        """Raises `UserError` if the value is outside."""
        tests = (
            self.least is None or value >= self.least,
            self.above is None or value > self.above,
            self.most is None or value <= self.most,
            self.below is None or value < self.below,
        )
        if not (math.isfinite(value) and all(tests)):
            raise UserError(f"expected {flag} to be {self.words()}; found {value}; change it")

    def words(self) -> str:
        """The range as people say it."""
        ends = {"at least": self.least, "above": self.above, "at most": self.most, "below": self.below}
        said = [f"{word} {end:g}" for word, end in ends.items() if end is not None]
        return " and ".join(said) or "a finite number"


@dataclasses.dataclass(frozen=True)
class Exists:
    """A file or folder that must be there; `tfds:NAME` is none."""

    what: str
    folder: bool = True

    def check(self, flag: str, value) -> None:
        """Raises `UserError` if there is nothing at the path."""
        if value.startswith("tfds:") and self.folder:
            return
        if not there(value):
            raise UserError(f"expected {flag} to be {self.what}; found nothing at {value}; check the name")


# Penalties that have no interval: `weight-clipping=0.01/4` means nothing.
NEVER_LAZY = ("weight-clipping", "lecam")


@dataclasses.dataclass(frozen=True)
class Penalties:
    """Names of penalties, each with its strength perhaps."""

    def check(self, flag: str, values) -> None:
        """Raises `UserError` for an unknown name, one given twice, or a strength that is none."""
        from kgan.app import names

        known = names.penalties()
        if tuple(values) == ("none",):
            return
        for text in values:
            name, given, strength = text.partition("=")
            if name not in known:
                raise UserError(
                    f"expected {flag} to be among {', '.join(known)}, or none alone; found {text!r}; change it"
                )
            if given:
                strength, lazy, interval = strength.partition("/")
                try:
                    number = float(strength)
                    sound = not lazy or (int(interval) >= 1 and name not in NEVER_LAZY)
                except ValueError:
                    number, sound = math.nan, False
                least = 0 if name == "weight-clipping" else None
                if not math.isfinite(number) or number < 0 or number == least or not sound:
                    every = "" if name in NEVER_LAZY else f", or {name}=NUMBER/STEPS"
                    raise UserError(
                        f"expected {flag} {name}=NUMBER, of at least 0{every}; found {text!r}; try {name}=1"
                    )
        repeated = [text.partition("=")[0] for text in values]
        if len(set(repeated)) < len(repeated):
            raise UserError(f"expected {flag} to name each once; found {' '.join(values)}; drop one")


def _left_out(metavar: str):
    """A flag that may be left out is shown without a default, as its help says what happens then."""
    return arg(metavar=metavar, help_behavior_hint="")


Text = Annotated[str | None, _left_out("STR")]
Data = Annotated[str | None, _left_out("FOLDER"), Exists("a folder, a zip or tfds:NAME")]
Start = Annotated[str | None, _left_out("RUN"), Exists("a run folder or a .keras file", folder=False)]
Whole = Annotated[int | None, _left_out("INT"), Range(least=1)]
Natural = Annotated[int | None, _left_out("INT"), Range(least=0)]
Number = Annotated[float | None, _left_out("FLOAT"), Range(above=0)]
Weight = Annotated[float | None, _left_out("FLOAT"), Range(least=0)]
Share = Annotated[float | None, _left_out("FLOAT"), Range(least=0, below=1)]
Position = Annotated[float | None, _left_out("FLOAT"), Range(least=0, most=1)]
Names = Annotated[tuple[str, ...], arg(metavar="[NAME ...]", help_behavior_hint="")]
PenaltyNames = Annotated[
    tuple[str, ...], arg(metavar="[NAME[=WEIGHT] ...]", help_behavior_hint=""), Penalties()
]
Seed = Annotated[int, Range(least=0, below=2**31)]
Positive = Annotated[int, Range(least=1)]
Above = Annotated[float, Range(above=0)]
NotNegative = Annotated[int, Range(least=0)]
NotNegativeNumber = Annotated[float, Range(least=0)]
Fraction = Annotated[float, Range(least=0, below=1)]
Percent = Annotated[int, Range(least=1, most=100)]
Switch = Annotated[bool, "both ways"]  # --NAME and --no-NAME
Byte = Annotated[int, Range(least=0, most=255)]
# Given once for each value, as values hold spaces.
Repeated = Annotated[tuple[str, ...], UseAppendAction, arg(metavar="STR", help_behavior_hint="")]


def choices(literal):
    """How a flag that may be left out shows a `Literal`'s values."""
    return arg(metavar="{" + ",".join(map(str, typing.get_args(literal))) + "}", help_behavior_hint="")


def name_of(field: str) -> str:
    """A field's name as its flag is typed."""
    return f"--{field.replace('_', '-')}"


def check(command) -> None:
    """Makes sure that each flag of a command has a value that it may have, without Keras.

    Raises:
        UserError: naming the first that has not: empty text, a number that is not finite or out of its range, a
            name that nothing has, a file that is not there.
    """
    hints = typing.get_type_hints(type(command), include_extras=True)
    for field in dataclasses.fields(command):
        value, flag = getattr(command, field.name), name_of(field.name)
        if value is None:
            continue
        if value == "" or (isinstance(value, tuple) and "" in value):
            raise UserError(f"expected {flag} to be named; found an empty text; name it or leave {flag} out")
        if isinstance(value, str) and "\0" in value:
            raise UserError(f"expected {flag} without NUL bytes; found {value!r}; change it")
        if isinstance(value, float) and not math.isfinite(value):
            raise UserError(f"expected {flag} to be a finite number; found {value}; change it")
        for note in getattr(hints[field.name], "__metadata__", ()):
            if hasattr(note, "check") and value != ():
                note.check(flag, value)


def image_size(text):
    """Reads `64` or `48x64`.

    Args:
        text: str, one number or height x width.

    Returns:
        `(height, width)`.

    Raises:
        UserError: for anything else.
    """
    match = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", str(text).strip())
    if not match or not int(match[1]) or (match[2] and not int(match[2])):
        raise UserError(f"expected --image-size as N or HEIGHTxWIDTH; found {text!r}; try 64 or 48x64")
    return int(match[1]), int(match[2] or match[1])


def part(text: str) -> tuple[int, int]:
    """Reads `I/N`, the I-th of N parts, counted from 1.

    Raises:
        UserError: for anything else.
    """
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UserError(f"expected --shard as I/N, the I-th of N parts from 1; found {text!r}; try 1/4")
    return int(match[1]), int(match[2])
