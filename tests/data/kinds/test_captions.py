"""Captions: which sentence belongs to which picture, in every layout, and what is missing."""

import io
import json
import os
import zipfile

import numpy as np
import pytest
from PIL import Image

from kgan.data.describe import kind_of
from kgan.data.folders import caption_files
from kgan.data.kinds.captions import captions
from kgan.errors import UserError
from kgan.pictures.pixels import to_uint8

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.fixture
def folder(tmp_path):
    """Three pictures 12x10 of one colour each, one of them in a sub-folder."""
    for name, place in (("red", "red.png"), ("green", "green one é.png"), ("blue", "sub/blue.png")):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        Image.new("RGB", (12, 10), COLOURS[name]).save(tmp_path / place)
    return tmp_path


NAMES = {"red": "red.png", "green": "green one é.png", "blue": "sub/blue.png"}


def pairs(source):
    """{(colour of the picture's middle, caption)} of a pass in order."""
    seen = []
    for batch in source.batches(2, training=False):
        pixels = to_uint8(batch["image"].numpy())
        assert pixels.shape[1:] == (8, 8, 3)
        for pixel, caption in zip(pixels[:, 4, 4], batch["caption"].numpy(), strict=True):
            colour = next(name for name, value in COLOURS.items() if tuple(pixel) == value)
            seen.append((colour, caption.decode()))
    return sorted(seen)


def write_text(folder, sentences):
    for name, lines in sentences.items():
        (folder / NAMES[name]).with_suffix(".txt").write_text("\n".join(lines), encoding="utf-8")


def write_csv(folder, sentences):
    lines = ["caption,file", *(f'"{s}",{NAMES[n]}' for n, several in sentences.items() for s in several)]
    (folder / "captions.csv").write_text("\n".join(lines), encoding="utf-8")


def write_tabs(folder, sentences):
    lines = ["filename\ttext", *(f"{NAMES[n]}\t{s}" for n, several in sentences.items() for s in several)]
    (folder / "captions.csv").write_text("\n".join(lines), encoding="utf-8-sig")


def write_jsonl(folder, sentences):
    lines = [json.dumps({"file": NAMES[n], "caption": several}) for n, several in sentences.items()]
    (folder / "captions.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")


def write_coco(folder, sentences):
    images = [{"id": 7 + i, "file_name": NAMES[n].rpartition("/")[2]} for i, n in enumerate(sentences)]
    notes = [
        {"id": 0, "image_id": 7 + i, "caption": s} for i, n in enumerate(sentences) for s in sentences[n]
    ]
    (folder / "annotations").mkdir()
    (folder / "annotations" / "captions_val.json").write_text(
        json.dumps({"images": images, "annotations": notes})
    )


SENTENCES = {"red": ["a red, red square", "it is red"], "green": ["grün"], "blue": ["blue", "sky", "sea"]}


@pytest.mark.parametrize("write", [write_text, write_csv, write_tabs, write_jsonl, write_coco])
def test_every_layout_gives_the_same_table(folder, write):
    write(folder, SENTENCES)
    table, _ = caption_files.read(folder)
    expected = {name: SENTENCES[colour] for colour, name in NAMES.items()}
    if write is write_text:
        expected = {name.removesuffix(".png"): texts for name, texts in expected.items()}
    if write is write_coco:
        expected = {name.rpartition("/")[2]: texts for name, texts in expected.items()}
    assert table == expected


@pytest.mark.parametrize("write", [write_csv, write_coco])
def test_each_picture_has_its_sentence(folder, write):
    write(folder, SENTENCES)
    source = captions(folder, 8)
    assert pairs(source) == [("blue", "blue"), ("green", "grün"), ("red", "a red, red square")]
    assert "6 captions" in source.summary()
    assert source.keys == ("caption", "image")


def test_an_epoch_draws_one_caption_an_image_and_all_come_up(folder):
    write_csv(folder, SENTENCES)
    source = captions(folder, 8)
    batches = list(source.batches(3, seed=4).take(20))
    drawn = [
        sorted(c.decode() for c in batch["caption"].numpy() if c.decode() in SENTENCES["blue"])
        for batch in batches
    ]
    assert all(len(sentences) == 1 for sentences in drawn)
    assert {sentences[0] for sentences in drawn} == {"blue", "sky", "sea"}


def test_text_files_may_lie_in_a_tree_of_their_own(folder):
    (folder / "text").mkdir()
    for name in NAMES:
        stem = NAMES[name].rpartition("/")[2].removesuffix(".png")
        (folder / "text" / f"{stem}.txt").write_text(f"so {name}")
    (folder / "README.txt").write_text("not a caption")
    assert pairs(captions(folder, 8)) == [("blue", "so blue"), ("green", "so green"), ("red", "so red")]


def test_images_without_captions_are_named_or_skipped(folder):
    write_jsonl(folder, {"red": ["red"]})
    with pytest.raises(UserError, match=r"2 images without captions: green one é\.png, sub/blue\.png"):
        captions(folder, 8)
    source = captions(folder, 8, missing="skip")
    assert len(source) == 1
    assert "2 images without captions left out" in source.summary()


EMPTY = {"red": [" "], "green": ["grün"], "blue": ["blue"]}


@pytest.mark.parametrize("write", [write_text, write_csv, write_jsonl])
def test_empty_captions_are_none(folder, write):
    write(folder, EMPTY)
    with pytest.raises(UserError, match=r"1 image without captions: red\.png"):
        captions(folder, 8)
    assert pairs(captions(folder, 8, missing="skip")) == [("blue", "blue"), ("green", "grün")]


@pytest.mark.parametrize("write", [write_text, write_csv, write_jsonl])
def test_long_captions_other_scripts_and_lines_that_end_in_crlf(folder, write):
    sentences = {"red": ["x " * 4_999 + "x"], "green": ["красная птица", "赤い鳥"], "blue": ["طائر أزرق"]}
    write(folder, sentences)
    for path in folder.rglob("*.*"):
        if path.suffix in (".txt", ".csv", ".jsonl"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert pairs(captions(folder, 8)) == sorted((name, several[0]) for name, several in sentences.items())
    assert "4 captions" in captions(folder, 8).summary()


def test_captions_without_images_name_the_first_five(folder):
    write_csv(folder, SENTENCES)
    with (folder / "captions.csv").open("a") as stream:
        stream.writelines(f"\nnothing,gone{number}.png" for number in range(7))
    expected = r"7 captions without images: gone0\.png, gone1\.png, .*gone4\.png and 2 more"
    with pytest.raises(UserError, match=expected):
        captions(folder, 8)
    assert len(captions(folder, 8, missing="skip")) == 3


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "picture,words\nred.png,red", r'fields "file" and "caption".*found picture, words'),
        ("a.csv", "file,caption\nred.png\n", r"line 2"),
        ("a.jsonl", '{"file": "red.png"', r"a\.jsonl line 1"),
        ("a.jsonl", '["red.png"]', r"line 1"),
        ("a.json", '{"red.png": "red"}', "expected COCO captions"),
        ("a.json", "{", r"a\.json, line 1"),
    ],
)
def test_unreadable_caption_files_say_where(folder, name, content, message):
    (folder / name).write_text(content)
    with pytest.raises(UserError, match=message):
        captions(folder, 8)


def test_no_captions_or_too_many_files_say_so(folder):
    with pytest.raises(UserError, match="expected captions for the 3 images"):
        captions(folder, 8)
    write_csv(folder, SENTENCES)
    write_jsonl(folder, SENTENCES)
    with pytest.raises(UserError, match=r"found 2 \(captions\.csv, captions\.jsonl\)"):
        captions(folder, 8)
    assert len(captions(folder, 8, file="captions.jsonl")) == 3
    with pytest.raises(UserError, match="expected a caption file, found nothing"):
        captions(folder, 8, file="other.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("write", [write_text, write_csv, write_tabs])
def test_P4_captions_are_decoded_whatever_they_were_saved_in(folder, write, encoding):
    sentences = {"red": ["ein Fuß, rot", "it is red"], "green": ["grün: “so”"], "blue": ["blue"]}
    write(folder, sentences)
    for path in folder.rglob("*.*"):
        if path.suffix in (".txt", ".csv", ".jsonl"):
            content = path.read_bytes().decode("utf-8-sig").replace(NAMES["green"], "green.png")
            path.write_bytes(content.encode(encoding))
    table, origin = caption_files.read(folder)
    assert sorted(map(tuple, table.values())) == sorted(map(tuple, sentences.values()))
    assert ("Windows-1252" in origin) == (encoding == "cp1252")


def test_P4_what_cannot_be_decoded_is_named(folder):
    write_text(folder, SENTENCES)
    red = folder / NAMES["red"].replace(".png", ".txt")
    for data, words in [
        ("красная птица".encode("cp1251"), "neither UTF-8, UTF-16 nor Windows-1252"),
        (b"a \x81 bird \x9d", "neither"),
        (b"\xff\xfea", "neither"),
        (b"\x01\x02\x03 bird", "no text"),
    ]:
        red.write_bytes(data)
        with pytest.raises(UserError, match=rf"1 image without captions: .*of no use: {red.name} .*{words}"):
            captions(folder, 8)
        assert "1 of no use" in captions(folder, 8, missing="skip").summary()
    (folder / "a.csv").write_bytes("file,caption\nred.png,красная птица".encode("cp1251"))
    with pytest.raises(UserError, match=r"a\.csv, found a file that is text in neither"):
        caption_files.read(folder)


def test_C3_C10_text_that_is_a_pipe_or_endless_is_not_read(folder, monkeypatch):
    write_text(folder, SENTENCES)
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe.csv")
    assert len(captions(folder, 8)) == 3
    with pytest.raises(UserError, match="found a pipe"):
        captions(folder, 8, file="pipe.csv")
    monkeypatch.setattr(caption_files, "TEXT_LIMIT", 100)
    (folder / "log.txt").write_text("x" * 101)
    assert "log.txt (is longer than" in captions(folder, 8).summary()


def test_split_shares_no_picture_and_keeps_captions_with_theirs(folder):
    write_csv(folder, SENTENCES)
    training, held_out = captions(folder, 8).split(0.34)
    assert (len(training), len(held_out)) == (2, 1)
    names = [side.parts[0].rows["name"].tolist() for side in (training, held_out)]
    assert sorted(names[0] + names[1]) == sorted(name.encode() for name in NAMES.values())
    alone = next(name for name in NAMES if NAMES[name].encode() == names[1][0])
    assert pairs(held_out) == [(alone, SENTENCES[alone][0])]


def test_text_files_in_a_zip(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in (("a/one", 10), ("b/two", 200)):
            picture = io.BytesIO()
            Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(picture, "PNG")
            archive.writestr(f"{name}.png", picture.getvalue())
            archive.writestr(f"{name}.txt", f"value {value} é\n")
        archive.writestr("__MACOSX/a/one.txt", "not this")
    assert kind_of(path) == "captions"
    (batch,) = captions(path, 8).batches(2, training=False)
    assert [text.decode() for text in batch["caption"].numpy()] == ["value 10 é", "value 200 é"]
    assert to_uint8(batch["image"]).numpy()[:, 0, 0, 0].tolist() == [10, 200]
