"""The bundled data: its pictures by value, its counts, and that nothing is on both sides of a split."""

import functools
import pathlib
import time

import matplotlib
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageDraw, ImageFont

from kgan.data import samples
from kgan.data.samples import faces, motion, photograph_files, rendering
from kgan.data.samples.digits_in_motion import meetings, sprites
from kgan.data.samples.glyph_pairs import TALL, shared
from kgan.data.samples.glyphs import jitter_images
from kgan.errors import UserError
from kgan.pictures.pixels import to_uint8


def everything(source, key="image"):
    return np.concatenate([batch[key] for batch in source.batches(256, training=False)])


def column(source, name):
    return source.parts[0].rows[name]


def normalised(face, character, side=24):
    """A glyph cut out and brought to one size, as a vector of length 1."""
    image = rendering.draw(face, character, (64, 64), characters=character)
    if image is None:
        return np.zeros(side * side)
    rows, columns = image.any(axis=1).nonzero()[0], image.any(axis=0).nonzero()[0]
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    vector = np.asarray(Image.fromarray(cut).resize((side, side)), np.float64).ravel()
    return vector / np.linalg.norm(vector)


@functools.cache
def alphabet(face):
    return np.stack([normalised(face, c) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"])


def recognised(face):
    """How many of the letters A to Z look most like that letter in one of seven other styles."""
    names = ("DejaVu Sans", "DejaVu Serif", "DejaVu Serif Italic", "DejaVu Sans Bold Italic", "STIX Bold")
    names += ("Computer Modern Italic", "STIX Bold Italic")
    others = [faces.find(name) for name in names if name != face.name]
    scores = np.max([alphabet(face) @ alphabet(other).T for other in others], axis=0)
    return int((scores.argmax(axis=1) == np.arange(26)).sum())


def test_every_text_face_has_its_letters_and_draws_them():
    assert len(faces.TEXT_FACES) == 27
    for face in faces.TEXT_FACES:
        missing = [c for c in faces.LETTERS_AND_DIGITS if not face.has(c)]
        assert missing in ([], list("0123456789")), face.name
        assert recognised(face) >= 20, face.name


def test_every_font_file_left_out_has_no_letters():
    folder = pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf")
    used = {face.file for face in faces.TEXT_FACES}
    left_out = sorted(path.name for path in folder.glob("*.ttf") if path.name not in used)
    assert len(left_out) == 18
    for name in left_out:
        face = faces.Face(name, name, name, "")
        assert not face.has("A") or recognised(face) <= 5 or name == "cmsy10.ttf", name
    assert not {"0", "a"} & {c for c in "0a" if recognised_alone("cmsy10.ttf", c)}  # capitals only


def recognised_alone(file, character):
    face = faces.Face(file, file, file, "")
    score = normalised(face, character) @ normalised(faces.find("DejaVu Sans"), character)
    return score > 0.9


def test_glyphs_are_what_pillow_draws():
    source = samples.glyphs((40, 24), characters="Hx", fonts=["DejaVu Serif"], augment=False)
    images = to_uint8(everything(source))
    assert images.shape == (2, 40, 24, 1)
    em, baseline = rendering.fit(faces.find("DejaVu Serif"), (40, 24), "Hx")
    font = ImageFont.truetype(faces.find("DejaVu Serif").path, em, layout_engine=ImageFont.Layout.BASIC)
    for image, character in zip(images, "Hx", strict=True):
        canvas = Image.new("L", (24, 40))
        left, _, right, _ = font.getbbox(character, anchor="ls")
        pen = ((24 - left - right) / 2, baseline)
        ImageDraw.Draw(canvas).text(pen, character, fill=255, font=font, anchor="ls")
        direct = np.asarray(canvas, np.float64)
        assert np.corrcoef(direct.ravel(), image.ravel())[0, 1] > 0.8
        assert image[0].max() == image[:, 0].max() == 0  # black border


def test_letters_of_a_face_share_size_and_baseline():
    face = faces.find("DejaVu Sans")
    ink = {c: rendering.draw(face, c, (64, 64)).any(axis=1).nonzero()[0] for c in "cCxpH"}
    assert ink["C"][-1] - ink["C"][0] > 1.25 * (ink["c"][-1] - ink["c"][0])
    assert abs(ink["x"][-1] - ink["H"][-1]) <= 1
    assert ink["p"][-1] > ink["x"][-1] + 4
    for character in faces.LETTERS_AND_DIGITS:
        image = rendering.draw(face, character, (64, 64))
        ink_columns = image.any(axis=0).nonzero()[0]
        assert abs(ink_columns[0] + ink_columns[-1] - 63) <= 2, character  # centred


def test_glyphs_are_labelled_and_quick():
    began = time.monotonic()
    source = samples.glyphs(28)
    assert time.monotonic() - began < 20
    assert len(source) == 25 * 62 + 2 * 52
    assert source.label_names == list(faces.LETTERS_AND_DIGITS)
    labels = column(source, "label")
    assert np.bincount(labels).tolist() == [25] * 10 + [27] * 52
    same = samples.glyphs(28, characters="7", fonts=["STIX Bold"])
    place = np.flatnonzero(labels == 7)[[f.name for f in faces.TEXT_FACES].index("STIX Bold")]
    assert same.label_names == ["7"]
    assert column(source, "image")[place].any()


def test_glyph_split_shares_no_family():
    source = samples.glyphs(24)
    training, held_out = source.split()
    sides = [set(side.parts[0].groups.tolist()) for side in (training, held_out)]
    assert not sides[0] & sides[1]
    assert len(held_out) == 4 * 62  # STIX, four styles
    assert len(training) + len(held_out) == len(source)
    pictures = [{image.tobytes() for image in column(side, "image")} for side in (training, held_out)]
    assert len(pictures[0] & pictures[1]) <= 2  # plain strokes, such as "l", may be the same


def test_augmentation_is_small_and_keyed_by_seed_epoch_and_item():
    source = samples.glyphs(32, characters="0123456789", fonts=["DejaVu Sans", "STIX"])
    plain = to_uint8(everything(source)).astype(float)
    batches = [b["image"].numpy() for b in source.batches(20, seed=5).take(3)]
    again = next(iter(source.batches(20, seed=5, start=2)))["image"].numpy()
    np.testing.assert_array_equal(again, batches[2])
    other = next(iter(source.batches(20, seed=6)))["image"].numpy()
    assert np.abs(other - batches[0]).max() > 0.5
    for images in batches:
        mass = (to_uint8(images).astype(float)).sum()
        assert mass == pytest.approx(plain.sum(), rel=0.1)
    assert len({image.tobytes() for images in batches for image in images}) == 60
    still = samples.glyphs(32, characters="0123456789", fonts=["DejaVu Sans"], augment=False)
    first, second = (np.sort(b["image"].numpy(), axis=0) for b in still.batches(10, seed=1).take(2))
    np.testing.assert_array_equal(first, second)


def test_unknown_fonts_and_characters_say_so(tmp_path):
    with pytest.raises(UserError, match=r"expected a font out of DejaVu Sans, .*received 'Helvetica'"):
        samples.glyphs(fonts=["Helvetica"])
    with pytest.raises(UserError, match="expected characters that the typefaces have"):
        samples.glyphs(characters="\u4e2d")
    path = tmp_path / "mine.ttf"
    path.write_bytes(pathlib.Path(faces.find("Computer Modern").path).read_bytes())
    assert len(samples.glyphs(fonts=[str(path)])) == 62


def test_pairs_show_one_character_in_two_faces():
    source = samples.glyph_pairs(32, augment=False)
    characters, _, _ = shared(faces.find("DejaVu Sans"), faces.find("DejaVu Serif"), (32, 32))
    assert len(source) == len(characters) > 1700
    place = characters.index("Ж")
    for key, name in (("source", "DejaVu Sans"), ("target", "DejaVu Serif")):
        expected = rendering.draw(faces.find(name), "Ж", (32, 32), TALL)
        np.testing.assert_array_equal(to_uint8(everything(source, key))[place, ..., 0], expected)


def test_pairs_split_shares_no_character_nor_picture():
    source = samples.glyph_pairs(32)
    training, held_out = source.split(0.1)
    assert 100 < len(held_out) < 400
    assert not set(training.parts[0].groups.tolist()) & set(held_out.parts[0].groups.tolist())
    for key in ("source", "target"):
        sides = [{image.tobytes() for image in column(side, key)} for side in (training, held_out)]
        assert not sides[0] & sides[1]
    characters, _, groups = shared(faces.find("DejaVu Sans"), faces.find("DejaVu Serif"), (32, 32))
    group = dict(zip(characters, groups, strict=True))
    assert group["e"] == group["é"] == group["ề"]
    assert group["A"] == group["\N{GREEK CAPITAL LETTER ALPHA}"] == group["\N{CYRILLIC CAPITAL LETTER A}"]
    assert group["A"] != group["a"]


def test_both_halves_of_a_pair_are_disturbed_alike():
    image = tf.random.stateless_uniform((32, 24, 1), [0, 1])
    augment = jitter_images("source", "target")
    for number in range(5):
        example = augment({"source": image, "target": image, "label": 3}, tf.constant([7, number], tf.int64))
        np.testing.assert_array_equal(example["source"], example["target"])
        assert np.abs(example["source"] - image).max() > 0.1
        assert example["label"] == 3


def test_unpaired_domains_share_no_character():
    source = samples.glyph_unpaired(24)
    assert source.keys == ("a", "b")
    assert min(len(part) for part in source.parts) > 600
    groups = [set(part.groups.tolist()) for part in source.parts]
    assert not groups[0] & groups[1]
    training, held_out = source.split()
    for number in range(2):
        sides = [set(side.parts[number].groups.tolist()) for side in (training, held_out)]
        assert sides[1]
        assert not sides[0] & sides[1]
    batch = next(iter(training.batches(8)))
    assert batch["a"].shape == batch["b"].shape == (8, 24, 24, 1)


def test_captions_say_what_is_drawn():
    source = samples.glyph_captions(32, fonts=["DejaVu Serif Bold", "STIX Sans Italic"], characters="gG7")
    batch = next(iter(source.batches(8, training=False)))
    assert [caption.decode() for caption in batch["caption"].numpy()] == [
        "bold serif small g",
        "bold serif capital g",
        "bold serif digit seven",
        "italic sans-serif small g",
        "italic sans-serif capital g",
    ]
    expected = rendering.draw(faces.find("DejaVu Serif Bold"), "G", (32, 32), "gG7")
    np.testing.assert_array_equal(to_uint8(batch["image"].numpy())[1, ..., 0], expected)
    drawn = {c.decode() for b in source.batches(5, seed=1).take(20) for c in b["caption"].numpy()}
    assert {"a small g in bold serif", "the small g, bold serif", "bold serif small g"} <= drawn
    with pytest.raises(ValueError, match="received '!'"):
        samples.glyph_captions(characters="!")


def test_caption_split_shares_no_caption_but_every_word():
    training, held_out = samples.glyph_captions(16).split()
    sides = [{texts[0].decode() for texts in column(side, "wordings")} for side in (training, held_out)]
    assert len(sides[1]) == 101
    assert not sides[0] & sides[1]
    words = [{word for caption in side for word in caption.split()} for side in sides]
    assert words[1] <= words[0]
    assert {"bold", "italic", "serif", "sans-serif", "typewriter", "script", "blackletter"} <= words[0]


def test_photographs_are_crops_of_the_photographs():
    source = samples.photographs((48, 64), zoom=(1, 1), crops=3)
    assert len(source) == 33
    images = to_uint8(everything(source))
    astronaut = photograph_files.read("skimage/data/astronaut.png")
    windows = np.lib.stride_tricks.sliding_window_view(astronaut, (48, 64), axis=(0, 1))
    starts = windows[..., 0, 0]
    for image in images[:3]:
        places = np.argwhere((starts == image[0, 0]).all(axis=-1))
        assert any((astronaut[top : top + 48, left : left + 64] == image).all() for top, left in places)
    np.testing.assert_array_equal(everything(source), everything(source))


def test_photographs_in_training_are_other_crops_each_epoch():
    source = samples.photographs(16, crops=1)
    batches = [b["image"].numpy() for b in source.batches(11, seed=0).take(4)]
    assert len({image.tobytes() for images in batches for image in images}) == 44
    again = next(iter(source.batches(11, seed=0, start=3)))["image"].numpy()
    np.testing.assert_array_equal(again, batches[3])


def test_photographs_zoom_shows_the_whole_and_grey_has_one_channel():
    source = samples.photographs((30, 45), 1, zoom=(10, 10), crops=1, science=False)
    chelsea = to_uint8(everything(source))[-2, ..., 0]
    with Image.open(photograph_files.path("skimage/data/chelsea.png")) as image:
        expected = np.asarray(image.convert("L").resize((45, 30), Image.Resampling.BICUBIC), np.float64)
    assert np.abs(chelsea - expected).mean() < 3  # 300x451: half a column of 451 is cut
    large = samples.photographs(400, crops=1, zoom=(1, 1))
    assert "so enlarged: chelsea" in large.summary()
    assert everything(large).shape == (11, 400, 400, 3)


def test_photograph_split_shares_no_scene():
    source = samples.photographs(32, grey=True)
    assert len(source) == 16 * 32
    for held_out in (0.1, 0.3, 0.5):
        for seed in range(3):
            sides = source.split(held_out, seed)
            groups = [set(side.parts[0].groups.tolist()) for side in sides]
            starts = [set(column(side, "start").tolist()) for side in sides]
            assert not groups[0] & groups[1]
            assert not starts[0] & starts[1]
            stereo = {photo for photo in column(source, "start") if photo in _motorcycles(source)}
            assert any(stereo <= side for side in starts)
    assert len(samples.photographs(32).split()[1]) >= 5


def _motorcycles(source):
    height_width = (column(source, "size") == (500, 741)).all(axis=1)
    return set(column(source, "start")[height_width].tolist())


def test_wrong_arguments_say_so():
    with pytest.raises(ValueError, match="expected channels 1 or 3"):
        samples.photographs(32, channels=4)
    with pytest.raises(ValueError, match="expected an image size"):
        samples.glyphs((32, 32, 1))
    with pytest.raises(ValueError, match="expected length"):
        samples.digits_in_motion(32, digit_size=40)


def test_things_bounce_off_both_ends():
    places = motion.bounce(np.float32([1.0, 9.0]), np.float32([-0.5, 2.0]), np.float32([10.0, 10.0]), 6)
    np.testing.assert_allclose(places[:, 0], [1, 0.5, 0, 0.5, 1, 1.5], atol=1e-6)
    np.testing.assert_allclose(places[:, 1], [9, 9, 7, 5, 3, 1], atol=1e-6)


def test_a_lone_digit_keeps_its_shape_and_moves_evenly():
    source = samples.digits_in_motion((48, 64), length=6, digits=1, digit_size=20, speed=(2.0, 2.0))
    clips = (everything(source, "frames")[:20] + 1) * 127.5
    ink = sprites(20)
    for clip, own in zip(clips, column(source, "own"), strict=False):
        mass = clip.sum(axis=(1, 2, 3))
        np.testing.assert_allclose(mass, ink[own].sum(), rtol=0.02)
        rows, columns = np.mgrid[:48, :64]
        centres = np.stack([(clip[..., 0] * grid).sum((1, 2)) / mass for grid in (rows, columns)], axis=1)
        steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
        assert (steps < 2.05).all()
        assert np.isclose(steps, 2.0, atol=0.1).sum() >= 3  # all but where it bounces


def test_motion_split_shares_no_digit():
    training, held_out = samples.digits_in_motion(32, length=3).split()
    shown = [
        set(column(side, "own").tolist()) | set(column(side, "others").ravel().tolist())
        for side in (training, held_out)
    ]
    assert not shown[0] & shown[1]
    assert (len(shown[0]), len(shown[1])) == (len(training), len(held_out))
    assert len(training) + len(held_out) == 1797
    assert len(held_out) > 150
    own, others = meetings(1797)
    assert sorted(own.tolist()) == list(range(1797))
    assert not (own[:, None] == others).any()


def test_motion_differs_by_epoch_in_training_and_never_in_evaluation():
    source, _ = samples.digits_in_motion(24, length=3).split(0.9)
    np.testing.assert_array_equal(everything(source, "frames"), everything(source, "frames"))
    per_epoch = source.batches_per_epoch(len(source))
    first, second = (b["frames"].numpy() for b in source.batches(len(source), seed=1).take(2 * per_epoch))
    assert not {clip.tobytes() for clip in first} & {clip.tobytes() for clip in second}
    assert first.shape[1:] == (3, 24, 24, 1)
    assert first.min() == -1.0
    assert first.max() > 0.9


def test_fingerprints_tell_data_apart_and_stay():
    assert samples.glyphs(16).fingerprint() == samples.glyphs(16).fingerprint()
    prints = {
        source.fingerprint()
        for source in (
            samples.glyphs(16),
            samples.glyphs(16, 3),
            samples.glyphs(16, augment=False),
            samples.glyphs(16).split()[0],
            samples.glyph_pairs(16),
            samples.glyph_unpaired(16),
            samples.glyph_captions(16),
            samples.photographs(16),
            samples.photographs(16, flip=False),
            samples.digits_in_motion(16),
            samples.digits_in_motion(16, digits=1),
        )
    }
    assert len(prints) == 11
