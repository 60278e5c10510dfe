"""Images too large for memory, in tiles that overlap and are blended into one another.

A network that looks `radius` pixels around each pixel makes the same of a tile as of the whole image, but for
a margin of that width. So margins are not used, and where tiles meet one fades into the next. With a margin as
wide as the radius the result is the whole image's, up to rounding. Where the radius is larger than the margin
(U-Nets, deep stacks of convolutions) or infinite (instance normalization) it is not: `difference` says so.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np

from kgan.tiles.receptive_field import Reach

# The widest margin by default: what lies further away matters little to most networks, and margins cost time.
WIDEST_MARGIN = 160
# Of networks that look at the whole image no margin is wide enough; this one hides the seams.
UNBOUNDED_MARGIN = 64
BLEND = 16


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How images are cut.

    Args:
        tile: side of the square tiles, in pixels of the input.
        margin: pixels next to a cut that are computed and not used.
        blend: pixels next to those over which one tile fades into the next, at least 1.
        multiple: tiles start at multiples of this.
        scale: output pixels per input pixel along a side, an integer.

    Raises:
        ValueError: for a tile that is all margin.

    Example:
        >>> Tiling(256, margin=32, scale=4).whole(lambda tile: network(tile["image"]), {"image": pixels})
    """

    tile: int
    margin: int = 32
    blend: int = BLEND
    multiple: int = 1
    scale: int = 1

    def __post_init__(self):
        if self.blend < 1 or self.tile < self.least:
            raise ValueError(
                f"Tiling: expected a blend of at least 1 and a tile of at least {self.least} pixels for margins "
                f"of {self.margin}, a blend of {self.blend} and multiples of {self.multiple}; received a tile "
                f"of {self.tile}. Enlarge it."
            )

    @property
    def overlap(self) -> int:
        """Pixels that neighbouring tiles have in common, at least."""
        return 2 * self.margin + self.blend

    @property
    def least(self) -> int:
        """The smallest tile that goes with these margins."""
        return self.overlap + 2 * self.multiple

    def spans(self, length: int) -> list[tuple[int, int]]:
        """Cuts a side of that many pixels: (start, stop) of each tile, starts at multiples of `multiple`.

        All are equally long, but for the last one where the multiple does not allow it.
        """
        if length <= self.tile:
            return [(0, length)]
        last = math.ceil((length - self.tile) / self.multiple) * self.multiple
        steps = math.ceil(last / (self.tile - self.overlap - (self.multiple - 1)))
        starts = [last * number // steps // self.multiple * self.multiple for number in range(steps + 1)]
        return [(start, min(start + self.tile, length)) for start in starts]

    def count(self, height: int, width: int) -> int:
        """The number of tiles of an image."""
        return len(self.spans(height)) * len(self.spans(width))

    def weights(self, length: int) -> list[np.ndarray]:
        """The weight of each output pixel of each span, float32; those of one pixel add up to 1."""
        spans, ramps = self.spans(length), []
        total = np.zeros(length * self.scale)
        margin, blend = self.margin * self.scale, self.blend * self.scale
        for start, stop in spans:
            place = np.arange((stop - start) * self.scale) + 0.5
            ramp = np.ones(len(place))
            if start > 0:
                ramp = np.clip((place - margin) / blend, 0, 1)
            if stop < length:
                ramp = np.minimum(ramp, np.clip((place[::-1] - margin) / blend, 0, 1))
            ramps.append(ramp)
            total[start * self.scale : stop * self.scale] += ramp
        return [
            (ramp / total[start * self.scale : stop * self.scale]).astype(np.float32)
            for ramp, (start, stop) in zip(ramps, spans, strict=True)
        ]

    def first_band(self, height: int, done: int) -> int:
        """The first row of tiles that has output rows after the first `done` ones."""
        return next(number for number, (_, stop) in enumerate(self.spans(height)) if stop * self.scale > done)

    def bands(
        self, function: Callable, images: dict, first: int = 0, progress: Callable = lambda: None
    ) -> Iterator:
        """Computes an image from top to bottom, holding one row of tiles at a time.

        Args:
            function: from a dict of `(1, height, width, channels)` windows to an array
                `(1, scale * height, scale * width, channels)`.
            images: dict of arrays `(height, width, channels)`, of one height and width, or of what gives such arrays
                when it is sliced.
            first: the row of tiles to begin with; its rows lack what the one above it adds.
            progress: called after each tile.

        Yields:
            Finished rows from there, `(rows, scale * width, channels)` float32.
        """
        height, width = next(iter(images.values())).shape[:2]
        rows, columns = self.spans(height), self.spans(width)
        row_weights, column_weights = self.weights(height), self.weights(width)
        carried = None
        for number in range(first, len(rows)):
            (top, bottom), band = rows[number], None
            for (left, right), across in zip(columns, column_weights, strict=True):
                window = {name: image[top:bottom, left:right][None] for name, image in images.items()}
                made = np.asarray(function(window))[0]
                if band is None:
                    shape = ((bottom - top) * self.scale, width * self.scale, made.shape[-1])
                    band = np.zeros(shape, np.float32)
                weighted = made * across[None, :, None]
                weighted *= row_weights[number][:, None, None]
                band[:, left * self.scale : right * self.scale] += weighted
                del made, weighted
                progress()
            if carried is not None:
                band[: len(carried)] += carried
            end = rows[number + 1][0] if number + 1 < len(rows) else bottom
            finished = (end - top) * self.scale
            # A copy, or the whole band would stay as long as the few rows that go on.
            carried = band[finished:].copy()
            finished, band = band[:finished], None
            yield finished
            del finished

    def whole(self, function: Callable, images: dict) -> np.ndarray:
        """All of an image as one float32 array; arguments as for `bands`."""
        return np.concatenate(list(self.bands(function, images)))


def margin_for(reach: Reach) -> int:
    """The margin that makes tiles exact, where it is not too wide; else the widest."""
    if not math.isfinite(reach.radius):
        return UNBOUNDED_MARGIN
    return min(math.ceil(reach.radius), WIDEST_MARGIN)


def difference(reach: Reach, margin: int) -> str:
    """Says why a tiled result differs from a whole one; an empty string if it does not.

    Args:
        reach: `kgan.tiles.receptive_field.reach` of the network.
        margin: the margin of the tiles.
    """
    if reach.everywhere:
        count = len(reach.everywhere)
        layers = f"{count} layers" if count > 1 else "a layer"
        return (
            f"a tiled result differs from a whole one: {layers} of this network, such as {reach.everywhere[0]}, "
            f"look{'s' * (count == 1)} at the whole image"
        )
    if reach.radius > margin:
        return (
            f"a tiled result may differ a little from a whole one: this network looks {math.ceil(reach.radius):,} "
            f"pixels around each, tiles overlap by {margin} on either side"
        )
    return ""
