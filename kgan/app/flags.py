"""The flags that several verbs share, and what they mean. No Keras here: `--help` reads this."""

import re

from kgan.errors import UserError


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
