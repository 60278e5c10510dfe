"""Captions of glyphs read back, sentences of sources, groups, and grids."""

import numpy as np
import pytest
from PIL import Image

from kgan.data import captions
from kgan.data.samples import glyph_captions
from kgan.tasks.text.caption_grid import rows_of, slug
from kgan.tasks.text.captioned import first_sentences, grouped, sentences
from kgan.tasks.text.glyph_labels import NAMES, label_of, labels_of
from kgan.tasks.text.style_scores import style_carried


@pytest.fixture(scope="module")
def birds(tmp_path_factory):
    """Four pictures: two captions for the first, one caption for the second and third alike."""
    folder = tmp_path_factory.mktemp("birds")
    texts = ["a red bird\r\nbird in red", "a fish", "a fish", "Ein grüner Vogel"]
    for number, text in enumerate(texts):
        Image.new("RGB", (8, 8), (40 * number, 0, 0)).save(folder / f"{number}.png")
        (folder / f"{number}.txt").write_bytes(text.encode())
    return captions(folder, (8, 8), mirror=False)


def test_every_sentence_counts(birds):
    assert sentences(birds) == ["a red bird", "bird in red", "a fish", "a fish", "Ein grüner Vogel"]
    assert first_sentences(birds) == ["a red bird", "a fish", "a fish", "Ein grüner Vogel"]
    assert sentences(birds.take([3, 0])) == ["Ein grüner Vogel", "a red bird", "bird in red"]


def test_pictures_of_one_caption_are_one_group(birds):
    (batch,) = grouped(birds).batches(4, training=False)
    group = batch["group"].numpy()
    assert group[1] == group[2]
    assert len(set(group)) == 3
    assert batch["caption"].numpy()[3].decode() == "Ein grüner Vogel"
    drawn = {text for b in grouped(birds).batches(4).take(8) for text in b["caption"].numpy()}
    assert len(drawn) == 4, "each epoch draws one of an image's captions"


def test_wordings_of_one_glyph_are_one_group():
    source = glyph_captions(8, characters="ab", fonts=["DejaVu Sans", "DejaVu Serif"])
    assert len(sentences(source)) == 12
    (batch,) = grouped(source).batches(4, training=False)
    assert len(set(batch["group"].numpy())) == 4


def test_labels_of_every_wording():
    source = glyph_captions(8, characters="aQ7", fonts=["DejaVu Sans Bold"])
    found = [NAMES[label_of(sentence)] for sentence in sentences(source)]
    assert found == ["a"] * 3 + ["Q"] * 3 + ["7"] * 3
    assert labels_of(["bold serif capital g"]).tolist() == [NAMES.index("G")]
    with pytest.raises(ValueError, match="received 'a red bird'"):
        label_of("a red bird")


def test_rows():
    images = np.arange(6, dtype="float32").reshape(6, 1, 1, 1) * np.ones((1, 32, 32, 1), "float32")
    cells, told, columns = rows_of(images, ["short", "x" * 80], 3)
    assert cells.shape == (2, 64, 3 * 64 + 2 * 2, 1)
    assert [cells[1, 0, at, 0] for at in (0, 66, 132)] == [3, 4, 5]
    assert told[0] == "short"
    assert told[1].endswith("...")
    assert len(told[1]) < 30
    assert columns == 1


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("a red bird!", "a-red-bird"),
        ("../..", "caption"),
        ("красная птица", "красная-птица"),
        ("x" * 99, "x" * 48),
    ],
)
def test_file_names(caption, name):
    assert slug(caption) == name


class Painter:
    """Draws the latent beside the sentence; reads it back exactly, or something else."""

    latent_size = 4

    def __init__(self, read):
        self.style = read

    def conditions(self, captions):
        return np.array([[len(caption)] for caption in captions], "float32")

    def predict(self, inputs, **options):
        return np.concatenate([inputs["latent"], inputs["text"]], axis=1)


def test_a_style_read_exactly_carries_over_and_one_read_not_at_all_does_so_by_chance():
    captions = ["a", "bb", "ccc"]
    assert style_carried(Painter(lambda made: made[:, :4]), captions, count=40) == 1.0
    noise = np.random.default_rng(1).normal(size=(400, 4))
    assert style_carried(Painter(lambda made: noise), captions, count=400) == pytest.approx(0.1, abs=0.05)
