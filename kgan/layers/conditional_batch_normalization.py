"""Batch normalization whose scale and offset depend on a class label."""

import keras


@keras.saving.register_keras_serializable("kgan.layers")
class ConditionalBatchNormalization(keras.layers.Layer):
    """`normalize(x) * scale[label] + offset[label]`, a scale and an offset per class and channel.

    A Learned Representation for Artistic Style (Dumoulin et al. 2017, arXiv:1610.07629); in GAN generators
    since Miyato & Koyama 2018 (arXiv:1802.05637). The statistics are shared by all classes, and by all
    replicas (`synchronized=True`).

    Args:
        classes: number of labels.
        momentum: of the moving statistics.
        epsilon: added to the variance.
        synchronized: statistics over all replicas.

    Call with `(x, label)`: `(batch, ..., channels)` and `(batch,)` int32 in [0, classes).
    """

    def __init__(
        self,
        classes: int,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        synchronized: bool = True,
        **options,
    ) -> None:
        super().__init__(**options)
        self.classes, self.momentum, self.epsilon = classes, momentum, epsilon
        self.synchronized = synchronized
        self.normalization = keras.layers.BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            center=False,
            scale=False,
            synchronized=synchronized,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape):
        image_shape, _ = input_shape
        self.normalization.build(image_shape)
        shape = (self.classes, image_shape[-1])
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")
        self.offset = self.add_weight(name="offset", shape=shape, initializer="zeros")

    def call(self, inputs, training: bool | None = None):
        x, label = inputs
        per_sample = (-1, *(1,) * (len(x.shape) - 2), x.shape[-1])
        scale, offset = (
            keras.ops.reshape(keras.ops.take(table, label, axis=0), per_sample)
            for table in (self.scale, self.offset)
        )
        return self.normalization(x, training=training) * scale + offset

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self) -> dict:
        keys = ("classes", "momentum", "epsilon", "synchronized")
        return {**super().get_config(), **{key: getattr(self, key) for key in keys}}
