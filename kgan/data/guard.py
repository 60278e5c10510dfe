"""Loading an item that may fail: a second try, then another item in its place, and a line in the report."""

import functools

import numpy as np
import tensorflow as tf

from kgan.data.keys import fold
from kgan.errors import UserError

OTHERS = (
    30  # that are tried in an item's place: with half of all broken, all are once in a thousand million times
)


def loader(part, number, key, skipped):
    """Returns `load(place, epoch) -> (read, example)` for one part of a source, in TensorFlow operations.

    A place is a row's position plus the number of rows times the lap (how often the epoch has gone over the
    rows). With a key, a row that cannot be loaded is replaced by another, drawn by key, epoch and place, so
    that the examples around it stay what they were; `read` is then always true. Without one, `read` is false
    and the example is zeros.

    Args:
        part: `kgan.data.source.Part`.
        number: int, the part's number within its source.
        key: int64 tensor of shape (2,), or None for loading without anything random.
        skipped: dict, filled with item index -> "name: what is wrong".

    Returns:
        A function of two int64 scalars that returns a bool and a dict of tensors.
    """
    count = len(part)
    columns = tf.nest.map_structure(tf.constant, part.rows)

    @functools.partial(tf.function, autograph=False)  # traced once, wherever it is tried
    def load(place, epoch, again=False):
        row = tf.nest.map_structure(lambda column: tf.gather(column, place % count), columns)
        own = None if key is None else fold(key, number, epoch, row["index"], place // count)
        return part.load({**row, "again": again}, own)

    if part.explain is None:
        return lambda place, epoch: (tf.constant(True), load(place, epoch))

    def note(position):
        row = tf.nest.map_structure(lambda column: column[position], part.rows)
        skipped.setdefault((number, int(row["index"])), part.explain(row))
        return np.bool_(False)

    def give_up(position):
        note(position)
        raise UserError(
            f"expected readable files; found {len(skipped):,} that are not, such as "
            f"{next(iter(skipped.values()))}; check the disk, or look at the folder with `kgan data`."
        )

    def other(place, epoch, attempt):
        draw = fold(key, number, epoch, place, "instead", attempt)
        return tf.random.stateless_uniform([], draw, 0, count, tf.int64)

    def load_or_other(place, epoch):
        def replace(attempt):
            before = tf.where(attempt == 0, place, other(place, epoch, attempt - 1))
            with tf.control_dependencies([tf.numpy_function(note, [before % count], tf.bool)]):
                return load(tf.identity(other(place, epoch, attempt)), epoch)

        def fail(_):
            last = other(place, epoch, tf.constant(OTHERS - 1, tf.int64)) % count
            with tf.control_dependencies([tf.numpy_function(give_up, [last], tf.bool)]):
                return load(tf.identity(place), epoch)

        def more(_):
            second = tf.data.Dataset.range(1).map(lambda _: load(place, epoch, again=True))
            found = second.concatenate(tf.data.Dataset.range(OTHERS).map(replace)).ignore_errors(
                log_warning=False
            )
            return found.concatenate(tf.data.Dataset.range(1).map(fail)).take(1)

        # What `more` builds costs nothing as long as the first try succeeds.
        first = tf.data.Dataset.range(1).map(lambda _: load(place, epoch)).ignore_errors(log_warning=False)
        found = first.concatenate(tf.data.Dataset.range(1).flat_map(more)).take(1)
        return tf.constant(True), found.get_single_element()

    def load_or_zeros(place, epoch):
        def attempt(again):
            return tf.data.Dataset.range(1).map(lambda _: (True, load(place, epoch, again)))

        tries = attempt(False).concatenate(attempt(True)).ignore_errors(log_warning=False)
        zeros = tf.nest.map_structure(lambda spec: tf.zeros(spec.shape, spec.dtype), tries.element_spec[1])

        def nothing(_):
            flag = tf.numpy_function(note, [place % count], tf.bool)
            return tf.ensure_shape(flag, []), zeros

        return tries.concatenate(tf.data.Dataset.range(1).map(nothing)).take(1).get_single_element()

    return load_or_other if key is not None else load_or_zeros


def user_error(error: tf.errors.OpError) -> UserError | None:
    """Finds the line meant for the user in an error that came out of a `tf.data` pipeline, or None."""
    _, marker, line = str(error).partition("UserError: ")
    return UserError(line.splitlines()[0]) if marker else None
