"""Any image size for a network of halvings: mirrored up to its multiple on the way in, cropped back."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class PadToMultiple(keras.layers.Layer):
    """Mirrors an image at its lower and right border until both sides are multiples of a number.

    Works for images smaller than what is to be added, too: the mirror image is mirrored again. What has the
    right size already passes unchanged.

    Args:
        multiple: of which height and width shall be multiples, >= 1.
        least: smallest height and width to come out; a multiple of `multiple`.

    Returns:
        `(batch, ceil(height / multiple) * multiple, ceil(width / multiple) * multiple, channels)`.

    Example:
        >>> PadToMultiple(8)(np.zeros((1, 5, 16, 3))).shape
        (1, 8, 16, 3)
    """

    def __init__(self, multiple: int, least: int = 0, **options) -> None:
        super().__init__(**options)
        if multiple < 1 or least % multiple:
            raise ValueError(
                "PadToMultiple: expected a multiple of at least 1, and a least size that is one of them; "
                f"received {multiple} and {least}."
            )
        self.multiple, self.least = multiple, least

    def call(self, inputs):
        for axis in (1, 2):
            inputs = self._extend(inputs, axis)
        return inputs

    def _extend(self, x, axis: int):
        static = x.shape[axis]
        if static is not None and self._target(static) == static:
            return x
        size = ops.shape(x)[axis] if static is None else static
        target = self._target(size)
        period = ops.maximum(2 * size - 2, 1)
        position = ops.arange(target, dtype="int32") % period
        return ops.take(x, ops.minimum(position, period - position), axis=axis)

    def _target(self, size):
        target = (size + self.multiple - 1) // self.multiple * self.multiple
        return max(target, self.least) if isinstance(size, int) else ops.maximum(target, self.least)

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        return (batch, *(side and self._target(side) for side in sides), channels)

    def get_config(self) -> dict:
        return {**super().get_config(), "multiple": self.multiple, "least": self.least}


@keras.saving.register_keras_serializable("kgan.layers")
class CropLike(keras.layers.Layer):
    """The upper left part of an image, as large as another: `x[:, :height * scale, :width * scale]`.

    Args:
        scale: how many times larger than the other image the result is.

    Call with `[x, like]`; of `like` only height and width matter.
    """

    def __init__(self, scale: int = 1, **options) -> None:
        super().__init__(**options)
        self.scale = scale

    def call(self, inputs):
        x, like = inputs
        wanted = tuple(side and side * self.scale for side in like.shape[1:3])
        if None not in wanted and wanted == tuple(x.shape[1:3]):
            return x
        height, width = ops.shape(like)[1:3]
        return x[:, : height * self.scale, : width * self.scale, :]

    def compute_output_shape(self, input_shape):
        (batch, _, _, channels), like = input_shape
        return (batch, *(side and side * self.scale for side in like[1:3]), channels)

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale}
