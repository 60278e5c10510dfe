"""From a vector to a small grid of features and back, without a dense layer's weights."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class LearnedGrid(keras.layers.Layer):
    """`grid[y, x, c] * v[c]`: learned feature maps, each as strong as its entry of a vector says.

    Where a generator without normalization starts (Huang et al. 2024, arXiv:2501.05441, section 4).

    Args:
        rows, columns: of the grid.

    Returns:
        `(batch, channels)` gives `(batch, rows, columns, channels)`.

    Example:
        >>> LearnedGrid(4, 6)(np.zeros((2, 8))).shape
        (2, 4, 6, 8)
    """

    def __init__(self, rows: int, columns: int, **options) -> None:
        super().__init__(**options)
        self.rows, self.columns = rows, columns

    def build(self, input_shape):
        self.grid = self.add_weight(
            name="grid",
            shape=(self.rows, self.columns, input_shape[-1]),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )

    def call(self, inputs):
        return inputs[:, None, None, :] * self.grid

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.rows, self.columns, input_shape[-1])

    def get_config(self) -> dict:
        return {**super().get_config(), "rows": self.rows, "columns": self.columns}


@keras.saving.register_keras_serializable("kgan.layers")
class GridSum(keras.layers.Layer):
    """`sum(x[y, x, c] * weights[y, x, c])` over the grid: one number a channel.

    A depthwise convolution as large as its input, where a discriminator without normalization ends
    (arXiv:2501.05441, section 4). Weights start normal with variance `1 / (rows * columns)`.

    Returns:
        `(batch, rows, columns, channels)` gives `(batch, channels)`; rows and columns must be known.
    """

    def build(self, input_shape):
        _, rows, columns, channels = input_shape
        stddev = (rows * columns) ** -0.5
        self.grid = self.add_weight(
            name="grid",
            shape=(rows, columns, channels),
            initializer=keras.initializers.RandomNormal(stddev=stddev),
        )

    def call(self, inputs):
        return ops.sum(inputs * self.grid, axis=(1, 2))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])
