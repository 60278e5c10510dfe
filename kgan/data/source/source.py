"""What every kind of data is: parts (rows, a function that makes a row an example), and reproducible batches."""

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from kgan.data.source.guard import loader
from kgan.data.source.keys import fold
from kgan.data.source.part import Part
from kgan.errors import UserError
from kgan.pictures.pixels import batch_to_float

AT_ONCE = 64  # items that one thread loads in a row, at most
BYTES_AT_ONCE = 64 << 20  # of them as floats, at most


class Source:
    """A data set, opened: how many examples there are, and batches of them in a reproducible order.
    Immutable.

    The order of epoch e is a permutation keyed by (seed, e), the augmentation of an item by (seed, epoch,
    item), so any batch can be made without those before it. Only the rows are held in memory, and one
    permutation.

    With several parts (unpaired data) each part is shuffled on its own; the longest part sets the epoch's
    length, and the others begin another permutation within the epoch when they run out.

    Args:
        parts: a `Part`, or a sequence of them; their examples are merged into one dict.
        label_names: list of str, the names of the classes, or None.
        text: what a person should know about the data, for `summary()`.
        identity: str; two sources with one identity hold the same data. Default: computed from the rows.

    Example:
        >>> digits = Source.from_arrays({"image": images, "label": labels}, label_names=list("0123456789"))
        >>> training, held_out = digits.split(0.1)
        >>> for batch in training.batches(64, seed=0, start=120): ...
    """

    def __init__(
        self,
        parts: Part | Sequence[Part],
        *,
        label_names: list[str] | None = None,
        text: str = "",
        identity: str | None = None,
    ):
        self._parts = (parts,) if isinstance(parts, Part) else tuple(parts)
        self.label_names = None if label_names is None else list(label_names)
        self._text = text
        self._identity = _hash_rows(self._parts) if identity is None else identity
        self._skipped = {}
        self._whole = None  # what this is rows of: its examples are alike, and found out about once
        for part in self._parts:
            if not len(part):
                raise UserError("expected at least one item; found none; check the folder and the split.")

    @classmethod
    def from_arrays(
        cls,
        arrays: dict,
        *,
        augment: Callable | None = None,
        label_names: list[str] | None = None,
        held_out: np.ndarray | None = None,
        groups: np.ndarray | None = None,
        text: str = "",
        identity: str | None = None,
    ) -> "Source":
        """Makes a source of arrays in memory.

        Args:
            arrays: dict key -> array, all of one length. uint8 arrays of images, (items, height, width,
                channels), or clips, (items, frames, height, width, channels), come out as float32 in [-1, 1];
                integers as int32; anything else as it is.
            augment: `augment(example, key) -> example`, called in training only, as for `Part.load`.
            label_names: see `Source`.
            held_out: see `Part`.
            groups: see `Part`.
            text: see `Source`.
            identity: see `Source`.

        Returns:
            A `Source`.
        """

        def load(row, key):
            example = {name: row[name] for name in arrays}
            if key is None or augment is None:
                return example
            return augment({name: _as_models_want(value) for name, value in example.items()}, key)

        rows = {name: np.asarray(array) for name, array in arrays.items()}
        part = Part(rows, load, held_out=held_out, groups=groups)
        return cls(part, label_names=label_names, text=text, identity=identity)

    def __len__(self):
        return max(len(part) for part in self._parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        return self._parts

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a batch, sorted."""
        return tuple(sorted(self.element_spec))

    @functools.cached_property
    def element_spec(self) -> dict:
        """Dict key -> tf.TensorSpec of one example, without the batch axis."""
        if self._whole is not None:
            return self._whole.element_spec
        place = tf.data.Dataset.from_tensors(self._zeros())
        examples = self._examples(place, None, training=False, together=1).unbatch()
        return examples.map(lambda _, example: _finish(example)).element_spec

    def fingerprint(self) -> str:
        """Returns a str that changes when the data or the way to load it does."""
        digest = hashlib.blake2b(self._identity.encode(), digest_size=12)
        for part in self._parts:
            digest.update(np.ascontiguousarray(part.rows["index"]).tobytes())
        return digest.hexdigest()

    def summary(self) -> str:
        """Returns what a person should know about the data: counts, sizes, problems."""
        counts = " and ".join(f"{len(part):,}" for part in self._parts)
        if self._text.startswith(f"{counts} "):  # the text begins with the same count
            return self._text
        return f"{counts} item{'' if counts == '1' else 's'}" + (f"\n{self._text}" if self._text else "")

    def report(self) -> list[str]:
        """Returns a line, "name: what is wrong", for each file that has failed to load so far."""
        return [self._skipped[item] for item in sorted(self._skipped)]

    def take(self, *chosen) -> "Source":
        """Returns a source with the chosen rows only: one int array for each part."""
        parts = [part.take(np.asarray(rows)) for part, rows in zip(self._parts, chosen, strict=True)]
        taken = Source(parts, label_names=self.label_names, text=self._text, identity=self._identity)
        taken._whole = self if self._whole is None else self._whole
        return taken

    def with_loader(self, load: Callable, text: str, identity: str) -> "Source":
        """Returns a source of the same items that loads them in another way.

        Args:
            load: as for `Part`; only for sources of one part.
            text: str, added to the summary.
            identity: str, what tells this way of loading from others.

        Returns:
            A `Source`.
        """
        (part,) = self._parts
        parts = dataclasses.replace(part, load=load)
        text = f"{self._text}\n{text}".strip()
        return Source(parts, label_names=self.label_names, text=text, identity=f"{self._identity} {identity}")

    def split(self, held_out: float = 0.1, seed: int = 0) -> tuple["Source", "Source"]:
        """Divides the data into what is trained on and what is held out, the same way every time.

        Args:
            held_out: float in [0, 1), the fraction of items (of groups, where there are groups) to hold out.
                Where the data came with a test or val part, that part is taken and the fraction is not used.
            seed: int, chooses which.

        Returns:
            Two sources, (training, held out).

        Raises:
            UserError: if there are too few items.
        """
        if not 0 < held_out < 1:
            raise UserError(f"expected a held-out fraction between 0 and 1; found {held_out}; try 0.1.")
        sides = zip(*(part.divide(held_out, seed) for part in self._parts), strict=True)
        training, apart = (self.take(*side) for side in sides)
        return training, apart

    def batches_per_epoch(self, batch_size: int) -> int:
        """Returns how many full batches an epoch has: at least one, if need be with items in it twice."""
        return max(1, len(self) // batch_size)

    def batches(
        self,
        batch_size: int,
        seed: int = 0,
        start: int = 0,
        training: bool = True,
        share: tuple[int, int] = (0, 1),
        augmented: bool | None = None,
    ) -> tf.data.Dataset:
        """Returns batches: dicts of tensors with a leading batch axis.

        Training: without end, shuffled, augmented, full batches only (which items an epoch leaves out changes
        with the epoch). Otherwise one pass in order, nothing random, with a short last batch, and without the
        unreadable items.

        Args:
            batch_size: int >= 1, the global batch.
            seed: int, of shuffling and augmentation.
            start: int >= 0, the number of batches already consumed; the first batch is the one after those.
            training: bool.
            share: (worker, workers): this worker's part of each global batch; `batch_size` must divide
                evenly.
            augmented: bool; None for what `training` is. `training=False, augmented=True` is one pass in order of
                what the first epoch shows: what a distance to the training data is measured from.

        Returns:
            A `tf.data.Dataset`.
        """
        workers = share[1]
        if batch_size < 1 or batch_size % workers:
            raise UserError(
                f"expected a batch size that is a multiple of the {workers} worker(s); found {batch_size}; "
                "change it."
            )
        options = tf.data.Options()
        options.deterministic = True
        policy = tf.data.experimental.AutoShardPolicy
        options.experimental_distribute.auto_shard_policy = policy.DATA if workers == 1 else policy.OFF
        with tf.device("CPU:0"):
            order = (
                self._shuffled(batch_size, seed, start, share)
                if training
                else self._in_order(batch_size, start)
            )
            size = batch_size // workers if training else batch_size
            together = min(size, self._items_at_once())
            one_epoch = training and size % together == 0  # an epoch is whole batches
            key = fold(seed, "example") if (training if augmented is None else augmented) else None
            found = self._examples(order, key, training, together, one_epoch)
            if not training or together < size:
                found = (
                    found.unbatch().filter(lambda read, example: read).batch(size, drop_remainder=training)
                )
            return found.map(lambda _, batch: _finish(batch)).prefetch(2).with_options(options)

    def _shuffled(self, batch_size, seed, start, share):
        """Yields a dict (part's number -> position, lap) and the epoch, for each example, without end."""
        worker, workers = share
        per_epoch = self.batches_per_epoch(batch_size)
        first_epoch, first_batch = divmod(start, per_epoch)

        def positions(part, number, epoch):
            count = len(part)
            laps = -(-per_epoch * batch_size // count)
            draws = tf.random.stateless_uniform(
                [laps, count], fold(seed, "shuffle", number, epoch), minval=None, maxval=None, dtype=tf.int64
            )
            places = tf.argsort(draws) + tf.range(laps)[:, None] * count
            return tf.reshape(places, [-1])[: per_epoch * batch_size]

        def one_epoch(epoch):
            skipped = tf.where(epoch == first_epoch, tf.constant(first_batch, tf.int64), 0)
            chosen = {}
            for number, part in enumerate(self._parts):
                grid = tf.reshape(positions(part, number, epoch), (per_epoch, workers, batch_size // workers))
                chosen[str(number)] = tf.reshape(tf.cast(grid[skipped:, worker], tf.int64), [-1])
            chosen["epoch"] = tf.fill([(per_epoch - skipped) * (batch_size // workers)], epoch)
            return tf.data.Dataset.from_tensor_slices(chosen)

        return tf.data.Dataset.counter(first_epoch).flat_map(one_epoch)

    def _in_order(self, batch_size, start):
        def place(position):
            chosen = {str(number): position % len(part) for number, part in enumerate(self._parts)}
            return {**chosen, "epoch": tf.zeros([], tf.int64)}

        return tf.data.Dataset.range(start * batch_size, len(self)).map(place)

    def _zeros(self):
        return {name: np.int64(0) for name in [*map(str, range(len(self._parts))), "epoch"]}

    def _items_at_once(self):
        """Returns how many items one thread loads in a row: each call has a price, but memory has, too."""
        sizes = [spec.shape.num_elements() * spec.dtype.size for spec in self.element_spec.values()]
        return max(1, min(AT_ONCE, BYTES_AT_ONCE // max(1, sum(sizes))))

    def _examples(self, order, key, training, together, one_epoch=False):
        """Turns places in the order into whether they could be read, and examples, so many `together`.

        `one_epoch`: those are never from two epochs.
        """
        loaders = [loader(part, number, key, self._skipped) for number, part in enumerate(self._parts)]

        @tf.autograph.experimental.do_not_convert
        def load(places):
            epochs = places["epoch"]
            count = together if training else tf.size(epochs, tf.int64)
            found = [load_all(places[str(i)], epochs, count, one_epoch) for i, load_all in enumerate(loaders)]
            read = tf.reduce_all([read for read, _ in found], 0)
            return read, {name: value for _, examples in found for name, value in examples.items()}

        places = order.batch(together, drop_remainder=training)
        return places.map(load, num_parallel_calls=tf.data.AUTOTUNE)


def _finish(batch):
    return {name: _as_models_want(value) for name, value in batch.items()}


def _as_models_want(value):
    """Turns 8-bit pixels, single or in batches, into floats, and integers into int32."""
    if value.dtype == tf.uint8 and value.shape.rank >= 3:
        return batch_to_float(value)
    return tf.cast(value, tf.int32) if value.dtype.is_integer else value


def _hash_rows(parts):
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        for column in tf.nest.flatten(part.rows):
            array = np.ascontiguousarray(column)
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(array.tobytes() if array.dtype.hasobject else memoryview(array).cast("B"))
    return digest.hexdigest()
