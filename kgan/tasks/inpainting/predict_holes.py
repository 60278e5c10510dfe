"""Holes in pictures: where they are marked, and how a network of any or of one size fills them."""

import math
import os
from pathlib import Path

import numpy as np

from kgan.errors import UserError

# Windows start where the coarsest pixels of a smooth filling do.
PYRAMID = 64


def mask_for(job, masks, invert=False) -> np.ndarray:
    """Reads the mask that belongs to a picture: bool (height, width), true in the hole.

    Args:
        job: `kgan.app.predicting.predict_files.Job`.
        masks: path of a picture, or of a folder that holds a mask for each picture (see `mask_file`).
        invert: whether the darker of a mask's two colours marks the hole, rather than the lighter.

    Raises:
        UserError: if there is none, it is a photograph, or it marks nothing or everything, naming both.
    """
    from kgan.pictures import mask, picture_file

    path = mask_file(job, masks)
    picture = picture_file.read(path)
    try:
        hole = mask.marked(picture, invert)
    except ValueError as error:
        raise UserError(
            f"expected a mask of two colours for {job.source}; found {path}, which {error}; are picture and mask "
            "swapped?"
        ) from None
    if hole.all() or not hole.any():
        raise UserError(
            f"expected a hole and known pixels in the mask of {job.source}; found {path}, which holds "
            f"{mask.described(picture)}; paint the hole in one colour and the rest in a darker one"
        )
    return hole


def mask_file(job, masks) -> Path:
    """Returns the path of a picture's mask.

    In a folder that is the picture of the same name (any ending), or with `_mask`, `_mask001` and the like after it.

    Args:
        job: as for `mask_for`.
        masks: as for `mask_for`.
    """
    from kgan.data.folders.layout import without_mask
    from kgan.files.walk import walk
    from kgan.pictures.picture_file import is_picture

    masks = Path(masks)
    if not masks.is_dir():
        return masks
    exact = masks / job.name
    beside = walk(exact.parent, deep=False).names() if exact.parent.is_dir() else []
    found = [exact.with_name(name) for name in beside if is_picture(name)]
    own = os.path.realpath(job.source)
    found = [path for path in found if os.path.realpath(path) != own]
    same = [path for path in found if path.name == exact.name] or [p for p in found if p.stem == exact.stem]
    same += [path for path in found if without_mask(path.stem) == exact.stem]
    if not same:
        raise UserError(
            f"expected a mask for {job.source}; found no {exact.stem}.* nor {exact.stem}_mask.* in {exact.parent}; "
            "add one, or leave the picture out"
        )
    return same[0]


def marked(pixels, colour, tolerance=0) -> np.ndarray:
    """Where a picture has the colour that marks a hole: bool (height, width).

    Args:
        pixels: uint8 or uint16 (height, width, 1 or 3).
        colour: (red, green, blue), 0 to 255.
        tolerance: by how much each may differ, 0 to 255.
    """
    levels = 257 if pixels.dtype == np.uint16 else 1
    away = np.abs(pixels.astype(np.int32) - levels * np.asarray(colour, np.int32))
    return (away <= levels * tolerance).all(-1)


def check_mask(mask, picture, name, mask_name) -> None:
    """Raises `UserError` for a mask of another size than its picture's, without a hole, or with nothing else."""
    if mask.shape != picture.size:
        (height, width), (own_height, own_width) = picture.size, mask.shape
        raise UserError(
            f"expected a mask of {width}x{height} pixels for {name}; found {own_width}x{own_height} in {mask_name}; "
            "resize it"
        )
    if not mask.any():
        raise UserError(
            f"expected a hole in {name}; found none marked in {mask_name}; mark it, or see --tolerance"
        )
    if mask.all():
        raise UserError(f"expected known pixels in {name}; found all of it marked in {mask_name}; mark less")


def fill_anywhere(run, picture, mask) -> np.ndarray:
    """What a network for any size paints, for the whole picture; right in the hole, anything elsewhere.

    Only the surroundings of the hole that the network looks at are computed.

    Args:
        run: `kgan.tiles.runner.Runner`; its network takes `image` and `mask` (1 in the hole).
        picture: `kgan.pictures.picture_file.Picture`.
        mask: bool (height, width).

    Returns:
        Integers of the picture's dtype and shape.
    """
    channels = run.image_network.network.inputs[0].shape[-1]
    window = tuple(
        _surroundings(mask.any(axis), run.reach, length)
        for axis, length in zip((1, 0), mask.shape, strict=True)
    )
    made = run(
        {
            "image": _part(picture, window).floats(channels),
            "mask": mask[window][..., None].astype(np.float32),
        }
    )
    filled = picture.pixels.copy()
    filled[window] = as_picture(made, picture)
    return filled


def fill_by_crops(fill, image_size, centre_size, picture, mask) -> np.ndarray:
    """What a network of one size paints, hole by hole, on a crop around each.

    A hole larger than what the network can paint is painted on a reduced crop and enlarged again.

    Args:
        fill: from float32 (1, *image_size, 3) in [-1, 1] and a mask (1, *image_size, 1) to the former's shape.
        image_size: (height, width) of the network.
        centre_size: (height, width) of the centre that it can paint.
        picture, mask: as for `fill_anywhere`.

    Returns:
        Integers of the picture's dtype and shape; only holes differ from the picture.
    """
    from scipy import ndimage

    from kgan.data.views.degradation import resized
    from kgan.pictures.picture import as_channels, as_float

    filled = picture.pixels.copy()
    # Holes that nearly touch are one: each is the other's surroundings.
    near = ndimage.binary_dilation(mask, iterations=max(1, min(image_size) // 16))
    places, _ = ndimage.label(near)
    for number, box in enumerate(ndimage.find_objects(places), 1):
        hole = mask & (places == number)
        box = tuple(_extent(hole[box].any(axis), box[1 - axis].start) for axis in (1, 0))
        sides = [stop - start for start, stop in box]
        factor = max(1.0, *(side / most for side, most in zip(sides, centre_size, strict=True)))
        window = [math.ceil(factor * side) for side in image_size]
        corner = [(start + stop) // 2 - side // 2 for (start, stop), side in zip(box, window, strict=True)]
        rows, columns = (
            _mirrored(first, side, length)
            for first, side, length in zip(corner, window, mask.shape, strict=True)
        )
        crop, missing = filled[np.ix_(rows, columns)], mask[np.ix_(rows, columns)]
        crop = _plain_in_holes(crop, missing)
        if factor > 1:
            crop = resized(crop, image_size)
            missing = resized(255 * missing[..., None].astype(np.uint8), image_size)[..., 0] > 0
        made = fill(as_channels(as_float(crop), 3)[None], missing[None, ..., None].astype(np.float32))[0]
        made = as_picture(made, picture)
        if factor > 1:
            made = resized(made, window)
        inside = [
            slice(start - first, stop - first) for (start, stop), first in zip(box, corner, strict=True)
        ]
        place = tuple(slice(*ends) for ends in box)
        own = hole[place]
        filled[place][own] = made[tuple(inside)][own]
    return filled


def as_picture(made, picture):
    """Floats as integers with the picture's channels and depth."""
    from kgan.pictures.picture import as_channels, as_integers

    return as_integers(as_channels(made, picture.pixels.shape[-1]), picture.deep)


def _part(picture, window):
    return picture.window(*window).visible


def _surroundings(holed, reach, length):
    """The hole's extent along one side, with what the network looks at around it."""
    start, stop = _extent(holed, 0)
    around = math.ceil(reach.around) if math.isfinite(reach.around) else length
    multiple = math.lcm(reach.multiple, PYRAMID)
    first = max(0, start - around) // multiple * multiple
    return slice(first, min(length, stop + around))


def _extent(holed, offset):
    found = np.flatnonzero(holed)
    return int(found[0]) + offset, int(found[-1]) + 1 + offset


def _mirrored(first, count, length):
    """Positions of a window that may stick out of the picture, mirrored back into it."""
    place = np.abs(np.arange(first, first + count)) % max(1, 2 * length - 2)
    return np.minimum(place, np.maximum(2 * length - 2 - place, 0))


def _plain_in_holes(crop, missing):
    """The mean of what is known in the hole, so that reducing the crop mixes no rubbish into the border."""
    if missing.all() or not missing.any():
        return crop
    crop = crop.copy()
    crop[missing] = np.rint(crop[~missing].mean(0))
    return crop
