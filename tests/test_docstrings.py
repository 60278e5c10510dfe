"""Examples in docstrings are run; and no docstring carries the marks of a broken re-wrapping."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from keras import ops

import kgan

PACKAGE = Path(kgan.__file__).resolve().parent
RUN = (
    "augmentation.lookup",
    "losses.functions",
    "objectives.pixels",
    "objectives.features",
    "metrics.mean_gradient",
    "metrics.mean_pairwise_distance",
    "metrics.kernel_distance",
)
GIVEN = {"ops": ops, "np": np, "features": np.random.default_rng(0).normal(size=(20, 3))}


@pytest.mark.parametrize("name", RUN)
def test_examples_say_what_comes_out(name):
    module = importlib.import_module(f"kgan.{name}")
    found = doctest.testmod(module, extraglobs=GIVEN)
    assert found.attempted > 0
    assert found.failed == 0


def docstrings():
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node, clean=False)
                if text:
                    yield f"{path.relative_to(PACKAGE)}:{getattr(node, 'name', 'module')}", text


def test_no_docstring_was_broken_by_a_tool():
    quotes = [where for where, text in docstrings() if re.search(r'\w "\n\s*"', text)]
    # One argument's entry within another's: "a: this. b: that."
    run_on = [
        where
        for where, text in docstrings()
        for line in text.splitlines()
        if re.match(r"^ {8}[a-z_]+: [^`]*\. [a-z_]+: ", line)
    ]
    assert not quotes
    assert not run_on
