"""Which part of a picture the model sees, and how large: drawn at random in training, centred otherwise."""

import dataclasses
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kgan.data.source.keys import fold, fold_each
from kgan.errors import UserError

FITS = ("cover", "stretch", "crop")
ANTIALIASED = ("bilinear", "bicubic")


class Window(NamedTuple):
    """A rectangle of a picture in pixels, as int32 scalars, whether it is seen in a mirror, and quarter turns after."""

    top: tf.Tensor
    left: tf.Tensor
    height: tf.Tensor
    width: tf.Tensor
    mirrored: tf.Tensor
    turns: tf.Tensor | int = 0

    def on(
        self, old_height: tf.Tensor, old_width: tf.Tensor, new_height: tf.Tensor, new_width: tf.Tensor
    ) -> "Window":
        """Returns the same window on a picture of another size that shows the same thing."""

        def scaled(start, length, old, new):
            old, new = tf.cast(old, tf.float64), tf.cast(new, tf.float64)
            first = tf.cast(tf.round(tf.cast(start, tf.float64) * new / old), tf.int32)
            extent = tf.cast(tf.round(tf.cast(length, tf.float64) * new / old), tf.int32)
            limit = tf.cast(new, tf.int32)
            extent = tf.clip_by_value(extent, 1, limit)
            return tf.minimum(first, limit - extent), extent

        top, height = scaled(self.top, self.height, old_height, new_height)
        left, width = scaled(self.left, self.width, old_width, new_width)
        return Window(top, left, height, width, self.mirrored, self.turns)


@dataclasses.dataclass(frozen=True)
class View:
    """How pictures of any size become images of one size.

    Args:
        image_size: (height, width) of the images, in pixels.
        fit: "cover" keeps the proportions and fills the image, cutting what hangs over; "stretch" takes the
            whole picture and gives it the image's proportions; "crop" takes pixels as they are (pictures
            smaller than the image are enlarged to cover it).
        load_size: (height, width) or None. In training the picture is first brought to this size, in the
            manner of `fit`, and the image is a random crop of that: the load size and crop size of image
            translation.
        random_crop: bool, whether training moves the window at random; else it is in the centre.
        mirror: bool, whether training mirrors every second picture left to right.
        rotate: bool, whether training turns pictures by 0, 90, 180 or 270 degrees (0 or 180 where images are not
            square): for what has no up and down, as in super-resolution.
        jitter: float in [0, 1], the strength of colour jitter in training; see `kgan.data.views.color_jitter`.
        interpolation: "area" (the mean of the pixels that fall into one; bilinear where pictures are enlarged), or
            "bilinear" or "bicubic", both antialiased and slower.

    Example:
        >>> View((256, 256), "stretch", load_size=(286, 286))  # pix2pix
    """

    image_size: tuple[int, int]
    fit: str = "cover"
    load_size: tuple[int, int] | None = None
    random_crop: bool = True
    mirror: bool = True
    rotate: bool = False
    jitter: float = 0.0
    interpolation: str = "area"

    def __post_init__(self):
        for name in ("image_size", "load_size"):
            size = getattr(self, name)
            size = (size, size) if isinstance(size, int) else size
            if size is not None and (len(size) != 2 or min(size) < 1):
                raise UserError(
                    f"expected {name} to be (height, width), both positive; found {size}; change it."
                )
            object.__setattr__(self, name, None if size is None else tuple(int(side) for side in size))
        if self.fit not in FITS:
            raise UserError(f"expected fit to be one of {', '.join(FITS)}; found {self.fit!r}; choose one.")
        if self.load_size is not None:
            if self.fit == "crop":
                raise UserError(f'expected no load_size with fit "crop", found {self.load_size}; drop one.')
            if any(load < size for load, size in zip(self.load_size, self.image_size, strict=True)):
                raise UserError(
                    f"expected load_size to be no smaller than the image size {self.image_size}; "
                    f"found {self.load_size}; enlarge it."
                )
        if not 0 <= self.jitter <= 1:
            raise UserError(f"expected jitter to be between 0 and 1; found {self.jitter}; try 0.3.")
        if self.interpolation not in ("area", "bilinear", "bicubic"):
            raise UserError(f"expected area, bilinear or bicubic; found {self.interpolation!r}; choose one.")

    def cuts_only(self, heights: np.ndarray, widths: np.ndarray) -> bool:
        """Whether pictures of these sizes (int arrays) are all seen pixel for pixel, none of them resized."""
        size = self.image_size
        return self.fit == "crop" and heights.min() >= size[0] and widths.min() >= size[1]

    def window(
        self, height: tf.Tensor, width: tf.Tensor, key: tf.Tensor | None, cuts_only: bool = False
    ) -> Window:
        """Chooses the part of a picture that is seen.

        Args:
            height: int scalar, the upright picture's; so is `width`.
            width: see `height`.
            cuts_only: what the method of that name says of the pictures; saves time.
            key: int64 tensor of shape (2,) for a random window, None for the central one.

        Returns:
            A `Window`.
        """
        whole = tf.cast(tf.stack([height, width]), tf.int32)
        extent = tf.constant(self.image_size) if cuts_only else self._extent(whole, key)
        room = whole - extent
        first, mirrored, turns = room // 2, tf.constant(False), 0
        if key is not None:
            for_crop, for_mirror = fold_each(key, "crop", "mirror")
        if key is not None and self.random_crop:
            draw = tf.random.stateless_uniform([2], for_crop, dtype=tf.float64)
            first = tf.minimum(tf.cast(draw * tf.cast(room + 1, tf.float64), tf.int32), room)
        if key is not None and self.mirror:
            mirrored = tf.random.stateless_uniform([], for_mirror) < 0.5
        if key is not None and self.rotate:
            most = 4 if self.image_size[0] == self.image_size[1] else 2
            turns = tf.random.stateless_uniform([], fold(key, "rotate"), 0, most, tf.int32) * (4 // most)
        return Window(first[0], first[1], extent[0], extent[1], mirrored, turns)

    def _extent(self, whole, key):
        """How much of a picture of the size `whole` is seen: (height, width) in its pixels."""
        size = tf.cast(whole, tf.float64)
        target = tf.constant(self.image_size, tf.float64)
        loaded = target if key is None or self.load_size is None else tf.constant(self.load_size, tf.float64)
        scale = loaded / size
        if self.fit == "cover":
            scale = tf.reduce_max(scale)
        elif self.fit == "crop":
            scale = tf.maximum(tf.reduce_max(scale), 1.0)
        return tf.clip_by_value(tf.cast(tf.round(target / scale), tf.int32), 1, whole)

    def resize(
        self, window_pixels: tf.Tensor, window: Window, nearest: bool = False, cuts_only: bool = False
    ) -> tf.Tensor:
        """Brings the pixels of a window to the image's size, mirrors and turns them if the window says so.

        Transparent pixels are multiplied by their alpha on the way, so that what is not seen bleeds into nothing.

        Args:
            window_pixels: uint8 tensor (..., any height, any width, channels), of rank 3 or 4.
            window: where they come from; only `mirrored` and `turns` are used.
            nearest: bool, whether to take values as they are, as for label maps.
            cuts_only: the window has the image's size already.

        Returns:
            Of shape (..., *image_size, channels): uint8, or with `nearest` of the dtype that came in.
        """
        found = tf.shape(window_pixels)[-3:-1]
        fits = tf.reduce_all(found == self.image_size)

        clear = window_pixels.shape[-1] == 4 and not nearest

        def interpolated(method):
            pixels = _multiplied(window_pixels) if clear else window_pixels
            pixels = tf.image.resize(pixels, self.image_size, method=method, antialias=method in ANTIALIASED)
            pixels = _divided(pixels) if clear else pixels
            return pixels if nearest else tf.cast(tf.round(tf.clip_by_value(pixels, 0.0, 255.0)), tf.uint8)

        def resized():
            if nearest or self.interpolation != "area":
                return interpolated("nearest" if nearest else self.interpolation)
            smaller = tf.reduce_all(found >= self.image_size)
            return tf.cond(smaller, lambda: interpolated("area"), lambda: interpolated("bilinear"))

        pixels = window_pixels if cuts_only else tf.cond(fits, lambda: window_pixels, resized)
        leading = window_pixels.shape[:-3].as_list()
        shape = [*leading, *self.image_size, window_pixels.shape[-1]]
        pixels = tf.ensure_shape(pixels, shape)
        pixels = tf.cond(window.mirrored, lambda: tf.reverse(pixels, [-2]), lambda: pixels)
        if isinstance(window.turns, int):  # never turned
            return pixels
        turned = tf.cond(window.turns > 0, lambda: tf.image.rot90(pixels, window.turns), lambda: pixels)
        return tf.ensure_shape(turned, shape)


def _multiplied(pixels):
    """RGBA of 0 to 255 with its colours multiplied by alpha, float32."""
    pixels = tf.cast(pixels, tf.float32)
    return tf.concat([pixels[..., :3] * pixels[..., 3:] / 255, pixels[..., 3:]], -1)


def _divided(pixels):
    """The reverse of `_multiplied`; black where nothing is seen."""
    return tf.concat([tf.math.divide_no_nan(pixels[..., :3] * 255, pixels[..., 3:]), pixels[..., 3:]], -1)
