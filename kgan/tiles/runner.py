"""Running a network on an image of any size: whole, in tiles, and in smaller tiles where memory runs out."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kgan.errors import UserError
from kgan.tiles.receptive_field import Reach, reach
from kgan.tiles.tiling import BLEND, Tiling, difference, margin_for

# What TensorFlow was seen to hold at most, over the inputs and the output of the largest layer in float32.
OVERHEAD = 2.0
# Share of the free memory that is taken without being asked.
SHARE = 0.5


@dataclasses.dataclass
class ImageNetwork:
    """A network from images to images, and what `Runner` must know of it.

    Args:
        call: from a dict of float32 arrays `(1, height, width, channels)` in [-1, 1] to one such array, `scale`
            times as high and wide. The keys are those of the dict that `Runner` is given.
        network: the functional `keras.Model` in it, whose layers tell how far it looks and what it holds.
        scale: output pixels per input pixel along a side, an integer.

    Example:
        >>> ImageNetwork(lambda images: model.predict_on_batch({"source": images["image"]}), model.generator)
    """

    call: Callable
    network: object
    scale: int = 1

    def __post_init__(self):
        self.reach: Reach = reach(self.network)


class Runner:
    """Applies an `ImageNetwork` to images of any size.

    Args:
        image_network: `ImageNetwork`.
        tile: side of the tiles in input pixels; None to choose by memory; 0 for never.
        memory_limit: float, bytes that may be used; None for half of what is free.
        say: callable that takes a line. Each line is said once.

    Example:
        >>> Runner(image_network, tile=256, say=print)({"image": pixels})  # (height, width, channels)
    """

    def __init__(self, image_network, tile=None, memory_limit=None, say=print):
        self.image_network = image_network
        self.reach = image_network.reach
        self.memory_limit = memory_limit
        self._say, self._said = say, set()
        self.margin = margin_for(self.reach)
        # Where tiles are not exact anyway they may start anywhere.
        self.multiple = self.reach.multiple if self.reach.radius <= self.margin else 1
        if tile and tile < 16:
            raise UserError(
                f"expected --tile of at least 16 pixels, or 0 for never; found {tile}; enlarge it"
            )
        self.tile = tile

    def __call__(self, images) -> np.ndarray:
        """Returns the whole result, float32 (scale * height, scale * width, channels).

        Args:
            images: dict of float32 arrays `(height, width, channels)`, of one height and width.
        """
        return np.concatenate(list(self.bands(images)))

    def bands(self, images):
        """Yields the result's rows from the top as they are finished, float32; arguments as for a call.

        Where memory runs out it starts again with smaller tiles, and stays with those. Rows that were yielded
        are not yielded again.
        """
        height, width = next(iter(images.values())).shape[:2]
        done = 0
        while True:
            tiling = self._tiling(height, width)
            try:
                place = 0
                for rows in self._computed(tiling, images):
                    yield from _new(rows, place, done)
                    place += len(rows)
                    done = max(done, place)
                return
            except Exception as error:
                if not out_of_memory(error):
                    raise
                self._shrink(tiling.tile if tiling else max(height, width), height, width, error)

    def _computed(self, tiling, images):
        if tiling is None:
            yield np.asarray(self.image_network.call({name: image[None] for name, image in images.items()}))[
                0
            ]
            return
        yield from tiling.bands(self.image_network.call, images)

    def _tiling(self, height, width):
        """How an image of this size is cut; None for not at all."""
        side = self._side(height * width)
        if side is None or side >= max(height, width):
            return None
        tiling = self._with_margins(side)
        if tiling.count(height, width) == 1:
            return None
        self.say(f"{width} x {height} pixels: in {tiling.count(height, width)} tiles of {tiling.tile}")
        told = difference(self.reach, tiling.margin)
        if told:
            self.say(told[0].upper() + told[1:])
        return tiling

    def _side(self, pixels):
        if self.tile is not None:
            return self.tile or None
        most = (self.memory_limit or SHARE * free_memory()) / self.bytes_per_pixel
        if pixels <= most:
            return None
        # Networks of halvings enlarge a tile to their multiple, so that anything else is a waste.
        side = int(math.sqrt(most)) // self.reach.multiple * self.reach.multiple
        return max(side, self._least)

    @property
    def bytes_per_pixel(self):
        """Bytes that an input pixel is expected to take at most."""
        return 4 * OVERHEAD * self.reach.values

    @property
    def _least(self):
        return max(2 * self.reach.multiple, 64)

    def _with_margins(self, side):
        """Margins as wide as the network looks if the tile has room for them, else what leaves half of it."""
        blend = min(BLEND, max(1, side // 8))
        margin = max(0, min(self.margin, (side // 2 - blend) // 2))
        multiple = self.multiple if 2 * margin + blend + 2 * self.multiple <= side else 1
        return Tiling(side, margin, blend, multiple, self.image_network.scale)

    def _shrink(self, side, height, width, error):
        """Chooses smaller tiles after an image did not fit."""
        smaller = side // 2
        if self.reach.multiple <= smaller:
            smaller = smaller // self.reach.multiple * self.reach.multiple
        if smaller < 16:
            raise UserError(
                f"expected memory for {side} x {side} pixels at a time; found none; close other programs"
            ) from error
        self.tile = smaller
        self.say(
            f"Out of memory at {min(side, width)} x {min(side, height)} pixels; going on in tiles of {smaller}"
        )

    def say(self, line):
        """Says a line, once."""
        if line not in self._said:
            self._said.add(line)
            self._say(line)


def out_of_memory(error) -> bool:
    """Whether an error says that memory ran out: Python's, TensorFlow's or XLA's."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MemoryError", "ResourceExhaustedError"}) or "RESOURCE_EXHAUSTED" in str(error)


def free_memory() -> float:
    """Bytes of main memory that are free to take; 4 GB where the system does not say."""
    found = 4e9
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            found = next(1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
        limit, used = (Path("/sys/fs/cgroup", f"memory.{name}").read_text() for name in ("max", "current"))
        found = min(found, float(limit) - float(used))
    except (OSError, ValueError, StopIteration):
        pass  # no such file, or no limit ("max")
    return max(found, 1e8)


def _new(rows, place, done):
    """The part of rows (the first of which is row `place`) that comes after the first `done`."""
    if place + len(rows) > done:
        yield rows[max(0, done - place) :]
