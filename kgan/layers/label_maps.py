"""Pictures whose pixels are classes: as planes, and as what tells each place of a picture how to look."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class OneHotPlanes(keras.layers.Layer):
    """A plane a class, 1 where a pixel is of it and 0 elsewhere; no plane for numbers that are no class.

    Args:
        classes: how many there are.

    `(batch, height, width, 1)`, integers, gives `(batch, height, width, classes)`.
    """

    def __init__(self, classes: int, **options) -> None:
        super().__init__(**options)
        if classes != int(classes) or classes < 2:
            raise ValueError(f"OneHotPlanes: expected at least 2 classes, received {classes}.")
        self.classes = int(classes)

    def call(self, inputs):
        return ops.one_hot(ops.cast(inputs[..., 0], "int32"), self.classes, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.classes)

    def get_config(self) -> dict:
        return {**super().get_config(), "classes": self.classes}


@keras.saving.register_keras_serializable("kgan.layers")
class AttributePlanes(keras.layers.Layer):
    """Appends numbers of a whole picture to its planes, each as a plane that is the same everywhere.

    Call with `[planes, attributes]`: `(batch, height, width, channels)` and `(batch, attributes)` give
    `(batch, height, width, channels + attributes)`.
    """

    def call(self, inputs):
        return with_attributes(*inputs)

    def compute_output_shape(self, input_shape):
        planes, attributes = input_shape
        return (*planes[:-1], planes[-1] + attributes[-1])


def with_attributes(planes, attributes):
    """What `AttributePlanes` returns, as a function."""
    shape = (*ops.shape(planes)[:3], attributes.shape[-1])
    told = ops.broadcast_to(ops.cast(attributes, planes.dtype)[:, None, None], shape)
    return ops.concatenate([planes, told], axis=-1)


@keras.saving.register_keras_serializable("kgan.layers")
class SpatialModulation(keras.layers.Layer):
    """`x (1 + gamma) + beta`, with a gamma and a beta for each place and channel.

    Semantic Image Synthesis with Spatially-Adaptive Normalization (Park et al. 2019, arXiv:1903.07291, equation 1),
    where x is normalized. Call with `[x, modulation]`: `(batch, height, width, channels)`, and twice as many channels,
    the gammas and then the betas.
    """

    def call(self, inputs):
        x, modulation = inputs
        gamma, beta = ops.split(modulation, 2, axis=-1)
        return x * (1 + gamma) + beta

    def compute_output_shape(self, input_shape):
        return input_shape[0]
