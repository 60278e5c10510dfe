"""Layers whose weights start standard normal and are scaled when they are used: equalised learning rates."""

import keras
from keras import ops


def blur(x, before: int, after: int, gain: float = 1.0):
    """Smooth with `(1, 3, 3, 1) / 8` along both axes, zeros around (Karras et al. 2020, arXiv:1912.04958).

    Args:
        x: (batch, height, width, channels).
        before, after: zeros to add at either end of each axis; a side of n becomes n + before + after - 3.
        gain: what the result is multiplied by.
    """
    x = ops.pad(x, ((0, 0), (before, after), (before, after), (0, 0)))
    rows, columns = ops.shape(x)[1:3]
    x = sum(tap * x[:, i : rows - 3 + i] for i, tap in enumerate((1.0, 3.0, 3.0, 1.0)))
    x = sum(tap * x[:, :, i : columns - 3 + i] for i, tap in enumerate((1.0, 3.0, 3.0, 1.0)))
    return x * (gain / 64.0)


def leaky(x):
    """`sqrt(2) * leaky_rectifier(x)`, slope 0.2: keeps the second moment of a normal input, all but 4 %."""
    return ops.leaky_relu(x, 0.2) * 2**0.5


class _Equalized(keras.layers.Layer):
    """A kernel in use is `kernel * gain * rate / sqrt(fan_in)`, its variable standard normal over `rate`."""

    def __init__(
        self,
        activation: str | None = None,
        use_bias: bool = True,
        rate: float = 1.0,
        bias: float = 0.0,
        **options,
    ):
        super().__init__(**options)
        if activation not in (None, "leaky"):
            raise ValueError(
                f"{type(self).__name__}: expected activation 'leaky' or None, received {activation!r}."
            )
        self.activation, self.use_bias, self.rate, self.initial_bias = activation, use_bias, rate, bias

    def add_kernel(self, shape):
        self.kernel = self.add_weight(
            name="kernel", shape=shape, initializer=keras.initializers.RandomNormal(stddev=1 / self.rate)
        )
        fan_in = 1
        for size in shape[:-1]:
            fan_in *= size
        self.scale = self.rate / fan_in**0.5
        if self.use_bias:
            start = keras.initializers.Constant(self.initial_bias / self.rate)
            self.bias = self.add_weight(name="bias", shape=shape[-1:], initializer=start)

    def finish(self, x):
        x = x + self.bias * self.rate if self.use_bias else x
        return leaky(x) if self.activation else x

    def get_config(self):
        own = {"activation": self.activation, "use_bias": self.use_bias, "rate": self.rate}
        return {**super().get_config(), **own, "bias": self.initial_bias}


@keras.saving.register_keras_serializable("kgan.layers")
class EqualizedDense(_Equalized):
    """`x @ (kernel * rate / sqrt(fan_in)) + rate * bias` (Karras et al. 2018, arXiv:1710.10196, section 4.1).

    The optimizer sees weights of one size in every layer, so its rate means the same to all of them.

    Args:
        units: length of the result.
        activation: "leaky" for `sqrt(2) * leaky_rectifier`, or None.
        use_bias: whether to add a bias.
        rate: this layer's learning rate beside the others', as StyleGAN's mapping network has 0.01.
        bias: its initial value in use.
    """

    def __init__(self, units: int, **options):
        super().__init__(**options)
        self.units = units

    def build(self, input_shape):
        self.add_kernel((input_shape[-1], self.units))

    def call(self, inputs):
        return self.finish(ops.matmul(inputs, ops.convert_to_tensor(self.kernel) * self.scale))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("kgan.layers")
class EqualizedConv2D(_Equalized):
    """A convolution with equalised learning rate; with `down` it halves both sides, smoothed first.

    Args:
        filters: channels to return.
        kernel_size: side of the kernel, odd.
        down: blur with `(1, 3, 3, 1)`, then stride 2.
        activation, use_bias, rate, bias: as for `EqualizedDense`.

    Returns:
        `(batch, height, width, channels)` gives `(batch, height, width, filters)`, or half the sides.
    """

    def __init__(self, filters: int, kernel_size: int = 3, down: bool = False, **options):
        super().__init__(**options)
        self.filters, self.kernel_size, self.down = filters, kernel_size, down

    def build(self, input_shape):
        self.add_kernel((self.kernel_size, self.kernel_size, input_shape[-1], self.filters))

    def call(self, inputs):
        kernel = ops.convert_to_tensor(self.kernel) * self.scale
        if not self.down:
            return self.finish(ops.conv(inputs, kernel, padding="same", data_format="channels_last"))
        total = self.kernel_size + 1
        x = blur(inputs, (total + 1) // 2, total // 2)
        return self.finish(ops.conv(x, kernel, 2, "valid", data_format="channels_last"))

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        return (batch, *(side and side // 2 if self.down else side for side in sides), self.filters)

    def get_config(self):
        own = {"filters": self.filters, "kernel_size": self.kernel_size, "down": self.down}
        return {**super().get_config(), **own}
