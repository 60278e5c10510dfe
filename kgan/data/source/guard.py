"""Loading items that may fail: a second try, then another item in its place, and a line in the report."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from kgan.data.source.keys import fold
from kgan.data.source.part import Part
from kgan.errors import UserError

OTHERS = (
    30  # that are tried in an item's place: with half of all broken, all are once in a thousand million times
)


def loader(part: Part, number: int, key: tf.Tensor | None, skipped: dict) -> Callable:
    """Returns `load(places, epochs, count) -> (read, examples)` for one part of a source, in TensorFlow operations.

    A place is a row's position plus the number of rows times the lap (how often the epoch has gone over the
    rows). With a key, a row that cannot be loaded is replaced by another, drawn by key, epoch and place, so
    that the examples around it stay what they were; `read` is then always true. Without one, `read` is false
    and the example is zeros.

    All the items of a call are first loaded as if nothing could fail; only if something does are they loaded
    again, each on its own. So the precaution costs nothing where files are sound.

    Args:
        part: `kgan.data.source.source.Part`.
        number: int, the part's number within its source.
        key: int64 tensor of shape (2,), or None for loading without anything random.
        skipped: dict, filled with item index -> "name: what is wrong".

    Returns:
        A function of two int64 tensors of shape (count,), the count, an int or a scalar tensor, and whether all
        epochs are one and the same, that returns bools, (count,), and a dict of tensors, (count, ...).
    """
    length = len(part)
    columns = tf.nest.map_structure(tf.constant, part.rows)
    own_key = None if key is None else fold(key, number)

    def rows(places):
        return tf.nest.map_structure(lambda column: tf.gather(column, places % length), columns)

    def load(row, place, epoch, epoch_key=None, again=False):
        """Loads one item. `epoch_key`: `fold(own_key, epoch, 0)` if it is known, one for many items."""
        own = None
        if key is not None:
            bits = fold(own_key, epoch, 0)[0] if epoch_key is None else epoch_key[0]
            own = fold(tf.stack([bits, tf.cast(row["index"], tf.int64)]), place // length)
        return part.load({**row, "again": again}, own)

    def note(place):
        row = tf.nest.map_structure(lambda column: column[place % length], part.rows)
        skipped.setdefault((number, int(row["index"])), part.explain(row))

    def candidates(place, epoch):
        """Yields what to load in place of an item that failed, eagerly: (place, again)."""
        yield place, True
        note(place)
        for attempt in range(OTHERS if key is not None else 0):
            draw = fold(own_key, epoch, place, "instead", attempt)
            other = int(tf.random.stateless_uniform([], draw, 0, length, tf.int64))
            yield other, False
            yield other, True
            note(other)

    def rescue(place, epoch, spec):
        """Returns whether something could be loaded instead, and its values, as NumPy arrays."""
        place, epoch = int(place), tf.constant(int(epoch), tf.int64)
        with tf.device("CPU:0"):
            for candidate, again in candidates(place, int(epoch)):
                try:
                    candidate = tf.constant(candidate, tf.int64)
                    example = load(rows(candidate), candidate, epoch, again=again)
                    return [np.True_, *(np.asarray(example[name]) for name in sorted(spec))]
                except Exception:  # whatever a broken file does to a decoder
                    continue
        if key is not None:
            raise UserError(
                f"expected readable files; found {len(skipped):,} that are not, such as "
                f"{next(iter(skipped.values()))}; check the disk, or look at the folder with `kgan data`."
            )
        return [
            np.False_,
            *(np.asarray(tf.zeros(spec[name].shape, spec[name].dtype)) for name in sorted(spec)),
        ]

    @tf.autograph.experimental.do_not_convert
    def load_or_rescue(row, place, epoch):
        first = tf.data.Dataset.range(1).map(lambda _: (True, load(row, place, epoch)))
        spec = first.element_spec[1]

        def second(_):
            types = [tf.bool, *(spec[name].dtype for name in sorted(spec))]
            read, *values = tf.numpy_function(lambda *now: rescue(*now, spec), [place, epoch], types)
            pairs = zip(sorted(spec), values, strict=True)
            return tf.ensure_shape(read, []), {
                name: tf.ensure_shape(value, spec[name].shape) for name, value in pairs
            }

        found = first.ignore_errors(log_warning=False).concatenate(tf.data.Dataset.range(1).map(second))
        return found.take(1).get_single_element()

    @tf.autograph.experimental.do_not_convert
    def load_all(places, epochs, count, one_epoch=False):
        epoch_key = fold(own_key, epochs[0], 0) if one_epoch and key is not None else None
        items = tf.data.Dataset.from_tensor_slices((rows(places), places, epochs))
        found = items.map(lambda *item: (True, load(*item, epoch_key)))
        if part.explain is not None:
            found = found.ignore_errors(log_warning=False)
        found = found.batch(count, drop_remainder=True)  # a batch that lacks one is dropped
        if part.explain is not None:
            found = found.concatenate(items.map(load_or_rescue).batch(count, drop_remainder=True)).take(1)
        return found.get_single_element()

    return load_all


def user_error(error: tf.errors.OpError) -> UserError | None:
    """Finds the line meant for the user in an error that came out of a `tf.data` pipeline, or None."""
    _, marker, line = str(error).partition("UserError: ")
    return UserError(line.splitlines()[0]) if marker else None
