"""Scores of several methods on several pictures, as a table and as plain values."""

import dataclasses

import numpy as np


@dataclasses.dataclass
class ScoreTable:
    """Scores of several methods on several pictures, picture by picture and in the mean.

    Args:
        protocol: what they were measured on, in words.

    Example:
        >>> table.add("cat.png", "bicubic", {"PSNR Y": 27.1})
        >>> print(table)
    """

    protocol: str
    rows: list = dataclasses.field(default_factory=list)

    def add(self, picture: str, method: str, scores: dict) -> None:
        """Takes in the scores of one method on one picture."""
        self.rows.append((picture, method, dict(scores)))

    @property
    def methods(self) -> list[str]:
        """In the order in which they came."""
        return list(dict.fromkeys(method for _, method, _ in self.rows))

    def mean(self, method: str) -> dict[str, float]:
        """The mean of each of a method's scores over the pictures."""
        scores = [scores for _, name, scores in self.rows if name == method]
        return {name: float(np.mean([one[name] for one in scores])) for name in scores[0]}

    def as_dict(self) -> dict:
        """Plain values for a JSON file."""
        pictures = [{"picture": p, "method": m, **scores} for p, m, scores in self.rows]
        return {
            "protocol": self.protocol,
            "mean": {method: self.mean(method) for method in self.methods},
            "pictures": pictures,
        }

    def means(self) -> str:
        """The protocol and the means alone, as a table."""
        return self._table(())

    def __str__(self) -> str:
        return self._table(self.pictures)

    @property
    def pictures(self) -> list[str]:
        """In the order in which they came."""
        return list(dict.fromkeys(picture for picture, _, _ in self.rows))

    def _table(self, pictures):
        names = list(self.rows[0][2])
        width = max(12, *(len(method) + 4 for method in self.methods))
        lines = [self.protocol, " " * width + "".join(f"{name:>11}" for name in names)]
        for picture in pictures:
            lines.append(picture)
            lines += [_row(m, scores, names, width) for p, m, scores in self.rows if p == picture]
        lines.append(f"mean of {len(self.pictures)}")
        lines += [_row(method, self.mean(method), names, width) for method in self.methods]
        return "\n".join(lines)


def _row(method, scores, names, width):
    return f"  {method:<{width - 2}}" + "".join(f"{scores[name]:>11.4g}" for name in names)
