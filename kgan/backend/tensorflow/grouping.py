"""Several batches as one element, for steps of several turns."""

import tensorflow as tf


def grouped(dataset, count, batches=None):
    """Groups of `count` batches: `{"turns": (batch, ...)}`; what is left over at the end is dropped.

    Args:
        dataset: of batches.
        count: batches a group.
        batches: how many the data set has, where that is known.
    """

    def turns(*stacked):
        stacked = stacked[0] if len(stacked) == 1 else stacked

        def turn(index):
            def pick(tensor):
                row = tensor[index]
                return row.to_tensor() if isinstance(row, tf.RaggedTensor) else row

            return tf.nest.map_structure(pick, stacked)

        return {"turns": tuple(turn(index) for index in range(count))}

    static = all(spec.shape.is_fully_defined() for spec in tf.nest.flatten(dataset.element_spec))
    # A last batch that is smaller cannot be stacked with the others, but it fits into a ragged tensor.
    group = dataset.batch if static else dataset.ragged_batch
    groups = group(count, drop_remainder=True).map(turns, num_parallel_calls=tf.data.AUTOTUNE)
    if batches is not None:
        groups = groups.apply(tf.data.experimental.assert_cardinality(batches // count))
    return groups.prefetch(tf.data.AUTOTUNE)


def turns_of(data):
    """The batches of one element: the group's, or the element alone."""
    return data["turns"] if is_group(data) else (data,)


def is_group(data):
    """Whether an element is a group of batches."""
    return isinstance(data, dict) and "turns" in data
