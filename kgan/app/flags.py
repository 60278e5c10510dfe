"""The types of flags, and what several verbs read alike. No Keras here: `--help` imports this."""

import re
import typing
from typing import Annotated

from tyro.conf import arg

from kgan.errors import UserError

# Flags that may be left out: shown without a default, as their help says what happens then.
Text = Annotated[str | None, arg(metavar="STR", help_behavior_hint="")]
Whole = Annotated[int | None, arg(metavar="INT", help_behavior_hint="")]
Number = Annotated[float | None, arg(metavar="FLOAT", help_behavior_hint="")]
Names = Annotated[tuple[str, ...], arg(metavar="[NAME ...]", help_behavior_hint="")]


def choices(literal):
    """How a flag that may be left out shows a `Literal`'s values."""
    return arg(metavar="{" + ",".join(map(str, typing.get_args(literal))) + "}", help_behavior_hint="")


def image_size(text):
    """Reads `64` or `48x64`.

    Args:
        text: str, one number or height x width.

    Returns:
        `(height, width)`.

    Raises:
        UserError: for anything else.
    """
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", str(text).strip())
    if not match or not int(match[1]) or match[2] == "0":
        raise UserError(f"expected --image-size as N or HEIGHTxWIDTH; found {text!r}; try 64 or 48x64")
    return int(match[1]), int(match[2] or match[1])


def positive(name, value):
    """Makes sure that a flag's number is above zero, if it was given.

    Raises:
        UserError: if it is not.
    """
    if value is not None and not value > 0:
        raise UserError(f"expected --{name.replace('_', '-')} to be above 0; found {value}")


def share(name, value):
    """Makes sure that a flag's number is from 0 to below 1.

    Raises:
        UserError: if it is not.
    """
    if not 0 <= value < 1:
        flag = name.replace("_", "-")
        raise UserError(f"expected --{flag} from 0 to below 1; found {value}; try 0.1")
