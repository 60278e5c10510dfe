"""A zip file read like a folder: where each member lies, and its bytes, without unpacking it."""

import io
import os
import struct
import zipfile
import zlib
from typing import BinaryIO

from kgan.errors import UserError

MEMBER_LIMIT = 1 << 30  # bytes; a longer member is no picture
# A member that grows so many times, to so many bytes, holds nothing: pictures are packed already, and even a drawing
# in plain pixels shrinks less.
BOMB_RATIO, BOMB_BYTES = 200, 16 << 20
TEXT_LIMIT = 16 << 20  # bytes of captions in one file
CHUNK = 1 << 16


def members(path: str) -> list[zipfile.ZipInfo]:
    """Lists the files in a zip, sorted by name, without folders.

    Args:
        path: str, the zip file.

    Returns:
        A list of `zipfile.ZipInfo`.

    Raises:
        UserError: if it is no zip, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            return sorted(files, key=lambda info: info.filename)
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError(
            f"expected a zip file; found that {path} is none, or damaged ({error}); make it anew."
        ) from None


def problem(info: zipfile.ZipInfo) -> str:
    """Returns why a member cannot be read, or an empty str."""
    if info.flag_bits & 1:
        return "is encrypted"
    if info.file_size > MEMBER_LIMIT:
        return f"is {info.file_size / 2**30:.1f} GiB long"
    if info.file_size > max(BOMB_BYTES, BOMB_RATIO * info.compress_size):
        times = info.file_size / max(1, info.compress_size)
        return (
            f"grows {times:,.0f} times to {info.file_size / 2**20:,.0f} MiB when unpacked, as no picture does"
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way other than store and deflate"
    return ""


def read(path: str, offset: int, packed: int, deflated: bool, size: int) -> bytes:
    """Reads one member.

    Args:
        path: the zip file.
        offset: int, where the member's local header begins.
        packed: int, its length in the zip.
        deflated: bool; else it is stored as it is.
        size: int, its length once unpacked; no more is unpacked, whatever it holds.

    Returns:
        The member's bytes.

    Raises:
        ValueError: if the zip holds something else there.
    """
    with open(path, "rb") as file:
        data = Member(file, offset, packed, deflated, size).read()
    if len(data) != size:
        raise ValueError(f"expected {size} bytes of {path} at {offset}; found {len(data)}; it has changed.")
    return data


class Member(io.RawIOBase):
    """One member of a zip as a file that can be read and sought in, unpacked a little at a time.

    Args:
        file: the zip, opened for reading.
        offset: see `read`; so are `packed`, `deflated` and `size`.
        packed: see `read`.
        deflated: see `read`.
        size: see `read`.

    Raises:
        ValueError: if the zip has no member there.
    """

    def __init__(self, file: BinaryIO, offset: int, packed: int, deflated: bool, size: int):
        super().__init__()
        self._file, self._packed, self._deflated, self._size = file, packed, deflated, size
        file.seek(offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise ValueError(
                f"expected a member of {file.name} at {offset}; found none; the file has changed."
            )
        self._start = file.seek(sum(struct.unpack("<HH", header[26:30])), os.SEEK_CUR)
        self._place = 0  # the reader's
        self._rewind()

    def _rewind(self):
        self._unpacker = zlib.decompressobj(-15) if self._deflated else None
        self._taken = 0  # of the packed bytes
        self._done = 0  # unpacked and passed

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._place = max(0, offset + (0, self._place, self._size)[whence])
        return self._place

    def read(self, count: int = -1) -> bytes:
        count = self._size - self._place if count is None or count < 0 else count
        if self._place < self._done:
            self._rewind()
        while self._done < self._place:
            passed = self._unpacked(min(CHUNK, self._place - self._done))
            if not passed:
                return b""
        pieces = []
        while count > 0 and (piece := self._unpacked(min(count, self._size - self._done))):
            pieces.append(piece)
            count -= len(piece)
        self._place = self._done
        return b"".join(pieces)

    def readinto(self, buffer: memoryview) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _unpacked(self, most):
        """The next bytes, at most so many; none at the end."""
        if most <= 0:
            return b""
        if not self._deflated:
            data = self._packed_bytes(most)
        else:
            data = b""
            while not data and not self._unpacker.eof:
                packed = self._unpacker.unconsumed_tail or self._packed_bytes(CHUNK)
                if not packed:
                    break
                data = self._unpacker.decompress(packed, most)
        self._done += len(data)
        return data

    def _packed_bytes(self, most):
        self._file.seek(self._start + self._taken)
        data = self._file.read(min(most, self._packed - self._taken))
        self._taken += len(data)
        return data
