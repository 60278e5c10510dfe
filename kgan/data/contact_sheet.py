"""A picture of what the model sees: examples of a source in rows, with their labels and captions."""

import os
import pathlib

import numpy as np
from PIL import Image, ImageDraw

from kgan.data.source.source import Source
from kgan.files.atomic import replacing
from kgan.pictures.pixels import to_uint8

GAP = 4
TEXT_HEIGHT = 13
WIDTH = 1100  # pixels, about
COLOURS = (
    np.random.default_rng(7).integers(40, 256, (256, 3)).astype(np.uint8)
)  # of the classes of label maps
ORDER = ("source", "target", "a", "b", "image", "mask", "frames")


def contact_sheet(source: Source, path: str | os.PathLike, count: int = 40, seed: int = 0) -> pathlib.Path:
    """Draws the first training examples of a source, augmented as the model would see them.

    Args:
        source: `Source`.
        path: the PNG to write.
        count: int, how many examples at most.
        seed: int, of order and augmentation.

    Returns:
        The path.
    """
    count = min(count, len(source))
    batch = next(source.batches(count, seed=seed).take(1).as_numpy_iterator())
    tiles = [
        _tile({key: values[i] for key, values in batch.items()}, source.label_names) for i in range(count)
    ]
    height = max(tile.height for tile in tiles)
    width = max(tile.width for tile in tiles)
    columns = max(1, min(count, WIDTH // (width + GAP)))
    rows = -(-count // columns)
    sheet = Image.new("RGB", (GAP + columns * (width + GAP), GAP + rows * (height + GAP)), "white")
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        sheet.paste(tile, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    path = pathlib.Path(path)
    with replacing(path) as stream:
        sheet.save(stream, format="PNG")
    return path


def _tile(example, label_names):
    drawn = [_picture(key, example[key]) for key in ORDER if key in example]
    text = _text(example, label_names)
    pixels = np.concatenate(drawn, 1) if drawn else np.full((1, 256, 3), 255, np.uint8)
    tile = Image.new("RGB", (pixels.shape[1], pixels.shape[0] + (TEXT_HEIGHT if text else 0)), "white")
    tile.paste(Image.fromarray(pixels))
    if text:
        letters = max(1, pixels.shape[1] // 6)
        ImageDraw.Draw(tile).text((0, pixels.shape[0]), text[:letters], fill="black")
    return tile


def _picture(key, value):
    """Returns one value of an example as RGB pixels."""
    if key == "frames":
        return np.concatenate([_picture("image", frame) for frame in value[:8]], 1)
    if np.issubdtype(value.dtype, np.integer):
        return COLOURS[value[..., 0] % len(COLOURS)]
    pixels = to_uint8(value * 2 - 1 if key == "mask" else value)
    if pixels.shape[-1] == 4:
        image = Image.fromarray(pixels, "RGBA")
        return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def _text(example, label_names):
    words = []
    if "label" in example and np.ndim(example["label"]) == 0:
        number = int(example["label"])
        words.append(label_names[number] if label_names else str(number))
    if "caption" in example:
        caption = example["caption"]
        words.append(caption.decode("utf-8", "replace") if isinstance(caption, bytes) else str(caption))
    return " ".join(words)
