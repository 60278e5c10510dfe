"""Bytes that people wrote text into: UTF-8, UTF-16, or what Windows wrote before those."""

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WINDOWS = "cp1252"
# Letters beyond ASCII in a row: more than in a word of any language that is written in Windows-1252.
_FOREIGN = re.compile(r"[^\W\d_\x00-\x7f]{4}")


def decode(data: bytes) -> tuple[str, str]:
    """Reads text.

    A byte order mark decides; then whether it is UTF-8; then zeros at every second place, as UTF-16 of Latin letters
    has them. What is left is Windows-1252 if it can be: short captions are too little to guess among its like.

    Args:
        data: the file's bytes.

    Returns:
        The text, and its encoding, such as "utf-8" or "cp1252".

    Raises:
        ValueError: with what is wrong, if it is none of these.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding), encoding
    for parity, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = data[parity::2].count(0)
        if len(data) % 2 == 0 and zeros and zeros > 4 * data[1 - parity :: 2].count(0):
            return _strictly(data, encoding), encoding
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _strictly(data, WINDOWS), WINDOWS
        if _FOREIGN.search(text):
            raise ValueError(
                "is text in neither UTF-8, UTF-16 nor Windows-1252: convert it to UTF-8"
            ) from None
    if any(sign < " " and sign not in "\t\n\r\f" for sign in text):
        raise ValueError("holds bytes that are no text")
    return text, encoding


def _strictly(data, encoding):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("is text in neither UTF-8, UTF-16 nor Windows-1252: convert it to UTF-8") from None
