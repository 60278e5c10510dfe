"""From a row of the index to the upright pixels of a window, decoding only those where the format allows."""

import os

import numpy as np
import tensorflow as tf

from kgan.data.folders import archive
from kgan.data.folders.index import Index
from kgan.data.source.python_call import python_call
from kgan.pictures import decoding
from kgan.pictures.headers import BMP, GIF, JPEG, OTHER, PNG, PNG_ALPHA, WEBP, WEBP_ALPHA
from kgan.pictures.picture import LUMINANCE
from kgan.pictures.transparency import WHITE


class Decoder:
    """Reads windows of indexed pictures, in TensorFlow operations.

    Args:
        index: `kgan.data.folders.index.Index`; its rows are what `windows` and `explain` are given.
        channels: 1, 3 or 4 (with transparency).
        background: (red, green, blue), 0 to 255, what transparent pictures are laid over.
    """

    def __init__(self, index: Index, channels: int = 3, background: tuple[int, int, int] = WHITE):
        self.root, self.zipped = index.root, index.is_zip
        self.channels, self.background = channels, tuple(background)
        self.routes = np.unique(index.rows["route"]).tolist()
        self.turned = bool((index.rows["orientation"] > 1).any())

    def read(self, row: dict) -> tf.Tensor:
        """Returns a picture's bytes as a string scalar."""
        if not self.zipped:
            return tf.io.read_file(tf.strings.join([self.root, "/", row["name"]]))
        place = [row["offset"], row["packed"], row["deflated"], row["size"]]
        return tf.ensure_shape(python_call(self._read_member, place, tf.string), [])

    def bytes(self, row: dict) -> bytes:
        """Returns a picture's bytes, for a row of NumPy values."""
        if self.zipped:
            return self._read_member(row["offset"], row["packed"], row["deflated"], row["size"])
        with open(self._path(row["name"]), "rb") as file:
            return file.read()

    def _read_member(self, offset, packed, deflated, size):
        return archive.read(self.root, int(offset), int(packed), bool(deflated), int(size))

    def windows(self, row: dict, windows: tf.Tensor, least: tf.Tensor | None = None) -> list:
        """Decodes windows of a picture, reading it once.

        Args:
            row: dict of scalars, a row of the index with `again` (see `kgan.data.source.source.Part`).
            windows: list of `kgan.data.views.view.Window` on the upright picture; what is mirrored and turned is left
                to the caller.
            least: (height, width); a JPEG may come out reduced by 2, 4 or 8, but no smaller than this. None: never.

        Returns:
            A list of uint8 tensors (height, width, channels).
        """
        turn = Turn(row["orientation"]) if self.turned else Turn()
        size = tf.cast(tf.stack([row["height"], row["width"]]), tf.int32)
        stored = [turn.to_stored(tf.stack(window[:4]), size) for window in windows]

        def parts(decode):
            """Decodes a whole picture and cuts out the windows."""

            def branch():
                pixels = decode(self.read(row))
                with tf.control_dependencies([_check(tf.shape(pixels)[:2], turn.swap(size))]):
                    pixels = tf.identity(pixels)
                return [cut(pixels, place) for place in stored]

            return branch

        def jpeg():
            contents = self.read(row)
            smallest = None if least is None else turn.swap(tf.constant(least))
            return [self._jpeg(contents, place, smallest) for place in stored]

        branches = {
            JPEG: jpeg,
            PNG: parts(lambda data: self._recolour(tf.io.decode_png(data, 1 if self.channels == 1 else 3))),
            PNG_ALPHA: parts(lambda data: self._flatten(tf.io.decode_png(data, 4))),
            WEBP: parts(lambda data: self._recolour(tf.io.decode_webp(data, 3)[0])),
            WEBP_ALPHA: parts(lambda data: self._flatten(tf.io.decode_webp(data, 4)[0])),
            GIF: parts(lambda data: self._recolour(tf.io.decode_gif(data)[0])),
            BMP: parts(lambda data: self._recolour(tf.io.decode_bmp(data, 3))),
            OTHER: lambda: self._otherwise(row, windows, size),
        }
        if row["again"]:
            found = branches[OTHER]()
        else:
            found = [turn.upright(pixels) for pixels in self._branch(row["route"], branches)]
        return [tf.ensure_shape(pixels, [None, None, self.channels]) for pixels in found]

    def _branch(self, route, branches):
        """Takes the branch of a route. Only what the folder holds goes into the graph: the rest would cost time."""
        present = [branches[number] for number in self.routes]
        if len(present) == 1:
            return present[0]()
        number = tf.argmax(tf.cast(route, tf.int32) == self.routes)
        return tf.switch_case(tf.cast(number, tf.int32), present)

    def explain(self, row: dict) -> str:
        """Returns "name: what is wrong" for a row (NumPy values) that could not be decoded."""
        return self.problem(row) or f"{os.fsdecode(row['name'])}: cannot be decoded"

    def problem(self, row: dict) -> str:
        """Returns "name: what is wrong" for a row (NumPy values), or an empty str if it can be read."""
        name = os.fsdecode(row["name"])
        try:
            found, expected = (
                decoding.decode(self.bytes(row)).size,
                (int(row["height"]), int(row["width"])),
            )
            if found != expected:
                return f"{name}: has {found[1]} x {found[0]} pixels now; it had {expected[1]} x {expected[0]}"
            return ""
        except FileNotFoundError:
            return f"{name}: is not there any more"
        except Exception as error:
            return f"{name}: {' '.join(str(error).split()) or 'cannot be decoded'}"

    def _jpeg(self, contents, stored, least):
        channels = min(self.channels, 3)

        def reduced(ratio):
            return lambda: tf.io.decode_and_crop_jpeg(
                contents, stored // ratio, channels=channels, ratio=ratio, dct_method="INTEGER_ACCURATE"
            )

        if least is None:
            return self._recolour(reduced(1)())
        halvings = tf.reduce_min(stored[2:] // least)
        choice = tf.reduce_sum(tf.cast(halvings >= [2, 4, 8], tf.int32))
        return self._recolour(tf.switch_case(choice, [reduced(ratio) for ratio in (1, 2, 4, 8)]))

    def _recolour(self, pixels):
        """Gives opaque pixels, grey or RGB, the asked number of channels."""
        found = pixels.shape[-1]
        if self.channels == 1 and found == 3:
            grey = tf.tensordot(tf.cast(pixels, tf.float32), tf.constant(LUMINANCE), 1)[..., None]
            return tf.cast(tf.round(grey), tf.uint8)
        if self.channels == 4:
            return tf.concat(
                [pixels, tf.fill([*tf.unstack(tf.shape(pixels)[:2]), 1], tf.constant(255, tf.uint8))], -1
            )
        return pixels

    def _flatten(self, pixels):
        """Lays RGBA pixels over the background."""
        if self.channels == 4:
            return pixels
        alpha = tf.cast(pixels[..., 3:], tf.float32) / 255
        over = tf.cast(pixels[..., :3], tf.float32) * alpha + tf.constant(self.background, tf.float32) * (
            1 - alpha
        )
        return self._recolour(tf.cast(tf.round(over), tf.uint8))

    def _otherwise(self, row, windows, size):
        def decode(name, offset, packed, deflated, unpacked, places, expected):
            place = offset, packed, deflated, unpacked
            data = archive.read(self.root, *map(int, place)) if self.zipped else self._path(name)
            found = decoding.decode_windows(data, places, tuple(expected))
            return [window.flat(self.channels, self.background) for window in found]

        places = tf.stack([tf.stack(window[:4]) for window in windows])
        member = [row[column] if self.zipped else 0 for column in ("offset", "packed", "deflated", "size")]
        return python_call(decode, [row["name"], *member, places, size], [tf.uint8] * len(windows))

    def _path(self, name):
        return os.path.join(self.root, os.fsdecode(name))


def cut(pixels: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """Returns the window (top, left, height, width) of pixels."""
    top, left, height, width = place[0], place[1], place[2], place[3]
    return pixels[top : top + height, left : left + width]


def _check(found, expected):
    return tf.debugging.Assert(tf.reduce_all(found == expected), ["the picture's size has changed"])


class Turn:
    """How a picture as stored becomes upright, by EXIF's orientation: a transposition, then flips.

    Args:
        orientation: int scalar, 1 to 8; None for pictures that are all upright already.
    """

    def __init__(self, orientation: tf.Tensor | None = None):
        self.needed = orientation is not None
        if not self.needed:
            return
        self.plain = tf.equal(orientation, 1)
        self.transposed = orientation >= 5
        number = tf.cast(orientation, tf.int32)
        self.flip_rows = tf.reduce_any(number == [3, 4, 7, 8])
        self.flip_columns = tf.reduce_any(number == [2, 3, 6, 7])

    def swap(self, pair: tuple) -> tuple:
        """Turns (height, width) of the upright picture into those of the stored one, and back."""
        return tf.where(self.transposed, pair[::-1], pair) if self.needed else pair

    def to_stored(self, window: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """Finds (top, left, height, width) of the upright picture in the stored one."""
        if not self.needed:
            return window
        first, extent = window[:2], window[2:]
        flipped = tf.stack([self.flip_rows, self.flip_columns])
        first = tf.where(flipped, size - first - extent, first)
        return tf.concat([self.swap(first), self.swap(extent)], 0)

    def upright(self, pixels: tf.Tensor) -> tf.Tensor:
        """Turns stored pixels."""
        if not self.needed:
            return pixels

        def turned():
            found = tf.cond(self.transposed, lambda: tf.transpose(pixels, [1, 0, 2]), lambda: pixels)
            found = tf.cond(self.flip_rows, lambda: found[::-1], lambda: found)
            return tf.cond(self.flip_columns, lambda: found[:, ::-1], lambda: found)

        return tf.cond(self.plain, lambda: pixels, turned)
