"""Adaptive augmentation: geometric and colour transforms, as often as the discriminator overfits."""

import math

import keras
from keras import ops

from kgan.augmentation import affine
from kgan.augmentation.warp import warp
from kgan.configured import Configured

# In the paper's order, which matters.
GEOMETRY = ("flip", "rotate90", "shift", "scale", "rotate", "stretch", "drift")
COLOR = ("brightness", "contrast", "luma", "hue", "saturation")
TRANSFORMS = (*GEOMETRY, *COLOR)
SMALLEST = 8


@keras.saving.register_keras_serializable("kgan.augmentation")
class AdaptiveAugment(Configured):
    """Adaptive discriminator augmentation (Karras et al. 2020, arXiv:2006.06676, section 3 and appendix B).

    Each transform is made with probability p, each sample for itself (rotations, made twice, with
    `1 - sqrt(1 - p)`), with these strengths:

        flip: mirrored or not            rotate90: by 0, 90, 180 or 270 degrees    shift: whole pixels, to 1/8 of a side
        scale: 2**(0.2 n)                rotate: any angle, before stretching and after
        stretch: 2**(0.2 n), its inverse across                                    drift: n / 8 of a side
        brightness: + 0.2 n              contrast: * 2**(0.5 n)                    luma: inverted or not
        hue: any angle                   saturation: * 2**n

    n standard normal. Below p of about 0.8 none of them leaks into what the generator draws. p follows
    `r = E sign(D(x))` on real samples: up while r is above `target`, else down, by `samples / images`, every
    `interval` steps; where a loss leaves the discriminator's level free (relativistic, Wasserstein), the sign is taken
    from the middle between the means of real and fake. p is part of the model's state, saved and resumed.

    Args:
        target: of r; the paper's 0.6.
        images: over how many p goes from 0 to 1.
        interval: steps between two changes of p.
        probability: a fixed p in [0, 1], or a Keras schedule of p by step, in place of the adaptive one.
        transforms: some of `TRANSFORMS`; leave "flip" out where mirrored pictures are wrong.
        channels: channels of one picture, where several are stacked; by default all of them.
        oversample: see `warp`.

    Raises:
        ValueError: for numbers out of range or unknown transforms.

    Example:
        >>> model.compile(augment=AdaptiveAugment(transforms=TRANSFORMS[1:]))

    Differs from the paper: the real and the generated sample of a pair share one draw; each alone is as in the paper.
    """

    name = "adaptive"

    def __init__(
        self,
        target: float = 0.6,
        images: int = 500_000,
        interval: int = 4,
        probability=None,
        transforms=TRANSFORMS,
        channels: int | None = None,
        oversample: bool = True,
    ):
        unknown = [name for name in transforms if name not in TRANSFORMS]
        if unknown or not transforms:
            raise ValueError(
                f"AdaptiveAugment: expected transforms among {', '.join(TRANSFORMS)}, received "
                f"{unknown[0] if unknown else 'none'}."
            )
        if not -1 < target < 1 or not images > 0 or interval < 1:
            raise ValueError(
                "AdaptiveAugment: expected target in (-1, 1), images above 0 and interval of at least 1, received "
                f"{target}, {images} and {interval}."
            )
        if isinstance(probability, dict):
            probability = keras.optimizers.schedules.deserialize(probability)
        if probability is not None and not callable(probability) and not 0 <= probability <= 1:
            raise ValueError(f"AdaptiveAugment: expected probability in [0, 1], received {probability}.")
        self.target, self.images, self.interval = target, images, interval
        self.probability, self.channels, self.oversample = probability, channels, oversample
        self.transforms = tuple(name for name in TRANSFORMS if name in transforms)

    @property
    def adaptive(self) -> bool:
        """Whether p follows the discriminator."""
        return self.probability is None

    def check(self, image_size) -> None:
        """Refuse images too small to be moved about.

        Raises:
            ValueError: a side below 8 pixels, or unknown.
        """
        if any(side is None or side < SMALLEST for side in image_size):
            raise ValueError(
                f"augment: expected images of at least {SMALLEST}x{SMALLEST} pixels, of one known size, for adaptive "
                f"augmentation, received {image_size[0]}x{image_size[1]}. Use larger images or augment='none'."
            )

    def __call__(self, images, draw, probability, use: str = "augment", color: bool = True):
        """Transforms a batch.

        Args:
            images: float `(batch, height, width, channels)` in [-1, 1]; values may leave that range.
            draw: `draw(use, shape, distribution)`, as `AdversarialModel.draw`: the same numbers for the same use.
            probability: p, a scalar in [0, 1].
            use: prefix of the names under which numbers are drawn.
            color: False for what is no picture (a mask): moved about only.

        Returns:
            images of the same shape and type.
        """
        self.check(images.shape[1:3])
        if not self.adaptive:
            return self.transformed(images, draw, probability, use, color)
        # p starts at zero, where all of this would be work for nothing.
        return ops.cond(
            probability > 0,
            lambda: self.transformed(images, draw, probability, use, color),
            lambda: ops.convert_to_tensor(images),
        )

    def transformed(self, images, draw, probability, use="augment", color=True):
        """`__call__` for a p above zero."""
        batch = ops.shape(images)[0]
        uniform = _Columns(draw(f"{use}/uniform", (batch, 21), "uniform"))
        normal = _Columns(draw(f"{use}/normal", (batch, 7), "normal"))
        probability = ops.cast(probability, "float32")
        matrices, moved = self._geometry(images.shape[1:3], uniform, normal, probability)
        if matrices is not None:
            warped = warp(images, matrices[:, :2], self.oversample)
            images = ops.where(moved[:, None, None, None], warped, images)
        if color and any(name in self.transforms for name in COLOR):
            images = self._color(images, uniform, normal, probability)
        return images

    def _geometry(self, size, uniform, normal, probability):
        """Where each output pixel comes from, (batch, 3, 3), and which samples are moved at all; None for nowhere."""
        half = 1 - ops.sqrt(1 - probability)
        matrix, moved = None, None

        # The inverse of each transform stands to the right of those before it.
        def then(name, chance, inverse):
            nonlocal matrix, moved
            made = uniform() < chance
            step = inverse()  # Its numbers are taken from the table whether they are used or not.
            if name not in self.transforms:
                return
            step = ops.where(made[:, None, None], step, ops.eye(3))
            matrix = step if matrix is None else ops.matmul(matrix, step)
            moved = made if moved is None else ops.logical_or(moved, made)

        def shift():
            return affine.translation(*(ops.round((uniform() * 2 - 1) * side / 8) for side in size))

        def stretch():
            factor = _power(0.2 * normal())
            return affine.scaling(1 / factor, factor)

        def rotate():
            return affine.rotation((uniform() * 2 - 1) * math.pi)

        then("flip", probability, lambda: affine.scaling(1.0, 1 - 2 * ops.floor(uniform() * 2)))
        then("rotate90", probability, lambda: affine.rotation(ops.floor(uniform() * 4) * (math.pi / 2)))
        then("shift", probability, shift)
        then("scale", probability, lambda: affine.scaling(*[_power(0.2 * normal())] * 2))
        then("rotate", half, rotate)
        then("stretch", probability, stretch)
        then("rotate", half, rotate)
        then("drift", probability, lambda: affine.translation(*(normal() * side / 8 for side in size)))
        return matrix, moved

    def _color(self, images, uniform, normal, probability):
        """`c (1 - 2 l) (grey + b) + c s (cos h (x - grey) + sin h (v cross x))`, v the grey axis: all five at once."""
        stacked = images.shape[-1]
        channels = self.channels or stacked
        if stacked % channels:
            raise ValueError(f"Expected images with a multiple of channels={channels}, received {stacked}.")

        def chosen(name, value, idle):
            made = uniform() < probability
            value = ops.where(made, value, idle) if name in self.transforms else ops.full_like(value, idle)
            return ops.cast(value, images.dtype)[:, None, None, None, None]

        brightness = chosen("brightness", 0.2 * normal(), 0.0)
        contrast = chosen("contrast", _power(0.5 * normal()), 1.0)
        luma = chosen("luma", ops.floor(uniform() * 2), 0.0)
        hue = chosen("hue", (uniform() * 2 - 1) * math.pi, 0.0)
        saturation = chosen("saturation", _power(normal()), 1.0)
        shape = ops.shape(images)
        x = ops.reshape(images, (*shape[:3], stacked // channels, channels))
        if channels != 3:
            # One number a pixel lies on the grey axis: hue and saturation have nothing to turn.
            return ops.reshape(contrast * (1 - 2 * luma) * (x + brightness), shape)
        grey = ops.mean(x, axis=-1, keepdims=True)
        turned = (ops.roll(x, -2, axis=-1) - ops.roll(x, -1, axis=-1)) * 3**-0.5
        colors = ops.cos(hue) * (x - grey) + ops.sin(hue) * turned
        x = contrast * ((1 - 2 * luma) * (grey + brightness) + saturation * colors)
        return ops.reshape(x, shape)


class _Columns:
    """Hands out the columns of a table of random numbers, one a call."""

    def __init__(self, table):
        self.table, self.next = table, 0

    def __call__(self):
        self.next += 1
        return self.table[:, self.next - 1]


def _power(exponent):
    """`2**exponent`."""
    return ops.exp(exponent * math.log(2))
