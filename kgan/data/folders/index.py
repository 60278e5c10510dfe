"""The index of a folder (or zip) of pictures: what each file's header says and what is wrong, read once."""

import dataclasses
import hashlib
import io
import json
import os
import pathlib
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from kgan.data.folders import archive
from kgan.data.folders.problems import listing, names
from kgan.errors import UserError
from kgan.files.atomic import replacing
from kgan.files.walk import is_hidden, walk
from kgan.pictures.headers import Header, is_picture_name, read_header

THREADS = 8  # headers are waited for, on slow disks at least
SMALL_MEMBER = 16 << 20  # bytes of a zip's member up to which it is unpacked at once to look at its header
VERSION = 2  # of the cache's contents
MOST_RECENT = 4  # folders whose indices are held in memory
_RECENT = {}
FAR_LARGER = 64  # times the median's pixels: such a picture is a decompression bomb or a stray
SMALL_ENOUGH = 25_000_000  # pixels that no picture is refused for


@dataclasses.dataclass(frozen=True)
class Index:
    """The pictures below a folder or in a zip, sorted by name; compact, whatever their number.

    Args:
        root: str, the folder or zip file.
        rows: dict column -> array, one entry a readable picture. `name` (bytes, relative to the root, with
            slashes), `height` and `width` (int32, of the upright picture), `orientation` (uint8, EXIF's 1 to
            8), `route` (uint8, see `headers`), `kind` (uint8, into `kinds`), `size` (int64, bytes); in a zip
            also `offset`, `packed` (int64) and `deflated` (bool).
        kinds: list of str such as "JPEG RGB".
        problems: dict name -> what is wrong, the pictures that are of no use.
        others: list of str, some files that are no pictures by their extension.
        other_count: int, how many such files there are.
    """

    root: str
    rows: dict
    kinds: list
    problems: dict
    others: list
    other_count: int

    def __len__(self):
        return len(self.rows["name"])

    @property
    def is_zip(self) -> bool:
        return "offset" in self.rows

    def names(self) -> list[str]:
        """Returns the names of the readable pictures, relative to the root."""
        return [os.fsdecode(name) for name in self.rows["name"].tolist()]

    def take(self, chosen: np.ndarray) -> "Index":
        """Returns the index of the chosen rows only (an int or bool array)."""
        return dataclasses.replace(
            self, rows={column: values[chosen] for column, values in self.rows.items()}
        )

    def at_least(self, size: tuple[int, int]) -> "Index":
        """Returns the index without the pictures smaller than (height, width); those become problems, by name.

        Raises:
            UserError: if all are smaller.
        """
        small = (self.rows["height"] < size[0]) | (self.rows["width"] < size[1])
        if not small.any():
            return self
        told = zip(
            *(self.rows[column][small].tolist() for column in ("name", "width", "height")), strict=True
        )
        problems = {
            os.fsdecode(name): f"has {width}x{height} pixels, fewer than {size[1]}x{size[0]}"
            for name, width, height in told
        }
        if small.all():
            raise UserError(
                f"expected pictures of at least {size[1]}x{size[0]} pixels in {self.root}; found {len(self):,}, all "
                f"smaller: {listing(problems)}; give larger ones, or ask for a smaller image size."
            )
        problems = dict(sorted({**self.problems, **problems}.items()))
        return dataclasses.replace(self.take(~small), problems=problems)

    def identity(self, *settings) -> str:
        """Returns a str that changes when a file's name or length, or one of the settings, does."""
        digest = hashlib.blake2b(repr(settings).encode(), digest_size=12)
        for column in ("name", "size"):
            digest.update(np.ascontiguousarray(self.rows[column]).tobytes())
        return digest.hexdigest()

    def need(self, count: int = 1) -> "Index":
        """Returns the index itself if it has that many readable pictures, else raises UserError."""
        if len(self) >= count:
            return self
        wanted = "images" if count == 1 else f"at least {count} images"
        if self.problems:
            raise UserError(
                f"expected {wanted} in {self.root}; found {len(self):,} that can be read and "
                f"{len(self.problems):,} that cannot: {listing(self.problems)}; replace those."
            )
        if self.other_count:
            raise UserError(
                f"expected {wanted} in {self.root}; found {len(self):,} and {self.other_count:,} other "
                f"files: {names(self.others, self.other_count)}; "
                "give the folder that holds the images (jpg, png, webp, bmp, gif, tiff)."
            )
        found = "an empty folder" if not len(self) else f"{len(self):,}"
        raise UserError(
            f"expected {wanted} in {self.root}; found {found}; give the folder that holds the images."
        )

    def describe(self) -> str:
        """Returns counts, sizes and problems in a few lines."""
        height, width = self.rows["height"], self.rows["width"]
        kinds = np.bincount(self.rows["kind"], minlength=len(self.kinds))
        counted = ", ".join(
            f"{kinds[k]:,} {self.kinds[k]}" for k in np.argsort(-kinds, kind="stable") if kinds[k]
        )
        lines = [f"{len(self):,} image{'' if len(self) == 1 else 's'} in {self.root}: {counted}"]
        if len(self):
            order = np.argsort(height.astype(np.int64) * width, kind="stable")
            small, middle, large = order[0], order[len(order) // 2], order[-1]
            sizes = [f"{width[i]} x {height[i]}" for i in (small, middle, large)]
            same = (height == height[0]).all() and (width == width[0]).all()
            lines.append(
                f"size {sizes[0]}" if same else f"sizes {sizes[0]} to {sizes[2]}, in the middle {sizes[1]}"
            )
            turned = int((self.rows["orientation"] > 1).sum())
            lines += [f"{turned:,} turned upright by their EXIF orientation"] if turned else []
        if self.other_count:
            kind = "other file" if self.other_count == 1 else "other files"
            lines.append(f"{self.other_count:,} {kind} passed over: {names(self.others, self.other_count)}")
        lines += [f"{len(self.problems):,} of no use: {listing(self.problems)}"] if self.problems else []
        return "\n".join(lines)


def open_index(path: str | os.PathLike, cache: str | os.PathLike | None = None) -> Index:
    """Indexes the pictures in a folder and below it, or in a zip.

    Args:
        path: str or path, the folder or zip file.
        cache: folder to keep the index in, or None. A kept index is used as long as the files' names, lengths
            and times of change are the same.

    Returns:
        An `Index`, possibly without a readable picture (see `Index.need`).

    Raises:
        UserError: if there is no such folder or zip.
    """
    root = _existing(path)
    zipped = root.is_file()
    found, odd = (_zip_files(root), {}) if zipped else walk(root)
    pictures = [file for file in found if is_picture_name(file[0])]
    others = [file[0] for file in found if not is_picture_name(file[0])]
    signature = hashlib.blake2b(
        repr((VERSION, str(root.resolve()), found, odd)).encode(errors="replace")
    ).hexdigest()
    kept = None if cache is None else pathlib.Path(cache, f"index-{_short(str(root.resolve()))}.npz")
    index = _load(kept, signature)
    if index is None:
        index = _RECENT.get(signature)
        if index is None:
            index = _build(root, zipped, pictures, others, odd)
        # A command looks at its folder in several ways; the headers are read for the first alone.
        _RECENT[signature] = index
        while len(_RECENT) > MOST_RECENT:
            del _RECENT[next(iter(_RECENT))]
        if kept is not None:
            _store(kept, signature, index)
    return dataclasses.replace(index, root=str(path))


def _existing(path):
    root = pathlib.Path(path).expanduser()
    if not root.exists():
        raise UserError(f"expected a folder or a zip file at {path}; found nothing there; check the path.")
    if root.is_file() and not zipfile.is_zipfile(root):
        raise UserError(
            f"expected a folder or a zip file; found the file {path}; give the folder that it is in."
        )
    return root


def _zip_files(root):
    infos = [info for info in archive.members(str(root)) if not any(map(is_hidden, info.filename.split("/")))]
    return [(info.filename, info.file_size, info.CRC, info) for info in infos]


def _build(root, zipped, pictures, others, odd):
    read = _zip_reader(root) if zipped else _folder_reader(root)
    with warnings.catch_warnings(), ThreadPoolExecutor(THREADS) as pool:
        warnings.simplefilter(
            "ignore"
        )  # Pillow's, of large or odd pictures: the index has its own words for them
        Image.init()
        headers = list(pool.map(read, pictures, chunksize=64))
    headers = _refuse_giants(headers)
    good = [i for i, header in enumerate(headers) if not header.problem]
    kinds = sorted({headers[i].kind for i in good})
    columns = {
        "name": np.array([os.fsencode(pictures[i][0]) for i in good], dtype="S" if good else "S1"),
        "height": np.array([headers[i].height for i in good], np.int32),
        "width": np.array([headers[i].width for i in good], np.int32),
        "orientation": np.array([headers[i].orientation for i in good], np.uint8),
        "route": np.array([headers[i].route for i in good], np.uint8),
        "kind": np.array([kinds.index(headers[i].kind) for i in good], np.uint8),
        "size": np.array([pictures[i][1] for i in good], np.int64),
    }
    if zipped:
        infos = [pictures[i][3] for i in good]
        columns["offset"] = np.array([info.header_offset for info in infos], np.int64)
        columns["packed"] = np.array([info.compress_size for info in infos], np.int64)
        columns["deflated"] = np.array([info.compress_type == zipfile.ZIP_DEFLATED for info in infos], bool)
    problems = {pictures[i][0]: header.problem for i, header in enumerate(headers) if header.problem}
    ours = {name: why for name, why in odd.items() if name.endswith("/") or is_picture_name(name)}
    problems = dict(sorted({**problems, **ours}.items()))
    others = sorted({*others, *odd} - {*ours})
    return Index(str(root), columns, kinds, problems, others[:5], len(others))


def _folder_reader(root):
    def read(picture):
        name = picture[0]
        try:
            with open(root / name, "rb") as file:
                return read_header(file, os.fstat(file.fileno()).st_size, name)
        except OSError as error:
            return Header(problem="cannot be read: " + (error.strerror or "I/O error").lower())

    return read


def _zip_reader(root):
    def read(picture):
        name, _, _, info = picture
        problem = archive.problem(info)
        if problem:
            return Header(problem=problem)
        try:
            deflated = info.compress_type == zipfile.ZIP_DEFLATED
            place = info.header_offset, info.compress_size, deflated, info.file_size
            if info.file_size <= SMALL_MEMBER:
                file = io.BytesIO(archive.read(str(root), *place))
                return read_header(file, info.file_size, name)
            with open(root, "rb") as whole:
                return read_header(archive.Member(whole, *place), info.file_size, name)
        except Exception:
            return Header(problem="is damaged in the zip")

    return read


def _refuse_giants(headers):
    """Marks pictures far larger than the rest."""
    pixels = np.array([header.height * header.width for header in headers if not header.problem])
    if not len(pixels):
        return headers
    limit = max(SMALL_ENOUGH, FAR_LARGER * float(np.median(pixels)))

    def judge(header):
        if header.problem or header.height * header.width <= limit:
            return header
        times = header.height * header.width / np.median(pixels)
        found = (
            f"has {header.width:,} x {header.height:,} pixels, {times:,.0f} times the median of the folder"
        )
        return dataclasses.replace(header, problem=found)

    return [judge(header) for header in headers]


def _short(text):
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()


def _store(kept, signature, index):
    words = json.dumps([signature, index.kinds, index.problems, index.others, index.other_count])
    with replacing(kept) as file:
        np.savez(file, words=np.frombuffer(words.encode("utf-8", "surrogateescape"), np.uint8), **index.rows)


def _load(kept, signature):
    try:
        with np.load(kept, allow_pickle=False) as stored:
            words = json.loads(stored["words"].tobytes().decode("utf-8", "surrogateescape"))
            if words[0] != signature:
                return None
            return Index("", {name: stored[name] for name in stored.files if name != "words"}, *words[1:])
    except Exception:  # none kept, or half a file: the index is simply made again
        return None
