"""Images with a mask of what is missing in them: made on the fly, or out of a folder."""

import dataclasses
import os

import numpy as np
import tensorflow as tf

from kgan.data.folders.index import open_index
from kgan.data.folders.layout import masks_among, places, without_mask
from kgan.data.kinds.images import held_out, images
from kgan.data.kinds.pairs import Side, matched
from kgan.data.source.keys import fold
from kgan.data.source.python_call import python_call
from kgan.data.source.source import Part, Source
from kgan.data.views.decode import Decoder, cut
from kgan.data.views.pictures import Pictures
from kgan.data.views.random_masks import HOLES, narrowed
from kgan.data.views.view import View
from kgan.errors import UserError
from kgan.pictures.decoding import decode
from kgan.pictures.mask import marked
from kgan.pictures.transparency import WHITE


def masked(
    path: str | os.PathLike | None = None,
    image_size: tuple[int, int] = (256, 256),
    mask: str | os.PathLike = "strokes",
    channels: int = 3,
    *,
    mask_seed: int = 0,
    invert: bool = False,
    background: tuple[int, int, int] = WHITE,
    cache: str | os.PathLike | None = None,
    **view,
) -> Source:
    """Opens images for inpainting, each with a mask.

    In training a mask on the fly is another one in each epoch, drawn by the seed of `Source.batches`; in
    evaluation an image always has the same one, drawn by `mask_seed`. Masks out of a folder belong to the
    images of the same name and go through the same window; if no name matches they are drawn like cards,
    shuffled on their own.

    Args:
        path: the folder or zip of the images; None for the bundled photographs.
        image_size: (height, width), or one int for both.
        mask: one of `kgan.data.views.random_masks.HOLES`, or a folder or zip of masks. The mask of `p0.jpg` is called
            `p0` or `p0_mask001`; it may lie beside it.
        channels: 1, 3, or 4 (with transparency).
        mask_seed: int.
        invert: bool. The lighter colour in the pictures of a folder of masks is what is missing; with `invert`, the
            darker is. See `kgan.pictures.mask.marked`.
        background: (red, green, blue), 0 to 255, what transparent images are laid over.
        cache: folder to keep the index in, or None.
        **view: the other arguments of `kgan.data.views.view.View`: fit, load_size, random_crop, mirror, jitter, ...

    Returns:
        A `Source` of `image`, float32 (*image_size, channels) in [-1, 1], and `mask`, float32 (*image_size,
        1), 1 where the image is missing and 0 elsewhere. The image is whole.

    Raises:
        UserError: if there is nothing to read, or no such mask.
    """
    view = View(image_size, **view)
    if str(mask) in HOLES:
        if path is None:
            from kgan.data.samples.photographs import photographs

            return with_holes(photographs(view.image_size, channels), mask, mask_seed)
        options = {name: value for name, value in vars(view).items() if name != "image_size"}
        whole = images(path, view.image_size, False, channels, background=background, cache=cache, **options)
        return with_holes(whole, mask, mask_seed)
    if path is None:
        raise UserError(
            f"expected the mask to be one of {', '.join(HOLES)} where no data is named; found {mask}; "
            "name the data."
        )
    index, mask_index = _apart(open_index(path, cache).need(), _mask_index(mask, cache))
    image_side, mask_side = (Side(one, places(one.names())) for one in (index, mask_index))
    bare = [dataclasses.replace(place, stem=without_mask(place.stem)) for place in mask_side.places]
    mask_side = dataclasses.replace(mask_side, places=bare)
    identity = index.identity(
        mask_index.identity("masked", view, channels, invert, tuple(background), mask_seed)
    )
    shared = {place.key for place in image_side.places} & {place.key for place in mask_side.places}
    if shared:
        image_side, mask_side, text = matched(image_side, mask_side)
        part = _aligned(image_side, mask_side, view, channels, background, invert)
        return Source(part, text=f"images with masks: {text}", identity=identity)
    pictures = Pictures(index, view, channels, background)
    image_part = Part(
        index.rows,
        lambda row, key: {"image": pictures.load(row, key)},
        pictures.explain,
        held_out(image_side.places),
    )
    text = f"{index.describe()}\nmasks, of any image: {mask_index.describe()}"
    return Source([image_part, _cards(mask_index, view, invert)], text=text, identity=identity)


def with_holes(source: Source, mask: str, mask_seed: int = 0, inset: int = 0) -> Source:
    """Adds masks made on the fly to a source of one part that has the key `image`; see `masked`.

    Args:
        source: the images.
        mask: one of `kgan.data.views.random_masks.HOLES`.
        mask_seed: int.
        inset: pixels by which holes are narrower on each side, for a network that paints more than the hole.
    """
    (part,) = source.parts
    size = tuple(source.element_spec["image"].shape[:2])
    draw = HOLES[mask]

    def load(row, key):
        example = part.load(row, key)
        mask_key = fold(mask_seed, "mask", row["index"]) if key is None else fold(key, "mask", mask_seed)
        return {**example, "mask": narrowed(draw(size, mask_key), inset) if inset else draw(size, mask_key)}

    said = f"{mask}, {inset} pixels narrower" if inset else mask
    return source.with_loader(load, f"masks: {said}", f"{said} {mask_seed}")


def _apart(index, mask_index):
    """Divides a folder that holds pictures and, beside them, their masks."""
    among = masks_among(index.names())
    if not among:
        return index, mask_index
    index = index.take(np.array([name not in among for name in index.names()]))
    same = np.array([name in among for name in mask_index.names()])
    return index, mask_index.take(same) if same.any() else mask_index


def _mask_index(mask, cache):
    try:
        return open_index(mask, cache).need()
    except UserError as error:
        raise UserError(
            f"expected a mask, one of {', '.join(HOLES)}, or a folder of masks: {error}"
        ) from None


def _aligned(image_side, mask_side, view, channels, background, invert):
    pictures = Pictures(image_side.index, view, channels, background)
    masks = _Masks(mask_side.index, view, invert)

    def load(row, key):
        image, hole = ({**row[name], "again": row["again"]} for name in ("image", "mask"))
        window = view.window(image["height"], image["width"], key)
        partner = window.on(image["height"], image["width"], hole["height"], hole["width"])
        return {
            "image": pictures.load_windows(image, [window], key)[0],
            "mask": masks.load(hole, partner),
        }

    def explain(row):
        return pictures.decoder.problem(row["image"]) or masks.explain(row["mask"])

    rows = {"image": image_side.index.rows, "mask": mask_side.index.rows}
    return Part(rows, load, explain, held_out(image_side.places))


def _cards(index, view, invert):
    view = View(view.image_size, "stretch", mirror=view.mirror)
    masks = _Masks(index, view, invert)

    def load(row, key):
        return {"mask": masks.load(row, view.window(row["height"], row["width"], key))}

    return Part(index.rows, load, masks.explain)


class _Masks:
    """Reads windows of masks, of whatever two colours: which mean what, the whole of a mask tells."""

    def __init__(self, index, view, invert):
        self.decoder, self.view, self.invert = Decoder(index), view, invert

    def load(self, row, window):
        """Returns the mask of a row as float32 (*image_size, 1)."""
        whole = python_call(self._read, [self.decoder.read(row)], tf.uint8)
        whole = tf.ensure_shape(whole, [None, None, 1])
        same = tf.reduce_all(
            tf.shape(whole)[:2] == tf.cast(tf.stack([row["height"], row["width"]]), tf.int32)
        )
        with tf.control_dependencies([tf.debugging.Assert(same, ["the mask's size has changed"])]):
            whole = tf.identity(whole)
        return tf.cast(self.view.resize(cut(whole, window), window) >= 128, tf.float32)

    def explain(self, row):
        """Returns "name: what is wrong" for a row that could not be read."""
        try:
            self._read(self.decoder.bytes(row))
        except ValueError as error:
            return f"{os.fsdecode(row['name'])}: {error}"
        except Exception:  # the decoder has the words
            pass
        return self.decoder.explain(row)

    def _read(self, data):
        return marked(decode(bytes(data)), self.invert)[..., None] * np.uint8(255)
