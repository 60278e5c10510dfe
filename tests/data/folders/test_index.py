"""The index: what it reads, what it refuses and in which words, when it is made anew, how long it takes."""

import os
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from kgan.data.folders import archive
from kgan.data.folders import index as index_module
from kgan.data.folders.index import open_index
from kgan.errors import UserError
from kgan.pictures import headers
from tests.data.pictures_on_disk import gradient, write


def test_what_headers_say(tmp_path):
    write(tmp_path / "b é.png", gradient(20, 30))
    write(tmp_path / "sub/a.jpg", gradient(40, 10)[:, :, 0])
    exif = Image.Exif()
    exif[0x112] = 6
    write(tmp_path / "turned.jpg", gradient(20, 30), exif=exif)
    write(tmp_path / ".hidden.png", gradient())
    (tmp_path / "notes.txt").write_text("hello")
    index = open_index(tmp_path)
    assert index.names() == ["b é.png", "sub/a.jpg", "turned.jpg"]
    assert index.rows["height"].tolist() == [20, 40, 30]
    assert index.rows["width"].tolist() == [30, 10, 20]
    assert index.rows["orientation"].tolist() == [1, 1, 6]
    assert index.rows["route"].tolist() == [headers.PNG, headers.JPEG, headers.JPEG]
    text = index.describe()
    assert "3 images" in text
    assert "1 PNG RGB" in text
    assert "1 JPEG L" in text
    assert "1 turned upright" in text
    assert "1 other file passed over: notes.txt" in text
    assert "sizes 10 x 40 to 20 x 30" in text


def bad_files(folder):
    """Writes files that are of no use; returns name -> the words for it."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    (folder / "empty.jpg").touch()
    (folder / "text.png").write_text("this is no picture\n")
    (folder / "zeros.png").write_bytes(bytes(200))
    for extension in ("jpg", "png", "webp", "gif", "bmp", "ppm"):
        whole = write(folder / f"whole.{extension}", pixels).read_bytes()
        (folder / f"half.{extension}").write_bytes(whole[: len(whole) // 2])
        (folder / f"whole.{extension}").unlink()
    (folder / "link.png").symlink_to(folder / "nowhere.png")
    (folder / "phone.heic").write_bytes(b"\x00\x00\x00\x20ftypheic" + bytes(range(64)))
    return {
        "empty.jpg": "is empty",
        "text.png": "holds text, not an image",
        "zeros.png": "holds only zeros",
        "link.png": "cannot be read: no such file or directory",
        "phone.heic": "is HEIC, which Pillow cannot read: convert it to JPEG",
        **{f"half.{extension}": "is truncated" for extension in ("jpg", "png", "gif", "bmp", "ppm")},
    }


def test_what_is_wrong_with_files(tmp_path):
    expected = bad_files(tmp_path)
    write(tmp_path / "good.png", gradient())
    index = open_index(tmp_path)
    assert index.names() == ["good.png"]
    found = dict(index.problems)
    assert found.pop("half.webp")
    assert found == expected


def test_nothing_but_bad_files_is_an_error_that_names_five(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.jpg").touch()
    with pytest.raises(UserError) as caught:
        open_index(tmp_path).need()
    message = str(caught.value)
    assert "found 0 that can be read and 9 that cannot: 0.jpg (is empty)" in message
    assert "4.jpg (is empty) and 4 more; replace those." in message
    assert "\n" not in message


def test_folders_without_images(tmp_path):
    with pytest.raises(UserError, match="found nothing there; check the path"):
        open_index(tmp_path / "missing")
    with pytest.raises(UserError, match="found an empty folder"):
        open_index(tmp_path).need()
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(UserError, match=r"found 0 and 1 other files: notes.txt; give the folder"):
        open_index(tmp_path).need()
    with pytest.raises(UserError, match=r"found the file .*notes.txt; give the folder"):
        open_index(tmp_path / "notes.txt")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(UserError, match=r"broken.zip"):
        open_index(tmp_path / "broken.zip")


def test_pictures_far_larger_than_the_rest_are_refused(tmp_path, monkeypatch):
    for number in range(5):
        write(tmp_path / f"{number}.png", gradient(8, 8))
    write(tmp_path / "giant.png", np.zeros((100, 100, 3), np.uint8))
    assert len(open_index(tmp_path)) == 6
    index_module._RECENT.clear()
    monkeypatch.setattr(index_module, "SMALL_ENOUGH", 5000)
    index = open_index(tmp_path)
    assert index.problems == {"giant.png": "has 100 x 100 pixels, 156 times the median of the folder"}
    index_module._RECENT.clear()
    monkeypatch.setattr(headers, "PIXEL_LIMIT", 9000)
    assert open_index(tmp_path).problems["giant.png"].startswith("has 100 x 100 pixels, more than")


def test_a_decompression_bomb_is_refused_by_its_header(tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "bomb.png")
    write(tmp_path / "good.png", gradient())
    index = open_index(tmp_path)
    assert index.names() == ["good.png"]
    assert "million pixels" in index.problems["bomb.png"]


def test_a_kept_index_is_used_until_the_folder_changes(tmp_path, monkeypatch):
    folder, cache = tmp_path / "folder", tmp_path / "run/cache"
    write(folder / "a.png", gradient(8, 8))
    (folder / "empty é.png").touch()
    first = open_index(folder, cache)
    built = []
    build = index_module._build
    monkeypatch.setattr(index_module, "_build", lambda *arguments: built.append(1) or build(*arguments))
    again = open_index(folder, cache)
    assert not built
    assert again.problems == first.problems == {"empty é.png": "is empty"}
    assert again.kinds == first.kinds
    for column in first.rows:
        np.testing.assert_array_equal(again.rows[column], first.rows[column])
    write(folder / "b.png", gradient(8, 8))
    assert len(open_index(folder, cache)) == 2
    write(folder / "a.png", gradient(9, 9))
    os.utime(folder / "a.png", ns=(1, 1))
    assert open_index(folder, cache).rows["height"].tolist() == [9, 8]
    assert len(built) == 2
    (kept,) = cache.glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:100])
    index_module._RECENT.clear()
    assert len(open_index(folder, cache)) == 2
    assert len(built) == 3


def test_links_in_a_circle_end(tmp_path):
    write(tmp_path / "a/one.png", gradient(8, 8))
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    assert "a/one.png" in open_index(tmp_path).names()


def test_a_zip_is_like_a_folder(tmp_path):
    bad = write(tmp_path / "x/a.png", gradient(8, 9)), write(tmp_path / "x/sub/b.jpg", gradient(7, 5))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(bad[0], "x/a.png", zipfile.ZIP_DEFLATED)
        archive.write(bad[1], "x/sub/b.jpg", zipfile.ZIP_STORED)
        archive.writestr("x/half.png", bad[0].read_bytes()[:60])
        archive.writestr("__MACOSX/x/._a.png", b"junk")
        archive.writestr("x/lzma.png", bad[0].read_bytes(), zipfile.ZIP_LZMA)
    index = open_index(tmp_path / "x.zip")
    assert index.is_zip
    assert index.names() == ["x/a.png", "x/sub/b.jpg"]
    assert index.rows["height"].tolist() == [8, 7]
    assert index.problems["x/lzma.png"] == "is packed in a way other than store and deflate"
    assert "x/half.png" in index.problems


@pytest.mark.slow
def test_ten_thousand_files_are_indexed_in_ten_seconds(tmp_path):
    jpeg, png = (write(tmp_path / f"one.{end}", gradient(64, 64)).read_bytes() for end in ("jpg", "png"))
    (tmp_path / "many").mkdir()
    for number in range(5000):
        (tmp_path / f"many/{number}.jpg").write_bytes(jpeg)
        (tmp_path / f"many/{number}.png").write_bytes(png)
    start = time.perf_counter()
    assert len(open_index(tmp_path / "many")) == 10_000
    assert time.perf_counter() - start < 10


def test_C10_a_zip_bomb_is_refused_without_being_unpacked(tmp_path):
    import tracemalloc

    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("zeros.png", "w", force_zip64=True) as member:
            for _ in range(100):
                member.write(bytes(1 << 20))
        archive.writestr("good.png", write(tmp_path / "good.png", gradient()).read_bytes())
        archive.writestr("text.txt", bytes(1 << 20))
    tracemalloc.start()
    index = open_index(tmp_path / "a.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert index.names() == ["good.png"]
    assert "grows 1,0" in index.problems["zeros.png"]
    assert peak < 20 << 20


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_C10_members_are_files_to_seek_in_and_hold_no_more_than_they_say(tmp_path, packing):
    data = np.random.default_rng(0).integers(0, 9, 300_000, np.uint8).tobytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", packing) as archive_:
        archive_.writestr("a.bin", data)
    (info,) = archive.members(str(tmp_path / "a.zip"))
    place = info.header_offset, info.compress_size, packing == zipfile.ZIP_DEFLATED
    assert archive.read(str(tmp_path / "a.zip"), *place, len(data)) == data
    with open(tmp_path / "a.zip", "rb") as file:
        member = archive.Member(file, *place, len(data))
        for start, whence, count in [
            (0, 0, 10),
            (-4096, 2, 4096),
            (100_000, 0, 70_000),
            (5, 1, 7),
            (12, 0, -1),
        ]:
            place_ = member.seek(start, whence)
            assert member.read(count) == data[place_:][: count if count >= 0 else None]
        assert member.read(5) == b""
    # A header that lies about the length gets that length and no more.
    with pytest.raises(ValueError, match="expected 400000 bytes"):
        archive.read(str(tmp_path / "a.zip"), *place, 400_000)
    assert len(archive.read(str(tmp_path / "a.zip"), *place, 1000)) == 1000


def test_C3_C9_pipes_and_small_pictures_are_named(tmp_path):
    write(tmp_path / "a.png", gradient(20, 30))
    write(tmp_path / "small.png", gradient(9, 30))
    os.mkfifo(tmp_path / "pipe.png")
    os.mkfifo(tmp_path / "pipe")
    index = open_index(tmp_path)
    assert index.problems == {"pipe.png": "is a pipe, not a file"}
    assert index.others == ["pipe"]
    larger = index.at_least((10, 10))
    assert larger.names() == ["a.png"]
    assert larger.problems["small.png"] == "has 30x9 pixels, fewer than 10x10"
    with pytest.raises(UserError, match="found 2, all smaller"):
        index.at_least((40, 10))
