"""A network that begins with bicubic enlargement and learns the difference."""

import keras

from kgan.layers import BicubicUpsampling2D


def with_skip(network, scale):
    """A network that makes the difference to bicubic enlargement, none at first.

    The papers' networks learn the whole picture, which takes them thousands of steps to do as well.
    """
    for weight in network.get_layer("pixels").weights:
        weight.assign(weight * 0)
    network.name = "difference"
    image = keras.Input(network.inputs[0].shape[1:], name="image")
    base = BicubicUpsampling2D(scale, dtype="float32", name="base")(image)
    sum_ = keras.layers.Add(dtype="float32", name="sum")([base, network(image)])
    return keras.Model(image, sum_, name="generator")
