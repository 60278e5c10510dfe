"""Training data as Keras reads it, grouped where a step takes several batches."""

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
        return grouped(self.adapter, self.count)

    @property
    def num_batches(self):
        batches = self.adapter.num_batches
        return None if batches is None else batches // self.count

    @property
    def batch_size(self):
        return self.adapter.batch_size

    has_partial_batch, partial_batch_size = False, None
