"""Glyphs with a sentence that says what they look like."""

import zlib

import numpy as np
import tensorflow as tf

from kgan.data.samples import faces, rendering
from kgan.data.samples.glyphs import choose, jitter_images, rendered
from kgan.data.source.keys import fold
from kgan.data.source.source import Part, Source
from kgan.pictures.image_size import height_and_width
from kgan.pictures.pixels import to_float

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def glyph_captions(
    image_size: int | tuple[int, int] = 32,
    channels: int = 1,
    characters: str = faces.LETTERS_AND_DIGITS,
    fonts: list | tuple | None = None,
    *,
    augment: bool = True,
    ornate: bool = True,
) -> Source:
    """White glyphs on black, described: "bold serif capital g", "italic typewriter digit seven".

    In training each epoch draws one of three wordings of an image's caption, in evaluation it is the first.
    `split` holds out captions: combinations of style and character that never occur in training, though each
    of their words does.

    Args:
        image_size: int, or (height, width).
        channels: 1, or 3 for three equal ones.
        characters: letters a to z, A to Z and digits.
        fonts: names such as "DejaVu Sans Bold". Default: all 27 text faces.
        augment: in training, turn, scale, shear and shift each glyph a little.
        ornate: with the six double-struck, script and blackletter alphabets. Only without `fonts`.

    Returns:
        A `Source` of dicts with `image`, float32 (height, width, channels) in [-1, 1], and `caption`, string.

    Raises:
        UserError: a font that does not exist.
        ValueError: a character without a name.

    Example:
        >>> training, held_out = glyph_captions(32).split()
    """
    size = height_and_width(image_size)
    images, captions = [], []
    for face in choose(fonts, ornate):
        for character in characters:
            image = rendered(face, character, size, characters)
            if image is not None:
                images.append(image)
                captions.append(wordings(face, character))
    if not images:
        raise rendering.nothing_drawn(characters)
    pixels = np.repeat(np.stack(images)[..., None], channels, axis=-1)
    texts = np.array([[wording.encode() for wording in several] for several in captions])
    jitter = jitter_images("image") if augment else None

    def load(row, key):
        example = {"image": to_float(row["pixels"]), "caption": row["wordings"][0]}
        if key is None:
            return example
        number = tf.random.stateless_uniform([], fold(key, "caption"), 0, texts.shape[1], tf.int32)
        example["caption"] = row["wordings"][number]
        return jitter(example, key) if jitter else example

    sums = zlib.crc32(pixels.data), zlib.crc32(texts.tobytes())
    kinds, groups = np.unique(texts[:, 0], return_inverse=True)
    return Source(
        Part({"pixels": pixels, "wordings": texts}, load, groups=groups),
        text=f'{len(kinds)} captions such as "{captions[0][0]}"',
        identity=f"captions {size} {channels} {augment} {sums}",
    )


def wordings(face: faces.Face, character: str) -> tuple[str, str, str]:
    """Three ways to say what a glyph is, the plainest first."""
    if character in "0123456789":
        name = f"digit {DIGITS[int(character)]}"
    elif character.isascii() and character.isalpha():
        name = f"{'capital' if character.isupper() else 'small'} {character.lower()}"
    else:
        raise ValueError(f"expected characters a to z, A to Z, 0 to 9; received {character!r}; leave it out")
    words = [word for word in (face.weight, face.slant) if word not in ("regular", "upright")]
    style = " ".join((*words, face.style))
    return f"{style} {name}", f"a {name} in {style}", f"the {name}, {style}"
