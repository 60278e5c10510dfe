"""Split: what is trained on and what is kept apart, opened once and handed on."""

import dataclasses
import os

from kgan.data.source.source import Source


@dataclasses.dataclass(frozen=True)
class Split:
    """The data of a run.

    Args:
        training: `Source` to train on.
        held_out: `Source` of other items, or None where none are held out.
        words: str, which items `measured` is, for whoever reads a number.

    Example:
        >>> split = Split.of(images("photos"), 0.1)
        >>> split.words
        'held out (10%), seed 0'
    """

    training: Source
    held_out: Source | None = None
    words: str = "those trained on"

    @classmethod
    def of(cls, source: Source, share: float | None) -> "Split":
        """Divides a source by `Source.split`, or leaves it whole where the share is 0 or None."""
        if not share:
            return cls(source)
        training, apart = source.split(share)
        if any(part.held_out is not None for part in source.parts):
            return cls(training, apart, "the part that their owner held out")
        return cls(training, apart, f"held out ({share:.0%}), seed 0")

    @property
    def measured(self) -> Source:
        """What to measure with: the held-out items if there are any, else those trained on."""
        return self.training if self.held_out is None else self.held_out

    def files(self) -> dict[str, int]:
        """The files of the data and their lengths in bytes; empty where it comes from no folder."""
        found = {}
        for source in filter(None, (self.training, self.held_out)):
            for part in source.parts:
                _gather(part.rows, found)
        return found


def _gather(rows, found):
    if "name" in rows and "size" in rows:
        names = map(os.fsdecode, rows["name"].tolist())
        found.update(zip(names, rows["size"].tolist(), strict=True))
    for column in rows.values():
        if isinstance(column, dict):
            _gather(column, found)
