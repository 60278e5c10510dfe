"""What a trained network knows: numbers and pictures out of finished ones. No adversarial training, no files."""

import importlib
import pkgutil


def __dir__() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def __getattr__(name: str):
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"kgan.analysis has nothing named {name!r}; it has {', '.join(__dir__())}.")
    return importlib.import_module(f"{__name__}.{name}")
