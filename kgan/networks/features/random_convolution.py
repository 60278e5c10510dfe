"""A convolutional network with fixed random weights: features that every machine can have.

A random network tells textures and shapes apart well enough to rank images (Ulyanov, Vedaldi and Lempitsky
2018, arXiv:1711.10925, argue that the structure alone is a prior), but its distances are comparable only
among themselves. The weights come from a generator whose stream NumPy has frozen, so one name always means
one network.
"""

import keras
import numpy as np
from keras import layers

VERSION = "random-convolution-v1"
STAGES = (32, 64, 96, 128)
SEED = 20_140_610


def features(channels: int = 3, seed: int = SEED) -> keras.Model:
    """Four stages of two 3x3 convolutions with rectifiers, average pooling between them.

    Args:
        channels: of the images; 1 or 3.
        seed: other weights for another seed, so that what a loss has seen is not what measures its result.

    Returns:
        `random-convolution-v1`: (batch, height, width, channels) in [-1, 1], any size of at least 8 pixels,
        to {"stage_1": (batch, h, w, 32), ..., "stage_4": (batch, h/8, w/8, 128)}; frozen, float32.

    Example:
        >>> sorted(random_convolution.features(1).output)
        ['stage_1', 'stage_2', 'stage_3', 'stage_4']
    """
    image = keras.Input((None, None, channels), name="image")
    # Grey images meet the filters that their three equal channels would, so both kinds share one scale.
    x = image if channels == 3 else layers.Concatenate(dtype="float32", name="rgb")([image] * 3)
    outputs = {}
    for stage, filters in enumerate(STAGES, 1):
        if stage > 1:
            x = layers.AveragePooling2D(2, padding="same", dtype="float32", name=f"pool_{stage}")(x)
        for index in (1, 2):
            x = layers.Conv2D(
                filters, 3, padding="same", activation="relu", dtype="float32", name=f"stage_{stage}_{index}"
            )(x)
        outputs[f"stage_{stage}"] = x
    model = keras.Model(image, outputs, name=VERSION if seed == SEED else f"{VERSION}-seed-{seed}")
    # The only stream that NumPy promises not to change.
    random = np.random.RandomState(seed)
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            shape = tuple(layer.kernel.shape)
            kernel = random.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:3]))
            layer.set_weights(
                [kernel.astype("float32"), 0.1 * random.standard_normal(shape[3]).astype("float32")]
            )
    model.trainable = False
    return model
