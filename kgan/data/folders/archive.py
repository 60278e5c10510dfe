"""A zip file read like a folder: where each member lies, and its bytes, without unpacking it."""

import os
import struct
import zipfile
import zlib

from kgan.errors import UserError

MEMBER_LIMIT = 1 << 30  # bytes; a longer member is no picture


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
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way other than store and deflate"
    return ""


def read(path: str, offset: int, packed: int, deflated: bool) -> bytes:
    """Reads one member.

    Args:
        path: the zip file.
        offset: int, where the member's local header begins.
        packed: int, its length in the zip.
        deflated: bool; else it is stored as it is.

    Returns:
        The member's bytes.

    Raises:
        ValueError: if the zip holds something else there.
    """
    with open(path, "rb") as file:
        file.seek(offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise ValueError(f"expected a member of {path} at {offset}; found none; the file has changed.")
        file.seek(sum(struct.unpack("<HH", header[26:30])), os.SEEK_CUR)
        data = file.read(packed)
    if len(data) < packed:
        raise ValueError(f"expected {packed} bytes of {path} at {offset}; found {len(data)}; it has changed.")
    return zlib.decompressobj(-15).decompress(data, MEMBER_LIMIT) if deflated else data
