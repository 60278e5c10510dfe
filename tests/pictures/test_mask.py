"""Masks of whatever two colours, soft edges and JPEGs; what is none is told."""

import numpy as np
import pytest
from PIL import Image

from kgan.pictures.decoding import decode
from kgan.pictures.mask import described, marked
from kgan.pictures.picture import Picture

HOLE = np.zeros((20, 30), bool)
HOLE[4:12, 5:25] = True


def painted(dark, light, dtype=np.uint8):
    dark, light = (np.atleast_1d(np.asarray(colour, dtype)) for colour in (dark, light))
    return Picture(np.where(HOLE[..., None], light, dark))


@pytest.mark.parametrize(
    ("dark", "light"),
    [(0, 255), (0, 1), (0, 2), (100, 101), (254, 255), ((0, 0, 0), (255, 0, 0)), ((0, 0, 90), (0, 255, 0))],
)
def test_P7_the_lighter_of_two_colours_is_the_hole(dark, light):
    np.testing.assert_array_equal(marked(painted(dark, light)), HOLE)
    np.testing.assert_array_equal(marked(painted(dark, light), invert=True), ~HOLE)


def test_P7_the_line_names_the_values():
    assert described(painted(0, 1)) == "the values 0 and 1"
    assert described(Picture(np.full((3, 4, 1), 7, np.uint8))) == "only the value 7"
    ramp = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    assert described(Picture(ramp)) == "values from 0 to 11"


def test_16_bits_soft_edges_jpegs_and_transparency(tmp_path):
    np.testing.assert_array_equal(marked(painted(0, 65535, np.uint16)), HOLE)
    # 16 bits that hold 0 and 255 are no black picture.
    np.testing.assert_array_equal(marked(painted(0, 255, np.uint16)), HOLE)
    red = painted((0, 0, 0), (255, 0, 0)).pixels
    Image.fromarray(red).resize((300, 200), Image.Resampling.NEAREST).save(tmp_path / "a.jpg", quality=80)
    large = HOLE.repeat(10, 0).repeat(10, 1)
    assert (marked(decode(tmp_path / "a.jpg")) != large).mean() < 0.02
    soft = Image.fromarray(HOLE.astype(np.uint8) * 255).resize((60, 40), Image.Resampling.BILINEAR)
    assert (marked(Picture(np.asarray(soft)[..., None])) != HOLE.repeat(2, 0).repeat(2, 1)).mean() < 0.02
    white = np.full((20, 30, 1), 255, np.uint8)
    np.testing.assert_array_equal(marked(Picture(white, HOLE[..., None].astype(np.uint8) * 255)), HOLE)


def test_one_colour_is_all_or_nothing_and_noise_is_one_colour():
    noise = np.random.default_rng(0).integers(0, 6, (20, 30, 1), np.uint8)
    assert not marked(Picture(np.zeros((4, 4, 1), np.uint8))).any()
    assert not marked(Picture(noise)).any()
    assert marked(Picture(255 - noise)).all()
    assert marked(Picture(np.full((4, 4, 1), 255, np.uint8))).all()


def test_photographs_are_no_masks():
    greys = np.random.default_rng(0).normal(128, 40, (40, 50, 3)).clip(0, 255).astype(np.uint8)
    with pytest.raises(ValueError, match=r"holds the greys of a photograph: [6-9].% of its pixels"):
        marked(Picture(greys))
