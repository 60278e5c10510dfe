"""Which kind of device this machine trains on, before TensorFlow is there to say so."""

import os
from pathlib import Path

_corrected = []


def kind() -> str:
    """ "gpu" where the system has the files of a GPU's driver and does not hide it, else "cpu"."""
    if _corrected:
        return _corrected[-1]
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1")
    nvidia = any(path.name[6:].isdigit() for path in Path("/dev").glob("nvidia*"))
    return "gpu" if (nvidia and not hidden) or Path("/dev/kfd").exists() else "cpu"


def correct(found: str) -> None:
    """Notes what the backend itself has found."""
    _corrected[:] = [found]
