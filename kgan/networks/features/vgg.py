"""Maps inside a VGG, for images in [-1, 1]."""

import keras
import numpy as np
from keras import layers

_CAFFE_MEAN = (103.939, 116.779, 123.68)


def taps_of(
    trunk: keras.Model, taps: tuple[str, ...], before_activation: bool, name: str = "vgg19"
) -> keras.Model:
    """Feature maps of a VGG16 or VGG19 at hand, with whatever weights it has.

    Args:
        trunk: of keras.applications, without its top.
        taps: names of convolutions, such as "block5_conv4".
        before_activation: maps before the rectifier, or after it.
        name: of the network that comes back.

    Returns:
        (batch, height, width, 3) in [-1, 1] to {tap: map}; frozen, float32. The rectifier of a convolution is a
        layer of its own, named "block5_conv4_rectifier".

    Raises:
        ValueError: for a name that is no convolution of the trunk.
    """
    known = [layer.name for layer in trunk.layers if isinstance(layer, layers.Conv2D)]
    missing = [tap for tap in taps if tap not in known]
    if missing:
        raise ValueError(f"taps: expected some of {', '.join(known)}; received {', '.join(missing)}.")
    image = keras.Input((None, None, 3), dtype="float32", name="image")
    # Caffe's convention: blue, green, red in 0..255, less ImageNet's mean; as a 1x1 convolution it exports.
    to_caffe = layers.Conv2D(3, 1, dtype="float32", name="to_caffe")
    x = to_caffe(image)
    to_caffe.set_weights([127.5 * np.eye(3)[::-1].reshape(1, 1, 3, 3), 127.5 - np.array(_CAFFE_MEAN)])
    outputs = {}
    for layer in trunk.layers[1:]:
        if isinstance(layer, layers.Conv2D):
            config = layer.get_config() | {"activation": "linear", "dtype": "float32"}
            convolution = layers.Conv2D.from_config(config)
            linear = convolution(x)
            convolution.set_weights(layer.get_weights())
            x = layers.ReLU(dtype="float32", name=f"{layer.name}_rectifier")(linear)
            if layer.name in taps:
                outputs[layer.name] = linear if before_activation else x
        elif isinstance(layer, layers.MaxPooling2D):
            x = layers.MaxPooling2D(2, dtype="float32", name=layer.name)(x)
        if len(outputs) == len(taps):
            break
    network = keras.Model(image, outputs, name=name)
    network.trainable = False
    return network
