"""Crops of the photographs that the scikit-image and scikit-learn wheels bring along."""

import zlib

import numpy as np
import tensorflow as tf
from PIL import Image

from kgan.data.samples import photograph_files
from kgan.data.source.keys import fold
from kgan.data.source.source import Part, Source
from kgan.pictures.image_size import height_and_width
from kgan.pictures.pixels import to_float


def photographs(
    image_size: int | tuple[int, int] = 64,
    channels: int = 3,
    *,
    zoom: tuple[float, float] = (1.0, 2.0),
    crops: int = 32,
    science: bool = True,
    grey: bool = False,
    flip: bool = True,
) -> Source:
    """Photographs: 8 of 7 everyday scenes, 3 from science, 5 in grey on request.

    In training an item is a random crop of its photograph, in evaluation always the same one. `split` divides
    by scene: all crops of a photograph, and both of the stereo pair, fall on one side. China and flower are
    under CC-BY 2.0 (see scikit-learn's README), nearly all others in the public domain or under CC0.

    Args:
        image_size: int, or (height, width).
        channels: 3, or 1 for luminance.
        zoom: how many of the photograph's pixels become one pixel along a side, the least and the most; drawn
            from a log-uniform distribution. 1 is the photograph's own resolution. Where a photograph is too
            small for that it is the most that fits.
        crops: items made of each photograph in an epoch.
        science: with the stained tissue, the retina and the Hubble deep field.
        grey: with camera, moon, brick, grass and gravel.
        flip: mirror half of the crops in training.

    Returns:
        A `Source` of dicts with `image`, float32 (height, width, channels) in [-1, 1].

    Raises:
        ValueError: channels, zoom or crops out of range.

    Example:
        >>> training, held_out = photographs((96, 128), zoom=(1, 4)).split()
    """
    height, width = height_and_width(image_size)
    zoom = (float(zoom[0]), float(zoom[1]))
    if channels not in (1, 3) or not 0 < zoom[0] <= zoom[1] or crops < 1:
        raise ValueError(
            f"expected channels 1 or 3, 0 < zoom[0] <= zoom[1], crops >= 1; received {channels}, {zoom}, "
            f"{crops}; use photographs(64, channels=3, zoom=(1, 2), crops=32)"
        )
    scenes = {
        **photograph_files.PHOTOGRAPHS,
        **(photograph_files.SCIENCE if science else {}),
        **(photograph_files.GREY if grey else {}),
    }
    files = [(file, group) for group, names in enumerate(scenes.values()) for file in names]
    pictures = [_with_channels(photograph_files.read(file), channels) for file, _ in files]
    sizes = np.array([picture.shape[:2] for picture in pictures], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes.prod(axis=1))[:-1]])
    photograph = np.repeat(np.arange(len(files)), crops)
    rows = {
        "size": sizes[photograph],
        "start": starts[photograph],
        "place": np.concatenate([_places(file, crops) for file, _ in files]),
    }
    with tf.device("CPU:0"):
        pixels = tf.constant(np.concatenate([picture.reshape(-1, channels) for picture in pictures]))

    def load(row, key):
        place = row["place"] if key is None else tf.random.stateless_uniform([3], fold(key, "crop"))
        image = _crop(pixels, row["start"], row["size"], place, zoom, (height, width))
        if key is not None and flip:
            turned = tf.random.stateless_uniform([], fold(key, "flip")) < 0.5
            image = tf.where(turned, image[:, ::-1], image)
        return {"image": tf.ensure_shape(image, (height, width, channels))}

    small = [name for name, files_ in scenes.items() if _is_small(files_, zoom, (height, width))]
    text = f"{len(files)} photographs of {len(scenes)} scenes ({', '.join(scenes)}), {crops} crops of each"
    if small:
        text += f"\nsmaller than {height}x{width} at zoom {zoom[0]:g}, so enlarged: {', '.join(small)}"
    settings = (height, width, channels, zoom, crops, flip)
    identity = f"photographs {settings} {zlib.crc32(pixels.numpy().data)}"
    part = Part(rows, load, groups=np.array([group for _, group in files])[photograph])
    return Source(part, text=text, identity=identity)


def _with_channels(picture: np.ndarray, channels: int) -> np.ndarray:
    if picture.shape[-1] == channels:
        return picture
    if channels == 3:
        return np.repeat(picture, 3, axis=-1)
    return np.asarray(Image.fromarray(picture).convert("L"))[..., None]


def _places(file: str, crops: int) -> np.ndarray:
    """The fixed crops of evaluation: numbers for zoom, top and left, spread evenly over [0, 1)."""
    first = np.random.default_rng(zlib.crc32(file.encode())).random(3)
    golden = np.array([0.8191725134, 0.6710436067, 0.5497004779])  # 1/g, 1/g^2, 1/g^3 with g^4 = g + 1
    return ((first + np.arange(crops)[:, None] * golden) % 1.0).astype(np.float32)


def _is_small(files, zoom, size) -> bool:
    shapes = [photograph_files.read(file).shape for file in files]
    return any(shape[0] < size[0] * zoom[0] or shape[1] < size[1] * zoom[0] for shape in shapes)


def _crop(pixels, start, size, place, zoom, image_size):
    """Cuts a window out of one photograph in the long list of pixels, and brings it to the image's size."""
    height, width = image_size
    size = tf.cast(size, tf.float32)
    most = tf.minimum(size[0] / height, size[1] / width)
    low, high = tf.math.log(tf.minimum(zoom[0], most)), tf.math.log(tf.minimum(zoom[1], most))
    scale = tf.exp(low + (high - low) * place[0])
    window = tf.cast(tf.minimum(tf.round(scale * [height, width]), size), tf.int64)
    corner = tf.cast(place[1:] * (size - tf.cast(window, tf.float32) + 1.0), tf.int64)
    corner = tf.minimum(corner, tf.cast(size, tf.int64) - window)
    rows = start + (corner[0] + tf.range(window[0])) * tf.cast(size[1], tf.int64)
    cut = tf.gather(pixels, rows[:, None] + (corner[1] + tf.range(window[1]))[None, :])
    same = tf.reduce_all(window == [height, width])
    image = tf.cond(
        same,
        lambda: tf.cast(cut, tf.float32),
        lambda: tf.image.resize(cut, (height, width), "bicubic", antialias=True),
    )
    return to_float(tf.clip_by_value(image, 0.0, 255.0))
