"""Minibatch standard deviation: shows a discriminator how varied its batch is."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class MinibatchStandardDeviation(keras.layers.Layer):
    """Appends, as channels, how much each feature varies within a group of samples.

    Progressive Growing of GANs (Karras et al. 2018, arXiv:1710.10196, section 3); groups as in StyleGAN. For
    each group: `sqrt(var(x over the group) + epsilon)`, averaged over pixels and channels, gives one number
    (one for each of `features` slices of the channels), written into a plane for every sample of the group.

    Groups lie within a replica's part of the batch: samples i, i + batch/group_size, ... . With several
    replicas other samples meet than on one, and so the results of one replica and of two differ. A batch
    that is no multiple of `group_size` is one group.

    Args:
        group_size: samples in a group.
        features: channels to append; must divide the channels of the input.
        epsilon: added to the variance, for a finite gradient where samples are equal.

    Returns:
        `(batch, height, width, channels)` gives `(batch, height, width, channels + features)`.
    """

    def __init__(self, group_size: int = 4, features: int = 1, epsilon: float = 1e-8, **options) -> None:
        super().__init__(**options)
        if group_size < 1 or features < 1:
            raise ValueError(f"Expected group_size and features >= 1, received {group_size} and {features}.")
        self.group_size, self.features, self.epsilon = group_size, features, epsilon

    def build(self, input_shape):
        if input_shape[-1] % self.features:
            raise ValueError(
                f"Expected a multiple of features={self.features} channels, received {input_shape[-1]}."
            )

    def call(self, inputs):
        batch, height, width = ops.shape(inputs)[:3]
        channels = inputs.shape[-1]
        size = self._size(batch)
        groups = batch // size
        slices = (size, groups, height, width, self.features, channels // self.features)
        x = ops.reshape(ops.cast(inputs, "float32"), slices)
        x = ops.mean(ops.square(x - ops.mean(x, axis=0, keepdims=True)), axis=0)
        x = ops.mean(ops.sqrt(x + self.epsilon), axis=(1, 2, 4))
        x = ops.reshape(ops.tile(x, (size, 1)), (batch, 1, 1, self.features))
        planes = ops.broadcast_to(x, (batch, height, width, self.features))
        return ops.concatenate([inputs, ops.cast(planes, inputs.dtype)], axis=-1)

    def _size(self, batch):
        if isinstance(batch, int):
            return batch if batch % self.group_size else self.group_size
        return ops.where(ops.equal(batch % self.group_size, 0), self.group_size, batch)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self) -> dict:
        own = {"group_size": self.group_size, "features": self.features, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
