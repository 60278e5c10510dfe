"""Random numbers keyed by seed, use, step, turn and the sample's index in the global batch."""

import zlib

from keras import ops

from kgan import backend


def draw(key, moment, use, shape, distribution="normal"):
    """Numbers for one use at one moment, the same for one replica as for several together.

    Args:
        key: (seed, step).
        moment: a `Moment`.
        use: what they are for; another use gives other numbers.
        shape: `(batch, ...)`.
        distribution: "normal" or "uniform" (0 to 1).
    """
    seed, step = key
    stream = stream_of(f"evaluate {use}" if moment.evaluating else use)
    first = moment.first
    if first is not None:
        first = first * shape[0] // ops.maximum(moment.count, 1)
    return backend.random(distribution, shape, [seed, stream, step, moment.turn], first)


def stream_of(use):
    """A stable 31-bit number for a name."""
    return zlib.crc32(use.encode()) & 0x7FFFFFFF
