"""DeepDream: pictures that are changed until a network sees more of what it sees in them."""

import keras
import numpy as np
from keras import ops

from kgan import backend
from kgan.analysis.feature_maps import maps_of


def deep_dream(
    network: keras.Model,
    images: np.ndarray,
    layer: str | None = None,
    steps: int = 20,
    rate: float = 0.05,
    octaves: int = 3,
    ratio: float = 1.4,
    jitter: int = 4,
    seed: int = 0,
) -> np.ndarray:
    """Climbs the mean square of a layer's feature maps, from a small form of the pictures to their own size.

    Inceptionism: Going Deeper into Neural Networks (Mordvintsev, Olah and Tyka 2015, Google Research). In each size,
    of a picture x and maps a,

        x <- clip(x + rate * g / mean |g|, -1, 1),   g = d mean a(x)**2 / dx,

    shifted anew in each step, so that no grid of strides shows; and what a smaller size could not hold of the picture
    is given back to each larger one.

    Args:
        network: as for `feature_maps`, from images alone. What it does before `layer` must not depend on the size.
        images: `(count, height, width, channels)` in [-1, 1], of any size.
        layer: name of a convolution among `feature_maps(network)`. Default: the last.
        steps: in each size.
        rate: mean change of a pixel in a step.
        octaves: sizes; 1 keeps to the pictures' own.
        ratio: of one size to the next, above 1.
        jitter: most pixels of a shift.
        seed: of the shifts.

    Returns:
        float32, of the shape of `images`.

    Raises:
        ValueError: no steps or octaves, a ratio of 1 or less, or pictures that get too small.

    Example:
        >>> deep_dream(dcgan.discriminator((16, 16), width=8), np.zeros((1, 24, 24, 3)), octaves=1, steps=2).shape
        (1, 24, 24, 3)
    """
    images = np.asarray(images, "float32")
    if min(steps, octaves) < 1 or ratio <= 1 or rate <= 0 or jitter < 0:
        raise ValueError(
            f"deep_dream: expected steps and octaves of at least 1, a ratio above 1, a rate above 0 and a jitter of at "
            f"least 0, received {steps}, {octaves}, {ratio}, {rate} and {jitter}. Leave out what you do not know."
        )
    seen = any_size(network, layer)
    own = np.array(images.shape[1:3])
    sizes = [np.maximum(1, np.round(own / ratio**step)).astype(int) for step in reversed(range(octaves))]
    if min(sizes[0]) < 8:
        raise ValueError(
            f"deep_dream: expected pictures of at least 8 pixels a side in the smallest of {octaves} sizes, received "
            f"{own.tolist()}, which is {sizes[0].tolist()} there. Take fewer octaves."
        )
    shifts = np.random.default_rng(seed)
    dreamt = resized(images, sizes[0])
    for size in sizes:
        base = resized(images, size)
        lost = base - resized(resized(images, np.array(dreamt.shape[1:3])), size)
        dreamt = np.clip(resized(dreamt, size) + lost, -1, 1)
        for _ in range(steps):
            shift = tuple(shifts.integers(-jitter, jitter + 1, 2))
            moved = np.roll(dreamt, shift, (1, 2))
            gradient = ops.convert_to_numpy(backend.input_gradient(lambda x: excitement(seen, x), moved))
            scale = np.abs(gradient).mean(axis=(1, 2, 3), keepdims=True) + 1e-8
            dreamt = np.roll(np.clip(moved + rate * gradient / scale, -1, 1), (-shift[0], -shift[1]), (1, 2))
    return dreamt


def any_size(network: keras.Model, layer: str | None = None) -> keras.Model:
    """The layers of a network up to one's feature maps, for pictures of any size."""
    seen = keras.Model(network.input, maps_of(network, layer))
    image = keras.Input((None, None, seen.input.shape[-1]), dtype=seen.input.dtype)
    return keras.Model(
        image, backend.run_graph(seen, image, lambda each, *inputs, **options: each(*inputs, **options))
    )


def excitement(seen: keras.Model, images: keras.KerasTensor) -> keras.KerasTensor:
    """The mean square of each picture's feature maps, `(count,)`."""
    return ops.mean(ops.square(ops.cast(seen(images, training=False), "float32")), axis=(1, 2, 3))


def resized(images: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Bilinear, averaged where it gets smaller."""
    if images.shape[1:3] == tuple(size):
        return images
    made = ops.image.resize(images, tuple(int(n) for n in size), "bilinear", antialias=True)
    return ops.convert_to_numpy(made)
