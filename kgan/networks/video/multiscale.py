"""The multi-scale networks of video prediction: each scale refines what a coarser one has drawn.

Deep multi-scale video prediction beyond mean square error (Mathieu, Couprie, LeCun 2016, arXiv:1511.05440, table 1
and eq. 3-4). Four scales, the coarsest an eighth of the frame. At its width of 128, with 4 frames of 3 channels in
and one out, the generator has 12,569,740 trainable parameters, the sum of the convolutions in that table.

Differs from the paper: frames are left as the sums they are, and whoever shows them clips them, where the paper has
tanh. Digits on black taught a tanh nothing but black, in 200 steps: it has to be driven far to come near -1, and there
its gradient is gone. Also, tanh at every scale would change what the coarser one had right.
"""

import keras
from keras import layers

from kgan.layers.any_size import CropLike, PadToMultiple
from kgan.layers.bilinear_doubling import BilinearDoubling
from kgan.layers.frames import ChannelsToFrames, FramesToChannels

# Features of the hidden convolutions as multiples of the width (128 in the paper), and sides of all kernels.
GENERATOR = (
    ((1, 2, 1), (3, 3, 3, 3)),
    ((1, 2, 1), (5, 3, 3, 5)),
    ((1, 2, 4, 2, 1), (5, 3, 3, 3, 3, 5)),
    ((1, 2, 4, 2, 1), (7, 5, 5, 5, 5, 7)),
)
# Features as multiples of the width (64 in the paper), sides of kernels, units of the two dense layers.
DISCRIMINATOR = (
    ((1,), (3,), (8, 4)),
    ((1, 2, 2), (3, 3, 3), (16, 8)),
    ((2, 4, 4), (5, 5, 5), (16, 8)),
    ((2, 4, 8, 2), (7, 7, 5, 5), (16, 8)),
)
SCALES = len(GENERATOR)
HIDDEN = {"padding": "same", "kernel_initializer": "he_normal"}
# The last convolution of a scale begins by changing little of what the coarser one drew.
SMALL = 0.01
# Logits of a class that is there beside one that is not: a label map copied has shares of 0.998 and 0.002 of two.
SURE = 6.0


def generator(
    channels: int = 3,
    input_frames: int = 4,
    output_frames: int = 1,
    width: int = 128,
    changes: bool = False,
    labels: bool = False,
) -> keras.Model:
    """From the last frames to the next, coarse to fine: `y_k = up(y_{k-1}) + G_k(x_k, up(y_{k-1}))`.

    Fully convolutional: frames of any size are mirrored up to a multiple of 8 and the result is cropped.

    Args:
        channels: of a frame.
        input_frames: frames that are seen.
        output_frames: frames that are drawn at once.
        width: features of the first convolution of each scale; the paper's 128.
        changes: whether every scale draws what changes, `y_k = x_k' + up(y_{k-1} - x_{k-1}') + G_k`, x' the last frame
            seen: untrained, the network copies that frame. The paper's draws frames anew.
        labels: whether frames are label maps, the share of each class in a channel: what is drawn then ends in a
            softmax at every scale (after Luc et al. 2017, arXiv:1703.07684), and what changes is logits.

    Returns:
        `generator`: (batch, input_frames, height, width, channels) in [-1, 1] to a dict: `frames`
        (batch, output_frames, height, width, channels), to be clipped to [-1, 1], and `scale_1` to `scale_3`, what the
        coarser networks drew, at an eighth, a quarter and half of the padded size.

    Example:
        >>> multiscale.generator(channels=1, width=8).output["frames"].shape
        (None, 1, None, None, 1)
    """
    frames = keras.Input((input_frames, None, None, channels), name="frames")
    flat = FramesToChannels(name="side_by_side")(frames)
    seen = [PadToMultiple(2 ** (SCALES - 1), name="padded")(flat)]
    for scale in range(SCALES - 1, 0, -1):
        seen.insert(0, layers.AveragePooling2D(2, name=f"source_{scale}")(seen[0]))
    drawn, change, outputs = None, None, {}
    for number, (source, (features, kernels)) in enumerate(zip(seen, GENERATOR, strict=True), 1):
        x = source
        coarse = last = _last_frame(source, channels, output_frames, number, labels) if changes else None
        if drawn is not None:
            coarse = BilinearDoubling(name=f"enlarged_{number}")(change)
            if changes:
                coarse = layers.Add(name=f"enlarged_frame_{number}", dtype="float32")([last, coarse])
            x = layers.Concatenate(name=f"seen_{number}")([source, coarse])
        for place, (times, kernel) in enumerate(zip(features, kernels[:-1], strict=True), 1):
            name = f"scale_{number}_convolution_{place}"
            x = layers.Conv2D(width * times, kernel, name=name, activation="relu", **HIDDEN)(x)
        x = layers.Conv2D(
            output_frames * channels,
            kernels[-1],
            padding="same",
            kernel_initializer=keras.initializers.RandomNormal(stddev=SMALL),
            name=f"scale_{number}_refinement",
        )(x)
        if coarse is not None:
            x = layers.Add(name=f"refined_{number}", dtype="float32")([coarse, x])
        drawn = change = layers.Activation("linear", dtype="float32", name=f"drawn_{number}")(x)
        if changes:
            change = layers.Subtract(name=f"change_{number}", dtype="float32")([drawn, last])
        if number < SCALES:
            outputs[f"scale_{number}"] = ChannelsToFrames(output_frames, name=f"scale_{number}")(drawn)
    whole = CropLike(name="cropped")([drawn, flat])
    outputs["frames"] = ChannelsToFrames(output_frames, name="next_frames")(whole)
    if labels:
        outputs = {
            name: layers.Softmax(dtype="float32", name=f"{name}_shares")(drawn)
            for name, drawn in outputs.items()
        }
    return keras.Model(frames, outputs, name="generator")


def _last_frame(source, channels: int, times: int, scale: int, labels: bool):
    """The last of the frames side by side in `source`, as often as frames are drawn at once; of labels the logits."""
    last = source[..., -channels:]
    if labels:
        last = layers.Rescaling(SURE, dtype="float32", name=f"last_logits_{scale}")(last)
    return layers.Concatenate(name=f"last_frame_{scale}")([last] * times) if times > 1 else last


def discriminators(
    image_size: tuple[int, int],
    channels: int = 3,
    input_frames: int = 4,
    output_frames: int = 1,
    width: int = 64,
) -> list[keras.Model]:
    """One network a scale that tells true continuations from drawn ones (table 1).

    Convolutions without padding where the frame is large enough for them, a pooling by 2, two dense layers.

    Args:
        image_size: (height, width) of the largest scale; multiples of 8, at least 32.
        channels: of a frame.
        input_frames, output_frames: as the generator's.
        width: features of the first convolution; the paper's 64.

    Returns:
        Coarsest first, each from `{"frames", "next"}`, (batch, n, height, width, channels), to (batch, 1) logits.

    Raises:
        ValueError: an image size that four scales do not fit.

    Example:
        >>> [network.count_params() for network in multiscale.discriminators((32, 32), width=8)]
    """
    multiple = 2 ** (SCALES - 1)
    if any(side % multiple or side < 4 * multiple for side in image_size):
        raise ValueError(
            f"multiscale.discriminators: expected a height and width that are multiples of {multiple}, at least "
            f"{4 * multiple}; received {tuple(image_size)}. Four scales need it: choose the nearest."
        )
    found = []
    for number, (features, kernels, units) in enumerate(DISCRIMINATOR, 1):
        size = [side // 2 ** (SCALES - number) for side in image_size]
        frames = keras.Input((input_frames, *size, channels), name="frames")
        following = keras.Input((output_frames, *size, channels), name="next")
        x = layers.Concatenate(axis=1, name="clip")([frames, following])
        x = FramesToChannels(name="side_by_side")(x)
        padding = "valid" if min(size) > sum(kernels) - len(kernels) + 1 else "same"
        for times, kernel in zip(features, kernels, strict=True):
            x = layers.Conv2D(width * times, kernel, padding=padding, activation="relu")(x)
        if min(x.shape[1:3]) > 1:
            x = layers.MaxPooling2D(2)(x)
        x = layers.Flatten()(x)
        for one in units:
            x = layers.Dense(width * one, activation="relu")(x)
        logit = layers.Dense(1, dtype="float32", name="logit")(x)
        found.append(
            keras.Model({"frames": frames, "next": following}, logit, name=f"discriminator_{number}")
        )
    return found
