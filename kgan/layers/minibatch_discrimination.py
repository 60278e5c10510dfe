"""Minibatch discrimination: shows a discriminator how near each sample is to the others of its batch."""

import keras
from keras import ops

from kgan import backend


@keras.saving.register_keras_serializable("kgan.layers")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to each sample's features how near they are to those of the other samples.

    Improved Techniques for Training GANs (Salimans et al. 2016, arXiv:1606.03498, section 3.2). With T learned, a
    matrix `M_i = f_i T` of `kernels` rows each sample i, and for row b

        o_i[b] = sum over the other samples j of exp(-sum |M_i[b] - M_j[b]|),

    the layer returns f and o side by side. Put it after the features of a discriminator: a generator whose samples are
    all alike is then told from data. Real and generated samples are judged in batches of their own, as in the paper.

    The other samples are those of all replicas, so that several give what one does. A logit depends on the batch that
    it is asked with: leave penalties of each sample's gradient out (`wgan-gp`, `r1`). The paper adds the sample's
    distance from itself, which is 1 for all.

    Args:
        kernels: rows of each matrix, numbers appended; the paper's B.
        size: columns of each matrix; the paper's C.

    Returns:
        `(batch, features)` gives `(batch, features + kernels)`.

    Raises:
        ValueError: sizes below 1, or features that are no vector.

    Example:
        >>> layer = MinibatchDiscrimination(kernels=3, size=2)
        >>> layer(np.ones((4, 5), "float32")).shape
        (4, 8)
    """

    def __init__(self, kernels: int = 100, size: int = 5, **options) -> None:
        super().__init__(**options)
        if kernels < 1 or size < 1:
            raise ValueError(
                f"MinibatchDiscrimination: expected kernels and size >= 1, received {kernels} and {size}."
            )
        self.kernels, self.size = int(kernels), int(size)

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                f"MinibatchDiscrimination: expected features (batch, size), received {tuple(input_shape)}. Flatten "
                "before it."
            )
        shape = (input_shape[-1], self.kernels * self.size)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer="glorot_uniform")

    def call(self, inputs):
        mine = ops.reshape(ops.matmul(inputs, self.kernel), (-1, self.kernels, self.size))
        mine = ops.cast(mine, "float32")
        others = backend.gather_batch(mine)
        apart = ops.sum(ops.abs(mine[:, None] - others[None]), axis=-1)
        near = ops.sum(ops.exp(-apart), axis=1) - 1.0  # each sample is one of the others, at no distance
        return ops.concatenate([inputs, ops.cast(near, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1] + self.kernels)

    def get_config(self) -> dict:
        return {**super().get_config(), "kernels": self.kernels, "size": self.size}
