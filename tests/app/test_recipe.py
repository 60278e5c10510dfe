"""Recipes: what they set, in which order, and what the help says of it."""

import dataclasses

import pytest

from kgan.app.recipe import Recipe, left_out, settle, shows_after

RECIPES = (
    Recipe("with labels", "a", {"scheme": "conditional"}, {"labels": True}),
    Recipe("else", "b", {"scheme": "gan"}),
    Recipe("for conditional", "c", {"width": 8, "steps": 10}, {"scheme": "conditional"}, shows_after=5),
    Recipe("else", "d", {"width": 16, "rate": None, "steps": 20}),
)


@dataclasses.dataclass
class Command:
    labels: bool = False
    scheme: str | None = None
    width: int | None = None
    rate: float | None = None
    steps: int | None = None
    minutes: float | None = None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"scheme": "gan", "width": 16, "steps": 20}),
        ({"labels": True}, {"scheme": "conditional", "width": 8, "steps": 10}),
        ({"width": 3}, {"scheme": "gan", "width": 3, "steps": 20}),
        ({"minutes": 2.0}, {"scheme": "gan", "width": 16, "steps": None}),
    ],
)
def test_what_is_left_out_is_set_by_the_first_recipe_that_fits(given, expected):
    command = Command(**given)
    used = settle(command, RECIPES)
    assert {name: getattr(command, name) for name in expected} == expected
    set_by = {name: recipe.source for recipe, values in used for name in values}
    assert "rate" in set_by
    assert ("width" in set_by) == ("width" not in given)


def test_help_is_made_of_the_recipes():
    assert left_out(RECIPES, "width") == "Left out: 8 (for conditional); 16 (else)."
    assert left_out(RECIPES, "scheme") == "Left out: conditional (with labels); gan (else)."
    assert left_out(RECIPES, "rate") == "Left out: its own."
    assert left_out(RECIPES, "minutes") == ""
    assert shows_after(RECIPES) == 5
