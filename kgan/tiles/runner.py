"""Running a network on an image of any size: whole, or in tiles of what memory was seen to allow, with time left."""

import contextlib
import dataclasses
import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from kgan.errors import UserError
from kgan.tiles import memory
from kgan.tiles.receptive_field import Reach, reach
from kgan.tiles.tiling import BLEND, Tiling, difference, margin_for

# What TensorFlow was seen to hold at most, over the inputs and the output of the largest layer in float32.
OVERHEAD = 2.0
# Share of the free memory that is taken without being asked.
SHARE = 0.5
# Of what is left below the limit, how much is planned with: the rest is for what is not seen beforehand.
PLANNED = 0.8
# The share of that up to which an estimate is good enough, and nothing is measured.
TRUSTED = 0.1
# Bands of a result in memory at once, in heights of a row of tiles: itself, what goes on into the next, a copy.
BANDS = 2.0
FIRST_TELL, TELL_EVERY = 5.0, 60.0  # seconds


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

    Where an image may be too large for memory, small parts of it are run first and what the process then holds is
    measured; tiles are as large as that allows. Should it come too near to the limit nevertheless, tiles get smaller
    on the way.

    Args:
        image_network: `ImageNetwork`.
        tile: side of the tiles in input pixels; None to choose by memory; 0 for never.
        memory_limit: float, bytes that this process may hold, all in all; None for what it holds and half of what is
            free.
        say: callable that takes a line. Each line is said once.

    Example:
        >>> Runner(image_network, tile=256, say=print)({"image": pixels})  # (height, width, channels)
    """

    def __init__(
        self,
        image_network: ImageNetwork,
        tile: int | None = None,
        memory_limit: float | None = None,
        say: Callable = print,
    ):
        self.image_network = image_network
        self.reach = image_network.reach
        self.memory_limit = memory_limit
        self._say, self._said = say, set()
        self._measured = {}  # (height, width) of images -> side of their tiles
        self.margin = margin_for(self.reach)
        # Where tiles are not exact anyway they may start anywhere.
        self.multiple = self.reach.multiple if self.reach.radius <= self.margin else 1
        if tile and tile < 16:
            raise UserError(
                f"expected --tile of at least 16 pixels, or 0 for never; found {tile}; enlarge it"
            )
        self.tile = tile

    def __call__(self, images: dict) -> np.ndarray:
        """Returns the whole result, float32 (scale * height, scale * width, channels).

        Args:
            images: dict of float32 arrays `(height, width, channels)`, of one height and width.
        """
        return np.concatenate(list(self.bands(images)))

    def bands(self, images: dict, held: float = 0) -> Iterator:
        """Yields the result's rows from the top as they are finished, float32.

        Where memory runs out it goes on with smaller tiles, and stays with those. Rows that were yielded are not
        yielded again.

        Args:
            images: dict of arrays `(height, width, channels)`, of one height and width, or of what gives float32
                arrays when it is sliced.
            held: bytes that the caller will hold by the end.
        """
        height, width = next(iter(images.values())).shape[:2]
        limit = self.memory_limit or memory.used() + SHARE * memory.free()
        done, worst, side = 0, limit, max(height, width)
        while True:
            try:
                tiling = self._tiling(images, height, width, limit - held)
                side = tiling.tile if tiling else max(height, width)
                with memory.Watch() if tiling else contextlib.nullcontext() as watch:
                    for place, rows in self._computed(tiling, images, done):
                        yield from _new(rows, place, done)
                        done = max(done, place + len(rows))
                        # What was taken may stay with the process: only more than that calls for smaller tiles.
                        if watch and watch.peak > 1.05 * worst and done < height * self.scale:
                            worst = watch.peak
                            break
                    else:
                        return
                self._shrink(side, height, width, None)
            except Exception as error:
                if not out_of_memory(error):
                    raise
                self._shrink(side, height, width, error)

    @property
    def scale(self) -> int:
        """Output pixels per input pixel along a side."""
        return self.image_network.scale

    def _computed(self, tiling, images, done):
        """Yields (first row, rows) of the result, of those bands that are not `done` yet."""
        if tiling is None:
            yield 0, np.asarray(self._call({name: image[:, :] for name, image in images.items()}))
            return
        height, width = next(iter(images.values())).shape[:2]
        first = tiling.first_band(height, done)
        count = len(tiling.spans(width)) * (len(tiling.spans(height)) - first)
        progress = Progress(count, self.say)
        place = tiling.spans(height)[first][0] * self.scale
        for rows in tiling.bands(self.image_network.call, images, first, progress):
            yield place, rows
            place += len(rows)

    def _call(self, window):
        return self.image_network.call({name: np.asarray(image)[None] for name, image in window.items()})[0]

    def _tiling(self, images, height, width, limit):
        """How an image of this size is cut; None for not at all."""
        side = self._side(images, height, width, limit)
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

    def _side(self, images, height, width, limit):
        if self.tile is not None:
            return self.tile or None
        if (height, width) in self._measured:
            return self._measured[height, width]
        before = memory.used()
        room = PLANNED * (limit - before)
        if height * width * self.bytes_per_pixel <= TRUSTED * room:
            return None
        # Of one row of tiles, per pixel of their side.
        band = 4 * BANDS * width * self.scale**2 * self._channels
        side, longest = min(self._least, max(height, width)), max(height, width)
        while side < longest:
            window = {name: image[: min(side, height), : min(side, width)] for name, image in images.items()}
            try:
                with memory.Watch() as watch:
                    self._call(window)
            except Exception as error:
                if not out_of_memory(error) or side == self._least:
                    raise
                side //= 2
                break
            each = max(1.0, watch.peak - before) / (min(side, height) * min(side, width))
            # each side^2 + band side = room
            most = (math.sqrt(band**2 + 4 * each * max(room, 1.0)) - band) / (2 * each)
            found = max(1, min(int(most), 2 * side))
            enough, side = found < 1.1 * side, found
            if enough:
                break
        side = max(self._least, side // self.reach.multiple * self.reach.multiple)
        self._measured[height, width] = side
        return side

    @property
    def _channels(self):
        return self.image_network.network.outputs[0].shape[-1] or 1

    @property
    def bytes_per_pixel(self) -> float:
        """Bytes that an input pixel is expected to take at most, where nothing was measured."""
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
            if error is None:
                self.say("The smallest tiles take more memory than --memory-limit allows; going on with them")
                self.tile = side
                return
            raise UserError(
                f"expected memory for {side} x {side} pixels at a time; found none; close other programs"
            ) from error
        self.tile = smaller
        what = "Out of memory" if error else "Near the memory limit"
        self.say(f"{what} at {min(side, width)} x {min(side, height)} pixels; going on in tiles of {smaller}")

    def say(self, line: str) -> None:
        """Says a line, once."""
        if line not in self._said:
            self._said.add(line)
            self._say(line)


class Progress:
    """Says how far a picture is and how long it will take: once that is known, then every minute."""

    def __init__(self, count: int, say: Callable, clock: Callable = time.monotonic):
        self.count, self.done = count, 0
        self._say, self._clock = say, clock
        self._began = clock()
        self._next = self._began + FIRST_TELL

    def __call__(self) -> None:
        """One tile more is done."""
        self.done += 1
        now = self._clock()
        if now < self._next or self.done == self.count:
            return
        self._next = now + TELL_EVERY
        left = (now - self._began) / self.done * (self.count - self.done)
        self._say(f"{self.done:,} of {self.count:,} tiles, about {in_words(left)} left in this picture")


def in_words(seconds: float) -> str:
    """A span of time for people: "40 s", "12 min", "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out: Python's, TensorFlow's or XLA's."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MemoryError", "ResourceExhaustedError"}) or "RESOURCE_EXHAUSTED" in str(error)


def _new(rows, place, done):
    """The part of rows (the first of which is row `place`) that comes after the first `done`."""
    if place + len(rows) > done:
        yield rows[max(0, done - place) :]
