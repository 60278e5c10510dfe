"""What a kind of data says of itself: how a folder of it is recognized, opened, and what trains on it."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable

from kgan.data.folders.index import Index, open_index
from kgan.data.folders.layout import Place, places
from kgan.data.source.source import Source

MATCHING = 0.5  # of the smaller side's files: from here on two folders hold pairs


class Folder:
    """A folder or zip as the kinds look at it: listed once, asked by each.

    Args:
        path: the folder or zip, or one file of video.
        cache: folder to keep the index in, or None.
    """

    def __init__(self, path: str | os.PathLike, cache: str | os.PathLike | None = None) -> None:
        self.path = path
        self.cache = cache
        self.root = pathlib.Path(path).expanduser()

    @functools.cached_property
    def index(self) -> Index:
        """The pictures in it, perhaps none."""
        return open_index(self.path, self.cache)

    @functools.cached_property
    def sides(self) -> list[Place] | None:
        """Each picture's place if the names of two folders call them sides, or files match in any two; else None."""
        if self._named is not None:
            return self._named
        return self._any_two if self._any_two is not None and _match(self._any_two) else None

    @property
    def is_paired(self) -> bool:
        """Whether at least half the files of the smaller side have a partner."""
        return self.sides is not None and _match(self.sides)

    @property
    def is_any_two(self) -> bool:
        """Whether it is two folders whose names do not tell what they are."""
        return self._named is None and self._any_two is not None

    @functools.cached_property
    def _named(self):
        return _with_sides(places(self.index.names(), sides=True, any_two=False))

    @functools.cached_property
    def _any_two(self):
        return _with_sides(places(self.index.names(), sides=True))


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of data.

    Args:
        name: what it is called in code.
        words: what it is called in sentences.
        apps: the apps that train on it, each with the flags that it needs, the most fitting first.
        recognized: Folder -> bool. Kinds are asked in an order, so one may rely on those before it.
        opened: (Folder, (height, width)) -> Source.
        flags: Source -> str, more flags for each app.
        is_pictures: whether its pictures may be any photographs, which other apps can learn from too.
        may_be_two_folders: whether two folders whose names tell nothing may be of this kind.
    """

    name: str
    words: str
    apps: tuple[str, ...]
    recognized: Callable[[Folder], bool]
    opened: Callable[[Folder, tuple[int, int]], Source]
    flags: Callable[[Source], str] = lambda source: ""
    is_pictures: bool = False
    may_be_two_folders: bool = False


def _with_sides(found):
    return found if {"a", "b"} <= {place.side for place in found} else None


def _match(found):
    keys = [{place.key for place in found if place.side == side} for side in "ab"]
    return len(keys[0] & keys[1]) >= MATCHING * min(map(len, keys))
