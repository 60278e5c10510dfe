"""Class labels as planes beside an image."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class LabelPlanes(keras.layers.Layer):
    """`concatenate(image, planes)`: every pixel of sample i also gets the vector of sample i's label.

    The label as an input of a convolutional discriminator or translator (Conditional Generative Adversarial
    Nets, Mirza & Osindero 2014, arXiv:1411.1784; planes as in StarGAN, Choi et al. 2018, arXiv:1711.09020).
    The vector is a learned embedding, or one-hot. Takes images of any size.

    Args:
        classes: number of labels.
        embedding_size: planes to append; `None` appends `classes` one-hot planes, without weights.

    Call with `(image, label)`: `(batch, height, width, channels)` and `(batch,)` int32 in [0, classes).
    Returns `(batch, height, width, channels + planes)`.
    """

    def __init__(self, classes: int, embedding_size: int | None = None, **options) -> None:
        super().__init__(**options)
        self.classes, self.embedding_size = classes, embedding_size

    def build(self, input_shape):
        if self.embedding_size is not None:
            self.embeddings = self.add_weight(
                name="embeddings",
                shape=(self.classes, self.embedding_size),
                initializer=keras.initializers.RandomNormal(stddev=1.0),
            )

    def call(self, inputs):
        image, label = inputs
        if self.embedding_size is None:
            vectors = ops.one_hot(ops.cast(label, "int32"), self.classes, dtype=image.dtype)
        else:
            vectors = ops.cast(ops.take(self.embeddings, label, axis=0), image.dtype)
        batch, height, width = ops.shape(image)[:3]
        planes = ops.broadcast_to(vectors[:, None, None, :], (batch, height, width, vectors.shape[-1]))
        return ops.concatenate([image, planes], axis=-1)

    def compute_output_shape(self, input_shape):
        image_shape, _ = input_shape
        return (*image_shape[:-1], image_shape[-1] + (self.embedding_size or self.classes))

    def get_config(self) -> dict:
        own = {"classes": self.classes, "embedding_size": self.embedding_size}
        return {**super().get_config(), **own}
