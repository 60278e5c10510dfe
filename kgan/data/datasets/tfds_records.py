"""Any example of a prepared TensorFlow dataset by its number, whatever format it was prepared in."""

import os
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np


def records(builder: Any, split: str) -> Sequence[dict]:
    """A sequence of examples: `len(...)`, and `[number]` -> dict of NumPy values.

    Args:
        builder: a prepared dataset's builder.
        split: "train", "train[:80%]", ...
    """
    try:
        return builder.as_data_source(split)
    except NotImplementedError:  # prepared as TFRecord, which knows no order but its own
        return Records(builder.info, split)


class Records:
    """Examples in TFRecord files, found by walking once over the records' lengths.

    A record is its length (uint64), a checksum (4 bytes), the data, and another checksum.

    Args:
        info: `builder.info`.
        split: "train", "train[:80%]", ...
    """

    def __init__(self, info: Any, split: str):
        self._features = info.features
        self._files, places = [], []
        for part in info.splits[split].file_instructions:
            offsets = _offsets(str(part.filename))
            last = None if part.take == -1 else part.skip + part.take
            offsets = offsets[part.skip : last]
            places.append(np.stack([np.full_like(offsets, len(self._files)), offsets], axis=1))
            self._files.append(str(part.filename))
        self._places = np.concatenate(places)

    def __len__(self):
        return len(self._places)

    def __getitem__(self, number):
        file, offset = self._places[number]
        with open(self._files[file], "rb") as stream:
            stream.seek(offset)
            (length,) = struct.unpack("<Q", stream.read(12)[:8])
            data = stream.read(length)
        return self._features.deserialize_example_np(data)


def _offsets(file: str) -> np.ndarray:
    offsets, place, end = [], 0, os.path.getsize(file)
    with open(file, "rb") as stream:
        while place < end:
            offsets.append(place)
            stream.seek(place)
            place += struct.unpack("<Q", stream.read(8))[0] + 16
    return np.array(offsets, np.int64)
