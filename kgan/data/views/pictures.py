"""Indexed pictures as a model wants them: a window, resized, mirrored, jittered."""

import tensorflow as tf

from kgan.data.folders.index import Index
from kgan.data.source.keys import fold
from kgan.data.views.color_jitter import jitter
from kgan.data.views.decode import Decoder
from kgan.data.views.view import View
from kgan.pictures.pixels import to_float
from kgan.pictures.transparency import WHITE


class Pictures:
    """Makes rows of an index into images.

    Args:
        index: `kgan.data.folders.index.Index`.
        view: `kgan.data.views.view.View`.
        channels: 1, 3 or 4 (with transparency).
        background: (red, green, blue), 0 to 255, what transparent pictures are laid over.
    """

    def __init__(self, index: Index, view: View, channels: int = 3, background: tuple[int, int, int] = WHITE):
        self.view = view
        self.decoder = Decoder(index, channels, background)
        heights, widths = index.rows["height"], index.rows["width"]
        self.cuts_only = view.cuts_only(heights, widths)
        self.explain = self.decoder.explain

    def load(self, row: dict, key: tf.Tensor | None) -> dict:
        """Returns the image of a row, (*image_size, channels); random with a key, central without.

        It is uint8, which `Source` turns into float32 once a batch is full, or float32 if it was jittered.
        """
        window = self.view.window(row["height"], row["width"], key, self.cuts_only)
        return self.load_windows(row, [window], key, self.cuts_only)[0]

    def load_windows(
        self, row: dict, windows: tf.Tensor, key: tf.Tensor | None, cuts_only: bool = False
    ) -> list:
        """Returns an image for each of several windows of a row's picture, all jittered alike.

        The key draws nothing but the jitter; the windows are drawn already. `cuts_only`: they have the image's
        size.
        """
        least = None if self.view.fit == "crop" else self.view.image_size
        found = self.decoder.windows(row, windows, least)
        found = [
            self.view.resize(pixels, window, cuts_only=cuts_only)
            for pixels, window in zip(found, windows, strict=True)
        ]
        if key is None or not self.view.jitter:
            return found
        return [jitter(to_float(image), fold(key, "jitter"), self.view.jitter) for image in found]
