"""Virtual batch normalization: normalized by a reference batch that is chosen once, not by the batch at hand."""

import keras
import numpy as np
from keras import ops

LEAST = 2  # samples that have a variance


@keras.saving.register_keras_serializable("kgan.layers")
class ReferenceBatch(keras.layers.Layer):
    """Puts a fixed batch before the one at hand, for the `VirtualBatchNormalization` layers after it.

    It is part of the network: saved with it, the same on each replica. `WithoutReference` takes its samples off again
    where the last layer that wants them has seen them. Each input of the network that has a batch axis needs one.

    Args:
        reference: array `(size, ...)`, at least 2 samples of what the input is: pictures of the data for a
            discriminator, latents drawn once for a generator. A tuple of integers is the shape of one that is loaded.

    Raises:
        ValueError: fewer samples, other numbers than finite ones, or an input of another shape.

    Example:
        >>> image = keras.Input((32, 32, 3))
        >>> x = ReferenceBatch(images)(image)
        >>> x = layers.Conv2D(64, 4, 2, "same", use_bias=False)(x)
        >>> x = VirtualBatchNormalization(size=2)(x)
        >>> network = keras.Model(image, WithoutReference(size=2)(x))
    """

    def __init__(self, reference: np.ndarray | tuple, **options) -> None:
        known = not (isinstance(reference, tuple | list) and all(isinstance(n, int) for n in reference))
        values = np.asarray(reference) if known else None
        super().__init__(**options)
        self.shape = tuple(values.shape if known else reference)
        if len(self.shape) < 1 or self.shape[0] < LEAST:
            found = self.shape[0] if self.shape else 0
            raise ValueError(
                f"ReferenceBatch: expected at least {LEAST} samples, whose mean and variance can be taken, received "
                f"{found}. Take as many as a batch has, 64 say."
            )
        if known and not np.isfinite(values).all():
            raise ValueError(
                "ReferenceBatch: expected finite numbers, received some that are not. Take others."
            )
        self.reference = self.add_weight(
            name="reference",
            shape=self.shape,
            dtype="float32",
            initializer=(lambda shape, dtype=None: ops.cast(values, dtype)) if known else "zeros",
            trainable=False,
            autocast=False,
        )

    def build(self, input_shape):
        if any(a != b for a, b in zip(input_shape[1:], self.shape[1:], strict=False)) or len(
            input_shape
        ) != len(self.shape):
            raise ValueError(
                f"ReferenceBatch: expected an input of the reference's shape, (batch, {_shown(self.shape)}), received "
                f"(batch, {_shown(input_shape)}). Take samples of that input."
            )

    def call(self, inputs):
        return ops.concatenate([ops.cast(self.reference, inputs.dtype), inputs], axis=0)

    def compute_output_shape(self, input_shape):
        return (None if input_shape[0] is None else input_shape[0] + self.shape[0], *input_shape[1:])

    def get_config(self) -> dict:
        return {**super().get_config(), "reference": list(self.shape)}


def _shown(shape):
    return ", ".join(map(str, shape[1:]))


@keras.saving.register_keras_serializable("kgan.layers")
class WithoutReference(keras.layers.Layer):
    """Takes the samples that `ReferenceBatch` has put before a batch off again.

    Args:
        size: how many they are.
    """

    def __init__(self, size: int, **options) -> None:
        super().__init__(**options)
        self.size = _checked(size, "WithoutReference")

    def call(self, inputs):
        return inputs[self.size :]

    def compute_output_shape(self, input_shape):
        return (None if input_shape[0] is None else input_shape[0] - self.size, *input_shape[1:])

    def get_config(self) -> dict:
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable("kgan.layers")
class VirtualBatchNormalization(keras.layers.Layer):
    """Normalizes each sample by the reference batch and itself, so that no sample depends on the others at hand.

    Improved Techniques for Training GANs (Salimans et al. 2016, arXiv:1606.03498, section 3.4). The first `size`
    samples are the reference (see `ReferenceBatch`), passed through the same layers. With m and q its means of x and
    of x**2 in a channel, and m_i and q_i those of sample i alone, the sample is normalized by

        mean = (m size + m_i) / (size + 1),   variance = (q size + q_i) / (size + 1) - mean**2,

    the reference by m and q; then `gamma * (x - mean) / sqrt(variance + epsilon) + beta`. Training and inference are
    the same. Each pass carries the reference along, so the paper has it in generators only.

    Args:
        size: samples in the reference batch, at least 2.
        epsilon: added to the variance.

    Raises:
        ValueError: a smaller reference.
    """

    def __init__(self, size: int, epsilon: float = 1e-5, **options) -> None:
        super().__init__(**options)
        self.size, self.epsilon = _checked(size, "VirtualBatchNormalization"), float(epsilon)

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(name="gamma", shape=shape, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros")

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        within = tuple(range(1, len(x.shape) - 1))
        # Of each sample, (batch, 1, ..., channels), about the reference's mean: squares of it would cancel.
        centre = ops.stop_gradient(ops.mean(x[: self.size], axis=(0, *within), keepdims=True))
        of_mean = ops.mean(x - centre, axis=within, keepdims=True) if within else x - centre
        of_square = (
            ops.mean(ops.square(x - centre), axis=within, keepdims=True) if within else ops.square(x - centre)
        )
        moments = [self._moments(of_sample) for of_sample in (of_mean, of_square)]
        mean, variance = moments[0], moments[1] - ops.square(moments[0])
        y = (x - centre - mean) / ops.sqrt(ops.maximum(variance, 0.0) + self.epsilon)
        return ops.cast(y * ops.cast(self.gamma, "float32") + ops.cast(self.beta, "float32"), inputs.dtype)

    def _moments(self, of_sample):
        """Of the reference for its own samples, and mixed with each other sample's for those."""
        reference = ops.mean(of_sample[: self.size], axis=0, keepdims=True)
        others = (reference * self.size + of_sample[self.size :]) / (self.size + 1)
        own = ops.broadcast_to(reference, (self.size, *reference.shape[1:]))
        return ops.concatenate([own, others], axis=0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "size": self.size, "epsilon": self.epsilon}


def _checked(size, layer):
    if size != int(size) or size < LEAST:
        raise ValueError(f"{layer}: expected a reference of at least {LEAST} samples, received {size}.")
    return int(size)
