"""Training data as Keras reads it, grouped where a step takes several batches."""

import tensorflow as tf

from kgan.backend.tensorflow.grouping import grouped
from kgan.backend.tensorflow.keras_private import Adapter


class Grouped(Adapter):
    """Keras's adapter of any training data, `count` batches an element; the data hears of epochs as without.

    Args:
        adapter: Keras's data adapter.
        count: batches a group.
    """

    def __init__(self, adapter, count):
        self.adapter, self.count = adapter, count
        self.on_epoch_begin, self.on_epoch_end = adapter.on_epoch_begin, adapter.on_epoch_end

    def get_tf_dataset(self):
        return grouped(self.adapter.get_tf_dataset(), self.count, self.adapter.num_batches)

    @property
    def num_batches(self):
        batches = self.adapter.num_batches
        return None if batches is None else batches // self.count

    @property
    def batch_size(self):
        return self.adapter.batch_size

    has_partial_batch, partial_batch_size = False, None


class Shards(Adapter):
    """Training data of several workers, each of which reads its own part of each batch and nothing else.

    Args:
        strategy: a `tf.distribute.Strategy`.
        batches: callable of `(worker, workers)` that makes that worker's `tf.data.Dataset` of parts of batches; their
            size is one for all, and known beforehand.
        count: batches a step takes; more than one are grouped.
    """

    num_batches = batch_size = partial_batch_size = None
    has_partial_batch = False

    def __init__(self, strategy, batches, count=1):
        self.strategy, self.batches, self.count = strategy, batches, count

    def taking(self, count):
        """The same, so many batches a step."""
        return Shards(self.strategy, self.batches, count)

    def get_tf_dataset(self):
        return self.strategy.distribute_datasets_from_function(self._of_worker)

    def _of_worker(self, context):
        workers = context.num_input_pipelines
        data = self.batches((context.input_pipeline_id, workers))
        if self.count > 1:
            data = grouped(data, self.count)
        devices = context.num_replicas_in_sync // workers
        if devices == 1:
            return data

        def split(*element):
            element = element[0] if len(element) == 1 else element
            return tf.nest.map_structure(
                lambda value: tf.reshape(value, [devices, value.shape[0] // devices, *value.shape[1:]]),
                element,
            )

        return data.map(split).unbatch()
