"""A convolution whose kernel is scaled by a style, and what stands after it."""

import keras
from keras import ops

from kgan.layers.equalized import EqualizedDense, blur, leaky


@keras.saving.register_keras_serializable("kgan.layers")
class ModulatedConv2D(keras.layers.Layer):
    """`w'[i, j, k] = s[i] w[i, j, k] / sqrt(sum_{i, k} (s[i] w[i, j, k])**2 + 1e-8)`, another kernel each sample.

    Analyzing and Improving the Image Quality of StyleGAN (Karras et al. 2020, arXiv:1912.04958, section 2.2, eq. 1 and
    3). `s = affine(style)` starts at one. Scaling the input by s and the output by the root is the same as scaling the
    kernel, and takes one convolution for the whole batch.

    Args:
        filters: channels to return.
        kernel_size: side of the kernel, odd.
        demodulate: whether to divide by the root.
        up: double both sides: a transposed convolution, then the blur.
        use_bias: whether to add a bias.

    Call with `[x, style]`: `(batch, height, width, channels)` and `(batch, style_size)`.
    Returns `(batch, height, width, filters)`, or twice the sides.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        demodulate: bool = True,
        up: bool = False,
        use_bias: bool = False,
        **options,
    ):
        super().__init__(**options)
        self.filters, self.kernel_size = filters, kernel_size
        self.demodulate, self.up, self.use_bias = demodulate, up, use_bias

    def build(self, input_shape):
        (*_, channels), style_shape = input_shape
        self.affine = EqualizedDense(channels, bias=1.0, dtype=self.dtype_policy, name="affine")
        self.affine.build(style_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.kernel_size, channels, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        self.scale = (self.kernel_size**2 * channels) ** -0.5
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, inputs):
        x, style = inputs
        scales = self.affine(style)
        kernel = ops.convert_to_tensor(self.kernel) * self.scale
        x = x * scales[:, None, None, :]
        if self.up:
            flipped = ops.transpose(kernel, (0, 1, 3, 2))
            x = ops.conv_transpose(x, flipped, 2, "valid", data_format="channels_last")
            x = blur(x, 1, 4 - self.kernel_size, gain=4.0)
        else:
            x = ops.conv(x, kernel, padding="same", data_format="channels_last")
        if self.demodulate:
            squares = ops.sum(ops.square(ops.cast(kernel, "float32")), axis=(0, 1))
            total = ops.matmul(ops.square(ops.cast(scales, "float32")), squares)
            x = x * ops.cast(ops.rsqrt(total + 1e-8), x.dtype)[:, None, None, :]
        return x + self.bias if self.use_bias else x

    def compute_output_shape(self, input_shape):
        (batch, *sides, _), _ = input_shape
        return (batch, *(side and side * 2 if self.up else side for side in sides), self.filters)

    def get_config(self):
        names = ("filters", "kernel_size", "demodulate", "up", "use_bias")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("kgan.layers")
class NoisyLeaky(keras.layers.Layer):
    """`sqrt(2) * leaky_rectifier(x + strength * noise + bias)`: one noise a pixel, one learned strength, from zero.

    Call with `[x, noise]`: `(batch, height, width, channels)` and `(batch, height * width)`.
    """

    def build(self, input_shape):
        self.bias = self.add_weight(name="bias", shape=(input_shape[0][-1],), initializer="zeros")
        self.strength = self.add_weight(name="strength", shape=(), initializer="zeros")

    def call(self, inputs):
        x, noise = inputs
        batch, height, width = ops.shape(x)[:3]
        noise = ops.reshape(ops.cast(noise, x.dtype), (batch, height, width, 1))
        return leaky(x + noise * self.strength + self.bias)

    def compute_output_shape(self, input_shape):
        return input_shape[0]


@keras.saving.register_keras_serializable("kgan.layers")
class LearnedConstant(keras.layers.Layer):
    """A learned grid, the same for every sample: where StyleGAN's synthesis starts.

    Args:
        rows, columns, channels: of the grid.

    Call with anything that has a batch; returns `(batch, rows, columns, channels)`.
    """

    def __init__(self, rows: int, columns: int, channels: int, **options):
        super().__init__(**options)
        self.rows, self.columns, self.channels = rows, columns, channels

    def build(self, input_shape):
        shape = (self.rows, self.columns, self.channels)
        self.grid = self.add_weight(
            name="grid", shape=shape, initializer=keras.initializers.RandomNormal(stddev=1.0)
        )

    def call(self, inputs):
        grid = ops.convert_to_tensor(self.grid)
        return ops.broadcast_to(grid, (ops.shape(inputs)[0], *grid.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.rows, self.columns, self.channels)

    def get_config(self):
        own = {"rows": self.rows, "columns": self.columns, "channels": self.channels}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("kgan.layers")
class UnitLength(keras.layers.Layer):
    """`x / sqrt(mean(x**2) + 1e-8)` along the last axis (Karras et al. 2018, arXiv:1710.10196, section 4.2)."""

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        return ops.cast(x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8), inputs.dtype)


@keras.saving.register_keras_serializable("kgan.layers")
class PartOf(keras.layers.Layer):
    """`x[:, start]`, or `x[:, start:stop]`: a slice that a saved network has word for word.

    Args:
        start, stop: along the first axis after the batch; without `stop` one entry, its axis gone.
    """

    def __init__(self, start: int, stop: int | None = None, **options):
        super().__init__(**options)
        self.start, self.stop = start, stop

    def call(self, inputs):
        return inputs[:, self.start] if self.stop is None else inputs[:, self.start : self.stop]

    def compute_output_shape(self, input_shape):
        batch, _, *rest = input_shape
        return (batch, *rest) if self.stop is None else (batch, self.stop - self.start, *rest)

    def get_config(self):
        return {**super().get_config(), "start": self.start, "stop": self.stop}
