"""Many images in one picture: sample grids for people to look at."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from kgan.files.atomic import replacing
from kgan.pictures.pixels import to_uint8

GAP = 2
CAPTION_HEIGHT = 14
PAPER = 255
INK = (70, 70, 70)


def image_grid(
    images: Any,
    columns: int | None = None,
    captions: list[str] | None = None,
    scale: int | None = None,
    gap: int = GAP,
) -> Image.Image:
    """Lays images out in rows.

    Args:
        images: `(count, height, width, channels)`, float in [-1, 1] or uint8; 1, 3 or 4 channels.
        columns: int, images in a row. Default: as square as the count allows.
        captions: `count` str, printed above their images; a row whose captions are all empty takes no room
            for them.
        gap: int, white pixels between images and around them.
        scale: int, how many pixels a pixel becomes. Default: small images are enlarged to 64 pixels or so.

    Returns:
        A PIL image.

    Raises:
        ValueError: if `images` is no batch of images or the captions are not as many.
    """
    from PIL import Image, ImageDraw, ImageFont

    images = np.asarray(images)
    images = images if images.dtype == np.uint8 else to_uint8(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or not len(images):
        raise ValueError(
            f"expected images of shape (count, height, width, 1, 3 or 4); received {images.shape}"
        )
    count, height, width, channels = images.shape
    if captions is not None and len(captions) != count:
        raise ValueError(
            f"expected {count} captions, one for each image; received {len(captions)}; use '' for none"
        )
    columns = min(count, columns or math.ceil(math.sqrt(count * height / width)))
    scale = scale or max(1, round(64 / max(height, width)))
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    height, width = height * scale, width * scale
    caption_height = max(CAPTION_HEIGHT, min(2 * CAPTION_HEIGHT, height // 3))
    rows = [range(start, min(start + columns, count)) for start in range(0, count, columns)]
    captioned = [captions is not None and any(captions[index] for index in row) for row in rows]
    canvas_height = gap + len(rows) * (height + gap) + sum(captioned) * caption_height
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    if any(captioned) and mode == "L":
        mode, images = "RGB", images.repeat(3, axis=-1)
    canvas = Image.new(mode, (gap + columns * (width + gap), canvas_height), (PAPER,) * len(mode))
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(caption_height - 3)
    top = gap
    for row, has_captions in zip(rows, captioned, strict=True):
        top += has_captions * caption_height
        for column, index in enumerate(row):
            left = gap + column * (width + gap)
            canvas.paste(
                Image.fromarray(images[index].squeeze(-1) if mode == "L" else images[index]), (left, top)
            )
            if has_captions and captions[index]:
                place = (left + width // 2, top - caption_height // 2 - 1)
                pen.text(place, captions[index], fill=INK, font=font, anchor="mm")
        top += height + gap
    return canvas


def save_png(picture: Image.Image, path: str | os.PathLike) -> None:
    """Writes a PIL image as PNG; a reader sees the whole of it or none."""
    with replacing(Path(path)) as stream:
        picture.save(stream, format="PNG")


def save_gif(pictures: list, path: str | os.PathLike, milliseconds: int = 80) -> None:
    """Writes PIL images as an endless GIF."""
    with replacing(Path(path)) as stream:
        first, *rest = pictures
        first.save(stream, format="GIF", save_all=True, append_images=rest, duration=milliseconds, loop=0)
