"""Frames laid side by side as channels, and back: how a 2-D convolution sees a short clip at once."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class FramesToChannels(keras.layers.Layer):
    """`(batch, frames, height, width, channels)` to `(batch, height, width, frames * channels)`, frame by frame.

    Example:
        >>> FramesToChannels()(np.zeros((2, 4, 8, 9, 3))).shape
        (2, 8, 9, 12)
    """

    def call(self, inputs):
        frames, channels = inputs.shape[1], inputs.shape[-1]
        height, width = ops.shape(inputs)[2:4]
        return ops.reshape(ops.transpose(inputs, (0, 2, 3, 1, 4)), (-1, height, width, frames * channels))

    def compute_output_shape(self, input_shape):
        batch, frames, height, width, channels = input_shape
        return (batch, height, width, frames * channels)


@keras.saving.register_keras_serializable("kgan.layers")
class ChannelsToFrames(keras.layers.Layer):
    """What `FramesToChannels` did, undone.

    Args:
        frames: how many frames the channels are of, >= 1.

    Raises:
        ValueError: channels that do not divide into so many frames.

    Example:
        >>> ChannelsToFrames(4)(np.zeros((2, 8, 9, 12))).shape
        (2, 4, 8, 9, 3)
    """

    def __init__(self, frames: int, **options) -> None:
        super().__init__(**options)
        self.frames = frames

    def build(self, input_shape):
        if input_shape[-1] % self.frames:
            raise ValueError(
                f"ChannelsToFrames: expected channels that divide into {self.frames} frames, received "
                f"{input_shape[-1]}. Give a multiple."
            )

    def call(self, inputs):
        height, width = ops.shape(inputs)[1:3]
        channels = inputs.shape[-1] // self.frames
        split = ops.reshape(inputs, (-1, height, width, self.frames, channels))
        return ops.transpose(split, (0, 3, 1, 2, 4))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, self.frames, height, width, channels // self.frames)

    def get_config(self) -> dict:
        return {**super().get_config(), "frames": self.frames}
