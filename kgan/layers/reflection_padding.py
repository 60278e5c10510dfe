"""Reflection padding: the image mirrored at its borders, instead of zeros."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads height and width by mirroring at the border pixel: `c b | a b c | b a`.

    Takes away the dark frames that zero padding gives image-to-image networks (Johnson et al. 2016,
    arXiv:1603.08155; CycleGAN, Zhu et al. 2017, arXiv:1703.10593).

    Args:
        padding: pixels on every side; or `(vertical, horizontal)`; or `((top, bottom), (left, right))`. Each
        must
            be smaller than the image's side.

    Returns:
        `(batch, height + top + bottom, width + left + right, channels)`.
    """

    def __init__(self, padding=1, **options) -> None:
        super().__init__(**options)
        sides = (padding, padding) if isinstance(padding, int) else tuple(padding)
        self.padding = tuple((side, side) if isinstance(side, int) else tuple(side) for side in sides)
        if [len(side) for side in self.padding] != [2, 2] or min(map(min, self.padding)) < 0:
            raise ValueError(
                "Expected padding as n, (vertical, horizontal) or ((top, bottom), (left, right)), all >= 0, "
                f"received {padding!r}."
            )

    def call(self, inputs):
        for name, size, side in zip(("height", "width"), inputs.shape[1:3], self.padding, strict=True):
            if size is not None and max(side) >= size:
                raise ValueError(
                    f"Reflection padding by {max(side)}: expected a {name} above that, received {size}."
                )
        return ops.pad(inputs, ((0, 0), *self.padding, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, *sizes, channels = input_shape
        sizes = (size and size + sum(side) for size, side in zip(sizes, self.padding, strict=True))
        return (batch, *sizes, channels)

    def get_config(self) -> dict:
        return {**super().get_config(), "padding": self.padding}
