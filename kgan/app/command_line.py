"""The running command, as its user would type it again."""

import shlex
import sys
from pathlib import Path


def command_line(*without) -> str:
    """Returns the running command as one would type it to go on: the same words without `--overwrite`.

    Args:
        *without: further flags to leave out, each with its value.
    """
    words, skip = [], False
    for word in sys.argv[1:]:
        if word in without:
            skip = True
        elif skip:
            skip = False
        elif word != "--overwrite" and word.partition("=")[0] not in without:
            words.append(word)
    program = Path(sys.argv[0]).name
    if program == "__main__.py":
        program = "python -m kgan"
    elif program.endswith(".py"):
        program = f"python {shlex.quote(sys.argv[0])}"
    return f"{program} {shlex.join(words)}"
