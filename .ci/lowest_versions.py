"""Prints the lowest version that pyproject.toml allows of each dependency, as requirements for pip."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parent.with_name("pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
for requirement in project["dependencies"]:
    name, lowest = re.match(r"([\w\-]+)[^>]*>=\s*([\w.]+)", requirement).groups()
    print(f"{name}=={lowest}")
