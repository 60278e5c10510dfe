"""The `kgan` command: finds the app by name and imports only that one.

`kgan <app> <verb> [flags]`. An app is a module of `kgan.apps` with a table `VERBS = {"train": Train, ...}` of
dataclasses: the fields are the flags, their docstrings the help, and calling one does the
work and may return an exit code.
"""

import ast
import difflib
import importlib
import importlib.util
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from kgan.cli.parse import parse
from kgan.errors import UserError
from kgan.files import disk
from kgan.version import __version__

APPS_PACKAGE = "kgan.apps"
# The commands that belong to no app.
BESIDE = ("data", "check", "models")


def main(arguments: list[str] | None = None) -> int:
    """Runs one `kgan` command line.

    Args:
        arguments: list of str, without the program's name. Default: what the process was started with.

    Returns:
        The exit code: 0 done, 1 the disk failed, 2 bad input (both told in one line on stderr), 130 stopped by Ctrl-C.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    return answer(lambda: _dispatch(arguments))


def answer(work: Callable) -> int:
    """Does a command's work and turns how it ended into an exit code.

    Args:
        work: callable that returns an exit code or None.

    Returns:
        The exit code, as for `main`.
    """
    try:
        return work() or 0
    except UserError as error:
        print(f"kgan: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except SystemExit as exit_request:  # tyro, after printing a --help
        return exit_request.code or 0
    except BrokenPipeError:
        # `kgan --help | head`: the reader has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        print("kgan: stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    except Exception as error:
        told = disk.failure(error)
        if told is None:
            raise
        print(f"kgan: {told}", file=sys.stderr)
        return 1


def app_names() -> list[str]:
    """Returns a dict from each app's name, as typed on the command line, to its one-line description."""
    names = {}
    for folder in importlib.util.find_spec(APPS_PACKAGE).submodule_search_locations:
        for path in sorted(Path(folder).glob("*.py")):
            if not path.stem.startswith("_"):
                names[path.stem.replace("_", "-")] = _description(path)
    return names


def _description(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def _dispatch(arguments):
    first = arguments[0] if arguments else "--help"
    if first in ("--help", "-h"):
        print(_overview())
        return 0
    if first == "--version":
        print(f"kgan {__version__}")
        return 0
    apps = app_names()
    if first in BESIDE:
        verbs, prefix = importlib.import_module("kgan.cli.inspection").VERBS, "kgan"
    elif first == "features":
        features = importlib.import_module("kgan.cli.features")
        verbs, prefix = features.VERBS, "kgan features"
        apps = {**apps, "features": features.DESCRIPTION}
        arguments = arguments[1:]
    elif first in apps:
        verbs, prefix = (
            importlib.import_module(f"{APPS_PACKAGE}.{first.replace('-', '_')}").VERBS,
            f"kgan {first}",
        )
        arguments = arguments[1:]
    else:
        raise UserError(_unknown("app or command", first, [*apps, *BESIDE, "features"], "kgan --help"))
    if not arguments or arguments[0] in ("--help", "-h"):
        print(_verbs_overview(prefix, apps[first], verbs))
        return 0
    verb, *flags = arguments
    if verb not in verbs:
        raise UserError(_unknown("verb", verb, list(verbs), f"{prefix} --help"))
    return parse(verbs[verb], flags, f"{prefix} {verb}")()


def _overview():
    apps = app_names()
    width = max(len(name) for name in [*apps, "models [NAME]"])
    lines = [
        "usage: kgan <app> <verb> [flags]",
        "",
        "Adversarial networks on Keras: from images to a served model.",
        "",
    ]
    lines += ["apps:", *(f"  {name:<{width}}  {text}" for name, text in apps.items()), ""]
    lines += [
        "beside the apps:",
        f"  {'data FOLDER':<{width}}  Say what kgan sees in a folder: images, sizes, labels, problems.",
        f"  {'check EXPORT':<{width}}  Serve an exported model in a fresh process and compare.",
        f"  {'models [NAME]':<{width}}  List the models that ship with kgan, or show one's card.",
        f"  {'features':<{width}}  Networks that pictures are compared in: `features list`, `features fetch NAME`.",
        "",
        "`kgan <app> --help` lists an app's verbs, `kgan <app> <verb> --help` their flags; `kgan --version`.",
    ]
    return "\n".join(lines)


def _verbs_overview(prefix, description, verbs):
    width = max(map(len, verbs))
    lines = [f"usage: {prefix} <verb> [flags]", "", description, "", "verbs:"]
    lines += [
        f"  {name:<{width}}  {verb.__doc__.strip().partition(chr(10))[0]}" for name, verb in verbs.items()
    ]
    return "\n".join([*lines, "", f"`{prefix} <verb> --help` lists the flags."])


def _unknown(kind, found, known, help_command):
    near = difflib.get_close_matches(found, known, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"see `{help_command}`."
    return f"expected the {kind} to be one of {', '.join(known)}; found {found!r}; {advice}"
