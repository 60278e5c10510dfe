"""The same characters in two typefaces, aligned (`source`, `target`) or not (`a`, `b`)."""

import functools
import unicodedata
import zlib

import numpy as np

from kgan.data.samples import faces, rendering
from kgan.data.samples.glyphs import jitter_images, rendered
from kgan.data.source.source import Source
from kgan.pictures.image_size import height_and_width

# What the image must hold. Code points that reach further, such as two accents on a capital, are left out.
TALL = faces.LETTERS_AND_DIGITS + "ÅÇÉÑÖŞ"
STYLED = ("Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No", "Sc")  # other signs look alike in all typefaces


def glyph_pairs(
    image_size: int | tuple[int, int] = 32,
    source_font: str = "DejaVu Sans",
    target_font: str = "DejaVu Serif",
    channels: int = 1,
    *,
    augment: bool = True,
) -> Source:
    """Aligned style pairs: the letters and digits that two typefaces share and draw differently.

    Latin, Greek, Cyrillic, Armenian and Georgian, 1,804 characters for the default fonts. `split` holds out
    characters: an accented letter together with its base letter and with the letters of other scripts that
    look the same, so that no held-out picture is part of one in training.

    Args:
        image_size: int, or (height, width).
        source_font: a name such as "DejaVu Sans Bold", or the path of a `.ttf` file.
        target_font: likewise.
        channels: 1, or 3 for three equal ones.
        augment: in training, turn, scale, shear and shift each pair a little, both halves alike.

    Returns:
        A `Source` of dicts with `source` and `target`, float32 (height, width, channels) in [-1, 1].

    Raises:
        UserError: a font that does not exist, or two without a common character.

    Example:
        >>> training, held_out = glyph_pairs(64, "DejaVu Sans", "DejaVu Serif Bold Italic").split()
    """
    size = height_and_width(image_size)
    ends = faces.find(source_font), faces.find(target_font)
    characters, images, groups = shared(*ends, size)
    source, target = (np.repeat(side[..., None], channels, axis=-1) for side in images)
    return Source.from_arrays(
        {"source": source, "target": target},
        augment=jitter_images("source", "target") if augment else None,
        groups=groups,
        text=f"{len(characters)} characters in {ends[0].name} (source) and {ends[1].name} (target)",
        identity=f"pairs {size} {channels} {augment} {zlib.crc32(source.data)} {zlib.crc32(target.data)}",
    )


def glyph_unpaired(
    image_size: int | tuple[int, int] = 32,
    a_font: str = "DejaVu Sans",
    b_font: str = "DejaVu Serif",
    channels: int = 1,
    *,
    augment: bool = True,
) -> Source:
    """Two typefaces as two domains without a common character: no pair exists that could be learnt from.

    The characters of `glyph_pairs` are dealt out to `a` and `b` in turns; `split` holds out some of both.

    Args:
        image_size: int, or (height, width).
        a_font: a name such as "DejaVu Sans Bold", or the path of a `.ttf` file.
        b_font: likewise.
        channels: 1, or 3 for three equal ones.
        augment: in training, turn, scale, shear and shift each glyph a little.

    Returns:
        A `Source` of dicts with `a` and `b`, float32 (height, width, channels) in [-1, 1].

    Raises:
        UserError: a font that does not exist, or two without a common character.
    """
    size = height_and_width(image_size)
    ends = faces.find(a_font), faces.find(b_font)
    _, images, groups = shared(*ends, size)
    _, dense = np.unique(groups, return_inverse=True)
    parts = []
    for turn, name in enumerate("ab"):
        mine = dense % 2 == turn
        pixels = np.repeat(images[turn][mine][..., None], channels, axis=-1)
        single = Source.from_arrays(
            {name: pixels},
            augment=jitter_images(name) if augment else None,
            groups=dense[mine],
            identity="",
        )
        parts.extend(single.parts)
    sums = [zlib.crc32(part.rows[name].data) for part, name in zip(parts, "ab", strict=True)]
    return Source(
        parts,
        text=f"characters in {ends[0].name} (a), others in {ends[1].name} (b)",
        identity=f"unpaired {size} {channels} {augment} {sums}",
    )


@functools.lru_cache(maxsize=8)
def shared(
    first: faces.Face, second: faces.Face, size: tuple[int, int]
) -> tuple[str, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """What two typefaces have in common and draw differently.

    Args:
        first: a typeface.
        second: another.
        size: the images' (height, width).

    Returns:
        The characters in code point order, their uint8 images (count, height, width) in either typeface, and
        the group of each.
    """
    candidates = faces.code_points(first.path) & faces.code_points(second.path)
    characters, images = [], []
    for code in sorted(candidates):
        if unicodedata.category(chr(code)) not in STYLED:
            continue
        pair = [rendered(face, chr(code), size, TALL) for face in (first, second)]
        if pair[0] is not None and pair[1] is not None and (pair[0] != pair[1]).any():
            characters.append(chr(code))
            images.append(pair)
    if not characters:
        raise rendering.nothing_drawn("".join(map(chr, sorted(candidates))))
    stacked = np.array(images)
    return "".join(characters), (stacked[:, 0], stacked[:, 1]), _groups(characters, images)


def _groups(characters: list[str], images: list) -> np.ndarray:
    """One number for all characters that share a base letter or a picture, and for those tied to them."""
    names = list(range(len(characters)))

    def root(item):
        while names[item] != item:
            item = names[item]
        return item

    first_with = {}
    for item, (character, pair) in enumerate(zip(characters, images, strict=True)):
        base = unicodedata.normalize("NFKD", character)[0]
        for mark in (base, (0, pair[0].tobytes()), (1, pair[1].tobytes())):
            names[root(item)] = root(first_with.setdefault(mark, item))
    return np.array([root(item) for item in range(len(names))])
