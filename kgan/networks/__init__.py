"""One published architecture a file, a folder a task; a builder returns a functional `keras.Model`. No schemes.

`kgan.networks.dcgan` finds the file in whichever folder it is, on first use.
"""

import importlib
import pkgutil
from pathlib import Path


def _places() -> dict[str, str]:
    folders = [part for part in pkgutil.iter_modules(__path__) if part.ispkg]
    found = {folder.name: folder.name for folder in folders}
    for folder in folders:
        for module in pkgutil.iter_modules([str(Path(__path__[0], folder.name))]):
            found.setdefault(module.name, f"{folder.name}.{module.name}")
    return found


def __dir__() -> list[str]:
    return sorted(_places())


def __getattr__(name: str):
    places = {} if name.startswith("_") else _places()
    if name not in places:
        raise AttributeError(f"kgan.networks has no network named {name!r}; it has {', '.join(__dir__())}.")
    return importlib.import_module(f"{__name__}.{places[name]}")
