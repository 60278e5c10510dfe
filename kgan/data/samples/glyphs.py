"""Letters and digits of many typefaces, labelled."""

import functools
import zlib

import numpy as np
import tensorflow as tf

from kgan.data.samples import faces, rendering
from kgan.data.samples.jitter import jitter
from kgan.data.source.keys import fold
from kgan.data.source.source import Source
from kgan.pictures.image_size import height_and_width


def glyphs(
    image_size: int | tuple[int, int] = 32,
    channels: int = 1,
    characters: str = faces.LETTERS_AND_DIGITS,
    fonts: list | tuple | None = None,
    *,
    augment: bool = True,
    ornate: bool = False,
) -> Source:
    """White glyphs on black, labelled by their character, out of the typefaces in the matplotlib wheel.

    All glyphs of a typeface have one size and stand on one baseline, so that "c" and "C" differ by size where
    the typeface makes them. `split` divides by family: no held-out glyph has a bold or italic sister in
    training. (With one family it divides by typeface, with one typeface by glyph.)

    Args:
        image_size: int, or (height, width).
        channels: 1, or 3 for three equal ones.
        characters: the classes, in the order of their labels.
        fonts: names such as "DejaVu Sans Bold", or paths of `.ttf` files. Default: all 27 text faces.
        augment: in training, turn, scale, shear and shift each glyph a little.
        ornate: with the six double-struck, script and blackletter alphabets. Only without `fonts`.

    Returns:
        A `Source` of dicts with `image`, float32 (height, width, channels) in [-1, 1], and `label`, int32.

    Raises:
        UserError: a font that does not exist, or none that has the characters.

    Example:
        >>> training, held_out = glyphs(32, characters="0123456789").split()
    """
    size = height_and_width(image_size)
    chosen = choose(fonts, ornate)
    images, labels, owners = [], [], []
    for owner, face in enumerate(chosen):
        for label, character in enumerate(characters):
            image = rendered(face, character, size, characters)
            if image is not None:
                images.append(image)
                labels.append(label)
                owners.append(owner)
    if not images:
        raise rendering.nothing_drawn(characters)
    pixels = np.repeat(np.stack(images)[..., None], channels, axis=-1)
    return Source.from_arrays(
        {"image": pixels, "label": np.array(labels, np.int32)},
        augment=jitter_images("image") if augment else None,
        label_names=list(characters),
        groups=family_groups(chosen, np.array(owners)),
        text=f"glyphs of {len(set(characters))} characters in {len(chosen)} typefaces",
        identity=f"glyphs {size} {channels} {characters} {augment} {zlib.crc32(pixels.data)}",
    )


def choose(fonts: list[str], ornate: bool) -> list[faces.Face]:
    if fonts is not None:
        return [faces.find(font) for font in fonts]
    return [*faces.TEXT_FACES, *(faces.ORNATE_FACES if ornate else ())]


@functools.lru_cache(maxsize=65536)
def rendered(face: faces.Face, character: str, size: tuple[int, int], characters: str) -> np.ndarray | None:
    """`rendering.draw`, kept in memory; None too where the face lacks the character."""
    return rendering.draw(face, character, size, characters) if face.has(character) else None


def family_groups(chosen: list[faces.Face], owners: np.ndarray) -> np.ndarray | None:
    """The group of each item, given its face: the family, or the face where there is one family only."""
    families = list(dict.fromkeys(face.family for face in chosen))
    if len(families) > 1:
        return np.array([families.index(face.family) for face in chosen])[owners]
    return owners if len(chosen) > 1 else None


def jitter_images(*names: str) -> tf.Tensor:
    """An augmentation that disturbs the named images of an example alike."""

    def augment(example, key):
        seed = fold(key, "jitter")
        return {name: jitter(value, seed) if name in names else value for name, value in example.items()}

    return augment
