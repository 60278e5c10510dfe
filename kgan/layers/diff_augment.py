"""Differentiable augmentation of whatever a discriminator sees, so that little data lasts longer."""

import keras
from keras import ops

from kgan.configured import Configured

POLICY = ("color", "translation", "cutout")


def diff_augment(images, draw, policy=POLICY, channels=None, use="diff-augment"):
    """Random colour, shift and hole per sample; gradients flow to `images`.

    Differentiable Augmentation for Data-Efficient GAN Training (Zhao et al. 2020, arXiv:2006.10738). With u
    uniform in [0, 1), one per sample:

        color:        x + (u - 0.5);  then (x - grey) * 2u + grey;  then (x - mean) * (u + 0.5) + mean
        translation:  by whole pixels, up to 1/8 of the side, zeros moving in
        cutout:       a hole of zeros, half the sides, its centre anywhere (parts of it may lie outside)

    `grey` is the mean over channels of each pixel, `mean` the mean of a whole image. Real and fake must be
    treated alike: as `draw` gives the same numbers for the same use, they also get the same augmentation
    within a step, and so do the two halves of a pair that are stacked on channels (`channels=3` tells where
    an image ends).

    Args:
        images: float `(batch, height, width, channels)` in [-1, 1]; values may leave that range.
        draw: `draw(use, shape, "uniform")` gives float32 numbers in [0, 1).
        policy: which of `POLICY`, in that order whatever the order given.
        channels: channels of one image, where several are stacked; by default all of them.
        use: prefix of the names under which numbers are drawn.

    Returns:
        images of the same shape and type.

    Raises:
        ValueError: for an unknown policy, or channels that do not divide those of the images.
    """
    policy = _checked(policy)
    stacked = images.shape[-1]
    channels = channels or stacked
    if stacked % channels:
        raise ValueError(f"Expected images with a multiple of channels={channels}, received {stacked}.")
    batch, height, width = ops.shape(images)[:3]

    def uniform(what):
        return draw(f"{use}/{what}", (batch,), "uniform")

    if "color" in policy:
        draws = [uniform(what) for what in ("brightness", "saturation", "contrast")]
        images = _color(images, channels, *(ops.cast(u, images.dtype) for u in draws))
    if "translation" in policy:
        images = _translate(images, uniform("translation-y"), uniform("translation-x"))
    if "cutout" in policy:
        rows = _inside(uniform("cutout-y"), height)
        columns = _inside(uniform("cutout-x"), width)
        hole = ops.cast(ops.logical_and(rows[:, :, None], columns[:, None, :]), images.dtype)
        images = images * (1 - hole)[..., None]
    return images


def _color(images, channels, brightness, saturation, contrast):
    shape = ops.shape(images)
    x = ops.reshape(images, (*shape[:3], shape[3] // channels, channels))
    brightness, saturation, contrast = (
        ops.reshape(u, (-1, 1, 1, 1, 1)) for u in (brightness - 0.5, saturation * 2.0, contrast + 0.5)
    )
    x = x + brightness
    grey = ops.mean(x, axis=4, keepdims=True)
    x = (x - grey) * saturation + grey
    mean = ops.mean(x, axis=(1, 2, 4), keepdims=True)
    return ops.reshape((x - mean) * contrast + mean, shape)


def _translate(images, u_y, u_x):
    """Shifts as products with 0/1 matrices: a gather has a slow gradient, and zeros move in by themselves."""
    batch, height, width, channels = ops.shape(images)
    rows = ops.cast(_shift_matrix(u_y, height), images.dtype)
    columns = ops.cast(_shift_matrix(u_x, width), images.dtype)
    x = ops.matmul(rows, ops.reshape(images, (batch, height, width * channels)))
    x = ops.reshape(x, (batch, height, width, channels))
    return ops.einsum("bij,bhjc->bhic", columns, x)


def _shift_matrix(u, size):
    """(batch, size, size): row i is 1 at i - shift, shift in [-size/8, size/8], all equally likely."""
    most = (size + 4) // 8
    shift = ops.cast(ops.floor(u * ops.cast(2 * most + 1, "float32")), "int32") - most
    index = ops.arange(size, dtype="int32")
    return ops.equal(index[None, None, :], index[None, :, None] - shift[:, None, None])


def _inside(u, size):
    """(batch, size) bool: which rows (or columns) the hole covers."""
    length = (size + 1) // 2
    places = size + 1 - length % 2
    centre = ops.cast(ops.floor(u * ops.cast(places, "float32")), "int32")
    start = (centre - length // 2)[:, None]
    index = ops.arange(size, dtype="int32")[None, :]
    return ops.logical_and(index >= start, index < start + length)


def _checked(policy):
    policy = tuple(policy.replace(" ", "").split(",")) if isinstance(policy, str) else tuple(policy)
    unknown = [name for name in policy if name not in POLICY]
    if unknown:
        raise ValueError(f"Unknown augmentation {unknown[0]!r}: expected some of {', '.join(POLICY)}.")
    return policy


@keras.saving.register_keras_serializable("kgan.layers")
class DiffAugment(Configured):
    """`diff_augment` with its settings, to be saved with a scheme.

    Args:
        policy: see `diff_augment`; a tuple, or names with commas between them.
        channels: see `diff_augment`.

    Example:
        `DiffAugment("translation,cutout")(images, draw)`
    """

    name = "diffaugment"
    adaptive = False

    def __init__(self, policy=POLICY, channels: int | None = None) -> None:
        self.policy, self.channels = _checked(policy), channels

    def check(self, image_size) -> None:
        """Refuse images too small to be shifted and holed.

        Raises:
            ValueError: a side below 8 pixels, or unknown.
        """
        if any(side is None or side < 8 for side in image_size):
            raise ValueError(
                "augment: expected images of at least 8x8 pixels, of one known size, for diffaugment, received "
                f"{image_size[0]}x{image_size[1]}. Use larger images or augment='none'."
            )

    def __call__(self, images, draw, probability=None, use="diff-augment", color=True):
        """Augments a batch, all of it whatever `probability`; what is no picture (a mask) without `color`."""
        policy = [name for name in self.policy if color or name != "color"]
        return diff_augment(images, draw, policy, self.channels, use) if policy else images
