"""Feature maps that a finished network does without."""

from collections.abc import Sequence

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class DroppedMaps(keras.layers.Layer):
    """Some channels of its input set to 0 everywhere, in training and inference.

    Args:
        maps: indices of the channels that go.

    Raises:
        ValueError: an index beyond the channels.

    Example:
        >>> DroppedMaps([1])(np.ones((1, 1, 1, 3), "float32"))
        [[[[1.0, 0.0, 1.0]]]]
    """

    def __init__(self, maps: Sequence[int], **options) -> None:
        super().__init__(**options)
        self.maps = sorted({int(index) for index in maps})

    def build(self, input_shape):
        channels = input_shape[-1]
        if self.maps and not 0 <= self.maps[0] <= self.maps[-1] < channels:
            raise ValueError(
                f"DroppedMaps: expected maps from 0 to {channels - 1}, received {self.maps}. Count them from 0."
            )
        self.kept = [float(index not in self.maps) for index in range(channels)]

    def call(self, inputs):
        return inputs * ops.cast(self.kept, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "maps": self.maps}
