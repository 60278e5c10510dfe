"""Glyphs drawn white on black, all letters of one face on one baseline and at one size."""

import functools

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kgan.data.samples.faces import LETTERS_AND_DIGITS, Face
from kgan.errors import UserError

FILL = 0.88  # of the image, in the direction where the face's largest letter fills most of it
SUPERSAMPLING = 4  # drawn larger and averaged: hinting at 32 pixels bends the shapes
MEASURE = 256  # pixels an em at which extents are read


@functools.cache
def _font(path: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _box(face: Face, character: str, size: float) -> tuple[float, float, float, float]:
    """The ink's left, top, right, bottom in pixels, from the pen's start on the baseline; zeros without ink."""
    mask, (left, top) = _font(face.path, size).getmask2(chr(face.code_point(character)), "L", anchor="ls")
    ink = mask.getbbox() if mask.size[0] and mask.size[1] else None  # font.getbbox adds the side bearings
    return (left + ink[0], top + ink[1], left + ink[2], top + ink[3]) if ink else (0, 0, 0, 0)


@functools.cache
def fit(face: Face, size: tuple[int, int], characters: str = LETTERS_AND_DIGITS) -> tuple[float, float]:
    """The font size and baseline with which every one of `characters` fits into the image.

    Args:
        face: a typeface.
        size: the image's (height, width).
        characters: what has to fit; those that the face lacks are passed over.

    Returns:
        Pixels an em, and the row of the baseline that centres the tallest and the deepest letter.
    """
    height, width = size
    boxes = np.array([_box(face, character, MEASURE) for character in characters if face.has(character)])
    top, bottom = boxes[:, 1].min(), boxes[:, 3].max()
    widest = (boxes[:, 2] - boxes[:, 0]).max()
    scale = min(FILL * height / (bottom - top), FILL * width / widest)
    return MEASURE * scale, height / 2 - scale * (top + bottom) / 2


def draw(
    face: Face, character: str, size: tuple[int, int], characters: str = LETTERS_AND_DIGITS
) -> np.ndarray | None:
    """One glyph, its ink centred from left to right, standing on the baseline of its face.

    Args:
        face: a typeface that has the character.
        character: one character.
        size: the image's (height, width).
        characters: the letters that share the face's size and baseline.

    Returns:
        uint8 of shape (height, width), 255 where there is ink; None if there is none or it does not fit.
    """
    height, width = size
    em, baseline = fit(face, size, characters)
    em, baseline = em * SUPERSAMPLING, baseline * SUPERSAMPLING
    left, top, right, bottom = _box(face, character, em)
    canvas = (width * SUPERSAMPLING, height * SUPERSAMPLING)
    inside = right - left <= canvas[0] and baseline + top >= 0 and baseline + bottom <= canvas[1]
    if right <= left or bottom <= top or not inside:
        return None
    image = Image.new("L", canvas)
    pen = ((canvas[0] - left - right) / 2, baseline)
    text = chr(face.code_point(character))
    ImageDraw.Draw(image).text(pen, text, fill=255, font=_font(face.path, em), anchor="ls")
    return np.asarray(image.reduce(SUPERSAMPLING))


def nothing_drawn(characters: str) -> UserError:
    """What to raise when no typeface has any of the characters."""
    return UserError(
        f"expected characters that the typefaces have, found none of {characters[:20]!r}: use others"
    )
