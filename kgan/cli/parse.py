"""Flags into a command: a dataclass whose fields are the flags, shown in groups, refused in one line."""

import ast
import contextlib
import dataclasses
import functools
import io
import itertools
import sys
import typing
from pathlib import Path

from kgan.errors import UserError


def parse(command: type, flags: list[str], program: str) -> typing.Any:
    """Turns flags into an instance of a command's dataclass.

    The help shows the fields in the groups that `command.GROUPS` names, each with the sentence below it, and after
    its own words what `command.more_help(field)` says, where the class has them.

    Args:
        command: dataclass; its fields are the flags, the texts below them their help.
        flags: list of str.
        program: str, what the help calls the program, such as `kgan pix2pix train`.

    Returns:
        An instance of `command`.

    Raises:
        UserError: for flags that do not parse, in one line.
    """
    import tyro

    groups = _groups(command, tyro)
    if len(groups) == 1:
        (outer,) = groups.values()
        outer.__doc__ = command.__doc__
    else:
        outer = dataclasses.make_dataclass(
            command.__name__,
            [(name, kind, dataclasses.field(default_factory=kind)) for name, kind in groups.items()],
            namespace={"__doc__": command.__doc__},
        )
    style = (tyro.conf.PositionalMetavarFromFieldName, tyro.conf.OmitArgPrefixes)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            found = tyro.cli(outer, args=flags, prog=program, config=style)
    except SystemExit as exit_request:
        if exit_request.code in (0, None):
            raise
        raise UserError(f"{_in_one_line(said.getvalue())} See `{program} --help`.") from None
    parts = [found] if len(groups) == 1 else vars(found).values()
    given = {field.name: getattr(part, field.name) for part in parts for field in dataclasses.fields(part)}
    return command(**given)


def _groups(command, tyro):
    """A dataclass for each group of fields, by the group's name, in the order in which they are shown."""
    hints, texts = typing.get_type_hints(command, include_extras=True), documented(command)
    titles = getattr(command, "GROUPS", {})
    of = {name: title for title, (_, names) in titles.items() for name in names}
    sorted_ = {title: [] for title in titles}
    for field in dataclasses.fields(command):
        said = command.more_help(field.name) if hasattr(command, "more_help") else ""
        words = " ".join(f"{texts.get(field.name, '')} {said}".split())
        # tyro's own `arg` on the type stays: it is read from the inside out.
        shown = tyro.conf.arg(help=words, **_shown(hints[field.name]))
        kind = typing.Annotated[hints[field.name], shown]
        if hints[field.name] is bool:
            kind = tyro.conf.FlagCreatePairsOff[kind]
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        entry = (field.name, kind) if required else (field.name, kind, _default(field))
        sorted_.setdefault(of.get(field.name, "run" if titles else ""), []).append(entry)
    made = {}
    for title, entries in sorted_.items():
        if entries:
            entries.sort(key=len)  # those without a default come first
            words = titles.get(title, ("",))[0]
            made[title or "flags"] = dataclasses.make_dataclass(
                "Flags", entries, namespace={"__doc__": words or None}, kw_only=True
            )
    return made


def _shown(hint):
    """What an `arg` on the type says of how the flag is shown."""
    for note in getattr(hint, "__metadata__", ()):
        if hasattr(note, "metavar") and hasattr(note, "help_behavior_hint"):
            return {"metavar": note.metavar, "help_behavior_hint": note.help_behavior_hint}
    return {}


def _default(field):
    if field.default is not dataclasses.MISSING:
        return dataclasses.field(default=field.default)
    return dataclasses.field(default_factory=field.default_factory)


@functools.cache
def documented(command: type) -> dict[str, str]:
    """The text below each field of a dataclass, those that it inherits included."""
    texts = {}
    for kind in filter(dataclasses.is_dataclass, reversed(command.__mro__)):
        body = _bodies(sys.modules[kind.__module__].__file__).get(kind.__name__, [])
        for line, following in itertools.pairwise(body):
            if isinstance(line, ast.AnnAssign) and isinstance(following, ast.Expr):
                text = getattr(following.value, "value", None)
                if isinstance(text, str):
                    texts[line.target.id] = " ".join(text.split())
    return texts


@functools.cache
def _bodies(file):
    nodes = ast.parse(Path(file).read_text(encoding="utf-8")).body if file else []
    return {node.name: node.body for node in nodes if isinstance(node, ast.ClassDef)}


def _in_one_line(box):
    """Reads the text out of tyro's framed, several-line message."""
    rows = [line.strip(" │╭╮╰╯─") for line in box.splitlines()]
    rows = [row for row in rows if row][1:]
    kept = []
    for row in rows:
        if row.startswith(("Got errors", "For full help", "Argument helptext")):
            break
        kept.append(row)
    text = " ".join(kept).replace("{None}|", "").replace("'None', ", "").replace(", 'None'", "")
    return text.rstrip(".") + "."
