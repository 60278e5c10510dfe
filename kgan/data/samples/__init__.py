"""Real data that kgan's dependencies ship: no download, no folder, every kind that a task needs."""

from kgan.data.samples.digits_in_motion import digits_in_motion
from kgan.data.samples.glyph_captions import glyph_captions
from kgan.data.samples.glyph_pairs import glyph_pairs, glyph_unpaired
from kgan.data.samples.glyphs import glyphs
from kgan.data.samples.photographs import photographs

__all__ = [
    "digits_in_motion",
    "glyph_captions",
    "glyph_pairs",
    "glyph_unpaired",
    "glyphs",
    "photographs",
]
