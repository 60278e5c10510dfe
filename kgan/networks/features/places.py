"""Where the weights of feature networks lie on this machine."""

import os
from pathlib import Path

from kgan.networks.features import catalog


def folder() -> Path:
    """Where converted networks lie: `$KGAN_HOME/features`, or `kgan/features` in the user's cache folder."""
    home = os.environ.get("KGAN_HOME")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kgan"
    return (Path(home) if home else cache) / "features"


def path(name: str) -> Path:
    """The file of a network, whether it is there or not: of a converted one, or in Keras's own cache."""
    network = catalog.find(name)
    if not network.packages:
        return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models" / network.weights
    versions = "-".join(package.version for package in network.packages)
    return folder() / f"{name}-{versions}.keras"


def is_here(name: str) -> bool:
    """Whether a network can be loaded without any download."""
    return path(name).is_file()
