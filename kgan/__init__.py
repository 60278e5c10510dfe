"""kgan: adversarial networks that are Keras models.

Names load when they are first used, so that `import kgan` (and `kgan --help`) costs no TensorFlow.
"""

import ast
import importlib
from pathlib import Path

from kgan import saving
from kgan.saving import load_model
from kgan.version import __version__


def _schemes() -> tuple[str, ...]:
    """The classes that `kgan/schemes/__init__.py` imports, read without importing them."""
    lines = ast.parse(
        Path(__file__).with_name("schemes").joinpath("__init__.py").read_text(encoding="utf-8")
    ).body
    ours = [
        line for line in lines if getattr(line, "module", None) and line.module.startswith("kgan.schemes.")
    ]
    return tuple(sorted(name.name for line in ours for name in line.names))


SCHEMES = _schemes()
MODULES = (
    "analysis",
    "app",
    "backend",
    "callbacks",
    "data",
    "export",
    "layers",
    "losses",
    "metrics",
    "networks",
    "objectives",
    "penalties",
    "pictures",
    "schedules",
    "schemes",
    "tasks",
    "tiles",
)

__all__ = ["AdversarialModel", "__version__", "load_model", *MODULES, *SCHEMES]


def __getattr__(name):
    if name in MODULES:
        return importlib.import_module(f"kgan.{name}")
    if name == "AdversarialModel":
        return importlib.import_module("kgan.adversarial").AdversarialModel
    if name in SCHEMES:
        return getattr(importlib.import_module("kgan.schemes"), name)
    raise AttributeError(f"module 'kgan' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)


saving.announce()
