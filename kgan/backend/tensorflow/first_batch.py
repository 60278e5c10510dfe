"""The first batch of a `tf.data.Dataset`, looked at while it is read: a data set cannot be looked at before."""

import contextlib

import tensorflow as tf


class FirstBatch:
    """Watches data sets; an error of `check` is what `fit` then fails with.

    Args:
        check: callable of a batch of arrays, as the data set has it; raises ValueError.
        seen: weak set of data sets that are known to be fine. Those watched join it where nothing is wrong.
    """

    def __init__(self, check, seen):
        self.check, self.seen = check, seen
        self.watched, self.errors = [], []

    def of(self, data):
        """The same data set, its first batch checked; anything else, and what was seen before, as it is."""
        if not isinstance(data, tf.data.Dataset) or data in self.seen:
            return data
        spec = data.element_spec
        if not all(isinstance(leaf, tf.TensorSpec) for leaf in tf.nest.flatten(spec)):
            return data

        def look(*leaves):
            try:
                self.check(tf.nest.pack_sequence_as(spec, leaves))
            except ValueError as error:
                self.errors.append(error)
                raise
            return True

        def passed(number, element):
            first = tf.equal(number, 0)
            leaves = tf.nest.flatten(element)
            fine = tf.cond(first, lambda: tf.numpy_function(look, leaves, tf.bool), lambda: True)
            with tf.control_dependencies([fine]):
                return tf.nest.map_structure(tf.identity, element)

        def element(number, *element):
            return passed(number, element[0] if len(element) == 1 else element)

        self.watched.append(data)
        return data.enumerate().map(element)

    @contextlib.contextmanager
    def told(self):
        """Inside, what the check found is raised, and not what TensorFlow makes of it."""
        try:
            yield
            self.seen.update(self.watched)
        except (tf.errors.OpError, ValueError) as error:
            if self.errors and error is not self.errors[0]:
                raise self.errors[0] from None
            raise
