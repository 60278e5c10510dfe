"""A convolution of a picture's spectrum: each weight reaches the whole picture."""

import keras
from keras import ops

from kgan.layers.batch_normalization import BatchNormalization


@keras.saving.register_keras_serializable("kgan.layers")
class FourierUnit(keras.layers.Layer):
    """`irfft2(relu(batch_norm(convolution_1x1(rfft2(x)))))`.

    Fast Fourier Convolution (Chi et al. 2020, NeurIPS), as in LaMa (Suvorov et al. 2022, arXiv:2109.07161, section
    2.1). Real and imaginary parts stand beside each other as channels: twice as many in, twice as many out. Both
    transforms are orthonormal, `1 / sqrt(height * width)`. Inside it computes in float32 whatever the policy.

    Args:
        filters: output channels.
        momentum: of the batch normalization.

    Returns:
        `(batch, height, width, filters)`, any height and width.

    Example:
        >>> tuple(FourierUnit(4)(np.zeros((1, 6, 5, 3), "float32")).shape)
        (1, 6, 5, 4)
    """

    def __init__(self, filters: int, momentum: float = 0.9, **options) -> None:
        super().__init__(**options)
        self.filters, self.momentum = filters, momentum
        self.convolution = keras.layers.Dense(
            2 * filters, use_bias=False, kernel_initializer="he_uniform", dtype="float32", name="convolution"
        )
        self.normalization = BatchNormalization(
            momentum=momentum, epsilon=1e-5, synchronized=True, dtype="float32", name="normalization"
        )

    def build(self, input_shape):
        batch, height, width, channels = input_shape
        half = width and width // 2 + 1
        self.convolution.build((batch, height, half, 2 * channels))
        self.normalization.build((batch, height, half, 2 * self.filters))

    def call(self, inputs, training=None):
        real, imaginary = spectrum(ops.cast(inputs, "float32"))
        x = self.convolution(ops.concatenate([real, imaginary], axis=-1))
        x = ops.relu(self.normalization(x, training=training))
        return ops.cast(picture(ops.split(x, 2, axis=-1), ops.shape(inputs)[2]), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self) -> dict:
        return {**super().get_config(), "filters": self.filters, "momentum": self.momentum}


def spectrum(images) -> tuple:
    """The orthonormal half spectrum of real images, its real and its imaginary part.

    Args:
        images: `(batch, height, width, channels)`.

    Returns:
        Two tensors `(batch, height, width // 2 + 1, channels)`, `numpy.fft.rfft2` over height and width.
    """
    _, height, width, _ = ops.shape(images)
    x = ops.transpose(images, (0, 3, 1, 2))
    # Along the width, then, as the transform is of the last axis, along the height.
    parts = ops.fft(tuple(ops.transpose(part, (0, 1, 3, 2)) for part in ops.rfft(x)))
    size = _root(height, width)
    return tuple(ops.transpose(part, (0, 3, 2, 1)) / size for part in parts)


def picture(parts, width):
    """The real images of an orthonormal half spectrum: what `spectrum` takes apart.

    Args:
        parts: real and imaginary part, `(batch, height, width // 2 + 1, channels)` each.
        width: of the images, as two widths have as many frequencies.
    """
    real, imaginary = (ops.transpose(part, (0, 3, 2, 1)) for part in parts)
    height = ops.shape(real)[-1]
    # The inverse is the conjugate of the transform of the conjugate, over the length.
    real, imaginary = ops.fft((real, -imaginary))
    columns = tuple(ops.transpose(part, (0, 1, 3, 2)) for part in (real, -imaginary))
    x = ops.irfft(columns, fft_length=width)
    scale = _root(height, width) / ops.cast(height, "float32")
    return ops.transpose(x, (0, 2, 3, 1)) * scale


def _root(height, width):
    return ops.sqrt(ops.cast(height, "float32") * ops.cast(width, "float32"))
