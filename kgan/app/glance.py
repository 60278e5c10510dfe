"""A glance at a folder's pictures before TensorFlow is there, so that recipes can suit what a person has."""

import dataclasses
import functools
import os
import statistics
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from PIL import Image

from kgan.files.walk import is_hidden

# How many headers to read: so many of each folder, so many in all.
EACH, MOST = 8, 128
GREY = ("1", "L", "LA", "I", "I;16", "F")


@dataclasses.dataclass(frozen=True)
class Glance:
    """What the headers of some pictures say of all of them.

    Args:
        side: int, the median of their shorter sides in pixels; 0 where none could be read.
        grey: bool, whether all of them are grey.
    """

    side: int = 0
    grey: bool = False


def glance(data: str | os.PathLike | None) -> Glance:
    """Looks at a few pictures of each folder below `data`.

    Args:
        data: a folder, or anything else, such as None, a zip or `tfds:NAME`, of which nothing is said.

    Returns:
        A `Glance`.

    Example:
        >>> glance(None)
        Glance(side=0, grey=False)
    """
    return _glance(str(Path(data).resolve())) if data and Path(data).is_dir() else Glance()


@functools.lru_cache(8)
def _glance(folder: str) -> Glance:
    sides, modes = [], set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in islice(_some(folder), MOST):
            try:
                if not os.path.isfile(path):
                    continue  # A pipe would be waited for.
                with Image.open(path) as image:
                    sides.append(min(image.size))
                    modes.add(image.mode)
            except Exception:
                continue  # The reader of the data says what is wrong with it.
    if not sides:
        return Glance()
    return Glance(int(statistics.median(sides)), modes <= set(GREY))


def _some(folder: str) -> Iterator[str]:
    endings = Image.registered_extensions()
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        pictures = sorted(
            name for name in files if os.path.splitext(name)[1].lower() in endings and not is_hidden(name)
        )
        # Spread, as neighbors by name are alike.
        for name in pictures[:: max(1, len(pictures) // EACH)][:EACH]:
            yield os.path.join(root, name)
