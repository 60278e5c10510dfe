"""Two ways to go on with a video that learn nothing: its last frame again, and its motion gone on with."""

import numpy as np
from scipy.ndimage import map_coordinates
from skimage.registration import optical_flow_ilk

# Pixels a frame from which on a pixel counts as moving (Mathieu et al. 2016, section 4.2).
MOVING = 0.2


def grey(frames):
    """`(..., height, width, channels)` as `(..., height, width)`, the mean of the channels, in [0, 1]."""
    return (np.asarray(frames, "float32").mean(axis=-1) + 1) / 2


def motion(before, after):
    """How far each pixel of `after` has come from `before`: (2, height, width), down and to the right, in pixels.

    Optical flow after Le Besnerais and Champagnat (2005), as scikit-image computes it.
    """
    return -optical_flow_ilk(grey(after), grey(before), radius=5)


def moving_regions(before, after):
    """bool (height, width): where the optical flow between two frames is above 0.2 pixels."""
    return np.linalg.norm(motion(before, after), axis=0) > MOVING


def last_frame(frames, count):
    """The last of `(n, height, width, channels)`, `count` times."""
    return np.repeat(np.asarray(frames)[-1:], count, axis=0)


def optical_flow(frames, count):
    """The last frame moved on, `count` times, by the motion between the last two."""
    frames = np.asarray(frames, "float32")
    flow = motion(frames[-2], frames[-1])
    rows, columns = np.indices(frames.shape[1:3])
    made = []
    for number in range(1, count + 1):
        places = [rows - number * flow[0], columns - number * flow[1]]
        channels = [
            map_coordinates(frames[-1, :, :, c], places, order=1, mode="nearest")
            for c in range(frames.shape[-1])
        ]
        made.append(np.stack(channels, axis=-1))
    return np.stack(made)
