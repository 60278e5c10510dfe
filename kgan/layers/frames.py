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
class FrameDifferences(keras.layers.Layer):
    """Each frame as what it lacks to the next, `gain * (x[i + 1] - x[i])`; the last one as it is.

    Nothing is lost, and what moves, little beside what stands still, stands out.

    Args:
        gain: what the differences are multiplied with, above 0.

    Call with `(batch, frames, height, width, channels)`; returns the same shape.
    """

    def __init__(self, gain: float = 1.0, **options) -> None:
        super().__init__(**options)
        self.gain = gain

    def call(self, inputs):
        changes = self.gain * (inputs[:, 1:] - inputs[:, :-1])
        return ops.concatenate([changes, inputs[:, -1:]], axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "gain": self.gain}


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
