"""Items that are shuffled together: rows, and a function that makes a row an example."""

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from kgan.errors import UserError


@dataclasses.dataclass(frozen=True)
class Part:
    """Items that are shuffled together. Most sources have one part; unpaired data has two, `a` and `b`.

    Args:
        rows: dict name -> array (or a nested dict of those), what is known of each item before it is read:
            paths, sizes, labels, or the pixels themselves. The first axis counts the items. `index`, an
            item's number before any split, is added.
        load: `load(row, key) -> dict` makes one item an example, in TensorFlow operations
            (`tf.numpy_function` for what has none). `row` is one item's row, as tensors. `key` is None when
            nothing may be random (evaluation), else an int64 tensor of shape (2,) made from seed, epoch and
            item: every draw of the augmentation comes from `keys.fold(key, "its use")`. Shapes must be
                static.
        explain: None if `load` cannot fail. Else `explain(row) -> str` says in one line, "name: what is
            wrong", why it did (row: the same as NumPy values). An item that fails is loaded a second time
            with `row["again"]` true (a chance for a slower, more forgiving way), then replaced by another
            item, and is reported once.
        held_out: bool array, the items that their owner set apart (a test folder); `split` takes those. None:
            none.
        groups: int array; items of one group (one photograph, one code point) always fall on the same side of
            a split.
        group_count: groups there are, numbered from 0, where some may have no item (a video too short for a clip):
            which are held out does not depend on that, unless none of those would have an item.
    """

    rows: dict
    load: Callable
    explain: Callable | None = None
    held_out: np.ndarray | None = None
    groups: np.ndarray | None = None
    group_count: int | None = None

    def __post_init__(self):
        if "index" not in self.rows:
            object.__setattr__(self, "rows", {**self.rows, "index": np.arange(self._count(), dtype=np.int64)})
        self._count()

    def _count(self):
        counts = {len(column) for column in tf.nest.flatten(self.rows)}
        if len(counts) != 1:
            raise ValueError(
                f"expected columns of one length; received lengths {sorted(counts)}; give each item a row."
            )
        return counts.pop()

    def __len__(self):
        return len(self.rows["index"])

    def take(self, chosen: np.ndarray) -> "Part":
        """Returns the part that has only the chosen rows (an int array), in that order."""
        groups = None if self.groups is None else self.groups[chosen]
        rows = tf.nest.map_structure(lambda column: column[chosen], self.rows)
        return dataclasses.replace(self, rows=rows, held_out=None, groups=groups)

    def divide(self, held_out: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the positions of the training rows and of the held-out rows, both in order."""
        if self.held_out is not None:
            return np.flatnonzero(~self.held_out), np.flatnonzero(self.held_out)
        sides = self._sides(self.groups, self.group_count, held_out, seed) if self.group_count else None
        if sides is not None and all(map(len, sides)):
            return sides
        groups = (
            np.arange(len(self)) if self.groups is None else np.unique(self.groups, return_inverse=True)[1]
        )
        return self._sides(groups, groups.max(initial=-1) + 1, held_out, seed)

    def _sides(self, groups, count, held_out, seed):
        wanted = 0 if held_out == 0 else min(max(1, round(held_out * count)), count - 1)
        if held_out and wanted < 1:
            raise UserError(
                f"expected at least two items to hold some out; found {count}; add data or hold out nothing."
            )
        apart = np.zeros(count, bool)
        apart[np.random.default_rng([seed, 0x5B11]).permutation(count)[:wanted]] = True
        return np.flatnonzero(~apart[groups]), np.flatnonzero(apart[groups])
