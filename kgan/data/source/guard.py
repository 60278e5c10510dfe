"""Loading items that may fail: a second try, then another item in its place, and a line in the report."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from kgan.data.source.keys import fold
from kgan.data.source.part import Part
from kgan.data.source.python_call import python_call
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
    again, and what fails is seen to. So the precaution costs nothing where files are sound.

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

    def rescue(place, epoch):
        """Returns the example that stands in for one that failed, or None."""
        place, epoch = int(place), tf.constant(int(epoch), tf.int64)
        with tf.device("CPU:0"):
            for candidate, again in candidates(place, int(epoch)):
                try:
                    candidate = tf.constant(candidate, tf.int64)
                    return load(rows(candidate), candidate, epoch, again=again)
                except Exception:  # whatever a broken file does to a decoder
                    continue
        if key is not None:
            raise UserError(
                f"expected readable files; found {len(skipped):,} that are not, such as "
                f"{next(iter(skipped.values()))}; check the disk, or look at the folder with `kgan data`."
            )
        return None

    def mend(names, numbers, places, epochs, *columns):
        """Gives every item its example, of those that could be read (each with its number) or rescued."""
        read = np.zeros(len(places), bool)
        whole = [np.zeros((len(places), *column.shape[1:]), column.dtype) for column in columns]
        read[numbers[1:]] = True  # the first is the blank one
        for column, filled in zip(columns, whole, strict=True):
            filled[numbers[1:]] = column[1:]
        for number in np.flatnonzero(~read):
            example = rescue(places[number], epochs[number])
            if example is not None:
                read[number] = True
                for name, filled in zip(names, whole, strict=True):
                    filled[number] = np.asarray(example[name])
        return [read, *whole]

    @tf.autograph.experimental.do_not_convert
    def load_all(places, epochs, count, one_epoch=False):
        epoch_key = fold(own_key, epochs[0], 0) if one_epoch and key is not None else None
        items = tf.data.Dataset.from_tensor_slices((rows(places), places, epochs)).enumerate()
        found = items.map(lambda number, item: (number, load(*item, epoch_key)))
        if part.explain is None:
            numbers, examples = found.batch(count, drop_remainder=True).get_single_element()
            return numbers >= 0, examples
        spec = found.element_spec[1]
        names = sorted(spec)
        blank = {name: tf.zeros(spec[name].shape, spec[name].dtype) for name in names}

        def mended(numbers, examples):
            columns = [examples[name] for name in names]
            read, *whole = python_call(
                lambda *values: mend(names, *values),
                [numbers, places, epochs, *columns],
                [tf.bool, *(column.dtype for column in columns)],
            )
            shaped = [tf.ensure_shape(w, c.shape) for w, c in zip(whole, columns, strict=True)]
            return tf.ensure_shape(read, [None]), dict(zip(names, shaped, strict=True))

        found = found.ignore_errors(log_warning=False)
        sound = found.batch(count, drop_remainder=True).map(lambda numbers, found: (numbers >= 0, found))
        # Where one is missing, that batch is not full, and not there: the same items again, one more for none at all.
        some = tf.data.Dataset.from_tensors((tf.constant(-1, tf.int64), blank)).concatenate(found)
        return sound.concatenate(some.batch(count + 1).map(mended)).take(1).get_single_element()

    return load_all


def user_error(error: tf.errors.OpError) -> UserError | None:
    """Finds the line meant for the user in an error that came out of a `tf.data` pipeline, or None."""
    _, marker, line = str(error).partition("UserError: ")
    return UserError(line.splitlines()[0]) if marker else None
