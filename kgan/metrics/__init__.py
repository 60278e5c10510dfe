"""Measures of generated and restored images: a pure function, and what accumulates it, a file each."""

import importlib
import pkgutil


def __dir__() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def __getattr__(name: str):
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"kgan.metrics has no metric named {name!r}; it has {', '.join(__dir__())}.")
    return importlib.import_module(f"{__name__}.{name}")
