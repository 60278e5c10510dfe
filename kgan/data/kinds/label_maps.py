"""Images with label maps, pictures whose pixels are classes, for semantic synthesis."""

import io
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from kgan.data.folders.problems import listing
from kgan.data.kinds.images import held_out
from kgan.data.kinds.kind import Folder, Kind
from kgan.data.kinds.pairs import matched, two_sides
from kgan.data.source.python_call import python_call
from kgan.data.source.source import Part, Source
from kgan.data.views.decode import Decoder
from kgan.data.views.pictures import Pictures
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.transparency import WHITE

LOOKED_AT = 1000  # maps that are read to learn which values there are
LARGEST = 256  # values of 8 bits


def label_maps(
    path: str | os.PathLike,
    image_size: tuple[int, int] = (256, 256),
    channels: int = 3,
    *,
    values: dict | None = None,
    label_names: list[str] | None = None,
    background: tuple[int, int, int] = WHITE,
    cache: str | os.PathLike | None = None,
    **view,
) -> Source:
    """Opens images and their label maps.

    A label map is an indexed or grey picture of 8 bits, matched to its image by name. The values that occur become
    classes 0, 1, ... in their order: without `values` those of the maps are read to find them, of large sets 1,000
    maps spread over the set. Maps go through the same window as images, without interpolation.

    Args:
        path: a folder or zip with `labels` and `images` in it (or A with the label maps and B, or any two folders of
            which the first by name has the label maps), perhaps below train, val and test; or two folders, (label
            maps, images).
        image_size: (height, width), or one int for both.
        channels: 1, 3 or 4, of the images.
        values: list of int, the values in the maps, in the order of their classes; others make a map unreadable.
        label_names: list of str, the classes' names. Default: the values.
        background: (red, green, blue), 0 to 255, what transparent images are laid over.
        cache: folder to keep the index in, or None.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...

    Returns:
        A `Source` of `source`, int32 (*image_size, 1), the classes, and `target`, float32 (*image_size, channels) in
        [-1, 1]. `label_names` has an entry for each class.

    Raises:
        UserError: if there is nothing to read, nothing matches, or the maps are no label maps.

    Example:
        >>> streets = label_maps("cityscapes", (256, 512))
        >>> classes = len(streets.label_names)
    """
    view = View(image_size, **view)
    sides = two_sides(path, cache)
    if sides is None:
        raise UserError(
            f"expected label maps and images in {path}; found one folder; name two, labels and images."
        )
    maps, pictures_side, text = matched(*sides)
    values = _values(maps.index) if values is None else [int(value) for value in values]
    if label_names is not None and len(label_names) != len(values):
        raise UserError(
            f"expected {len(values)} label names, one for each value of the maps; found {len(label_names)}; "
            "give as many."
        )
    table = np.full(LARGEST, -1, np.int32)
    table[values] = np.arange(len(values))
    reader = Decoder(maps.index)
    pictures = Pictures(pictures_side.index, view, channels, background)

    def load(row, key):
        one, other = ({**row[side], "again": row["again"]} for side in ("target", "source"))
        window = view.window(one["height"], one["width"], key)
        place = window.on(one["height"], one["width"], other["height"], other["width"])
        pixels = python_call(map_pixels, [reader.read(other)], tf.uint8)
        pixels = tf.ensure_shape(pixels, [None, None, 1])
        same = tf.reduce_all(tf.shape(pixels)[:2] == tf.stack([other["height"], other["width"]]))
        classes = tf.gather(tf.constant(table), tf.cast(pixels, tf.int32))
        known = tf.reduce_all(classes >= 0)
        with tf.control_dependencies(
            [tf.debugging.Assert(tf.logical_and(same, known), ["an odd label map"])]
        ):
            classes = tf.identity(classes)
        classes = classes[place.top : place.top + place.height, place.left : place.left + place.width]
        return {
            "source": view.resize(classes, window, nearest=True),
            "target": pictures.load_windows(one, [window], key)[0],
        }

    def explain(row):
        found = reader.problem(row["source"]) or pictures.decoder.problem(row["target"])
        return found or f"{os.fsdecode(row['source']['name'])}: has values that no class has"

    rows = {"source": maps.index.rows, "target": pictures_side.index.rows}
    names = [str(value) for value in values] if label_names is None else list(label_names)
    settings = ("label maps", view, channels, tuple(background), tuple(values))
    return Source(
        Part(rows, load, explain, held_out(maps.places)),
        label_names=names,
        text=f"{text}\n{len(values)} classes, values {values}\n{pictures_side.index.describe()}",
        identity=maps.index.identity(pictures_side.index.identity(*settings)),
    )


def map_pixels(data: bytes) -> np.ndarray:
    """Reads the values of a label map, not its colours.

    Args:
        data: bytes, the file's.

    Returns:
        uint8 array (height, width, 1).

    Raises:
        ValueError: if it is no indexed or grey picture of 8 bits.
    """
    with Image.open(io.BytesIO(data)) as image:
        if image.mode not in ("P", "L", "1"):
            raise ValueError(f"is no label map: its pixels are {image.mode}, not classes")
        image = ImageOps.exif_transpose(image)
        return np.asarray(image, np.uint8)[:, :, None]


def _values(index):
    """Returns the values that occur, sorted."""
    chosen = np.unique(np.linspace(0, len(index) - 1, min(len(index), LOOKED_AT)).astype(int))
    reader = Decoder(index)

    def look(number):
        row = {column: value[number] for column, value in index.rows.items()}
        try:
            return np.unique(map_pixels(reader.bytes(row))), ""
        except Exception as error:
            return np.array([], np.uint8), str(error)

    with ThreadPoolExecutor() as pool:
        found = list(pool.map(look, chosen))
    problems = {
        os.fsdecode(index.rows["name"][number]): problem
        for number, (_, problem) in zip(chosen, found, strict=True)
        if problem
    }
    if len(problems) == len(chosen):
        raise UserError(
            f"expected label maps, indexed or grey pictures, in {index.root}; found {listing(problems)}; convert them."
        )
    return np.unique(np.concatenate([values for values, _ in found])).tolist()


def _has_maps(folder: Folder) -> bool:
    """Whether the first side is all indexed or grey pictures, and the second is not."""
    if not folder.is_paired:
        return False
    index = folder.index
    grey = np.array([kind.endswith((" P", " L", " 1")) for kind in index.kinds])[index.rows["kind"]]
    first = np.array([place.side == "a" for place in folder.sides])
    return bool(grey[first].all() and not grey[~first].any())


KIND = Kind(
    "label maps",
    "images with label maps",
    ("pix2pix --task labels",),
    recognized=_has_maps,
    opened=lambda folder, size: label_maps(folder.path, size, cache=folder.cache),
    may_be_two_folders=True,
)
