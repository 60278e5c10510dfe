"""Recipes: what flags mean that were left out. Help texts, `--dry-run` and config.json are made from them. No Keras."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Settings that belong together, for one size of network and kind of data.

    Args:
        name: str, what it is for, as the help says it after a value: "photographs in the box".
        source: str, where its numbers are from: a paper, or what was measured.
        values: dict from a field to its value. None leaves it to what stands below (a scheme, a network).
        when: dict from an attribute of the command to the value, or a tuple of the values, that it must have.
        shows_after: int, the steps after which results begin to look like something, or None.

    Example:
        >>> Recipe("glyphs", "measured", {"width": 16}, {"kind": "bundled"}).values["width"]
        16
    """

    name: str
    source: str
    values: Mapping[str, Any]
    when: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    shows_after: int | None = None

    def fits(self, command) -> bool:
        """Whether a command is one that this recipe is for."""
        for attribute, wanted in self.when.items():
            allowed = wanted if isinstance(wanted, tuple) else (wanted,)
            if getattr(command, attribute) not in allowed:
                return False
        return True

    def as_dict(self) -> dict:
        """What config.json keeps of it."""
        return {"name": self.name, "source": self.source, "values": dict(self.values)}


def settle(command, recipes) -> list[tuple[Recipe, dict]]:
    """Sets the flags that were left out, by the recipes that fit, the first that knows a flag first.

    Recipes are looked at in their order, so a later one may ask (`when`) for what an earlier one has set. The length
    of a training is one thing, whether it is said in steps, epochs or minutes: given once, no recipe says it again.

    Args:
        command: a dataclass; None and () are what was left out.
        recipes: list of `Recipe`.

    Returns:
        The recipes that set something, each with what it set.
    """
    used = []
    timed = any(getattr(command, name, None) is not None for name in ("steps", "epochs", "minutes"))
    known = set()
    for recipe in recipes:
        if not recipe.fits(command):
            continue
        taken = {}
        for name, value in recipe.values.items():
            if name in known or (name in LENGTHS and timed) or getattr(command, name) not in (None, ()):
                continue
            known.add(name)
            setattr(command, name, value)
            taken[name] = value
        if taken:
            used.append((recipe, taken))
    return used


LENGTHS = ("steps", "adversarial_steps", "epochs", "minutes")


def left_out(recipes, name) -> str:
    """What the help says of leaving a flag out: `Left out: 32 (glyphs); 64 (folder).`, or "" if no recipe knows it."""
    told = {}
    for recipe in recipes:
        if name in recipe.values:
            told.setdefault(_words(recipe.values[name]), []).append(recipe)
    if not told:
        return ""
    if len(told) == 1 and not all(recipe.when for recipe in next(iter(told.values()))):
        return f"Left out: {next(iter(told))}."
    said = (f"{value} ({', '.join(dict.fromkeys(one.name for one in used))})" for value, used in told.items())
    return f"Left out: {'; '.join(said)}."


def shows_after(recipes) -> int | None:
    """The steps that the first of some recipes that says so needs to look like something."""
    return next((recipe.shows_after for recipe in recipes if recipe.shows_after), None)


def _words(value):
    if value is None:
        return "its own"
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return (
        f"{value:g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    )
