"""ImageNet networks of keras.applications as feature extractors, had or refused within a time limit.

Weights are downloaded once, into Keras's own cache. Without network the answer comes within `time_limit`
seconds as `WeightsUnavailable`; the caller decides what to use instead, and says so.
"""

import os
import pathlib
import socket
import threading
import urllib.error
import urllib.request

import keras
import numpy as np
from keras import layers

from kgan.errors import UserError

_SITE = "https://storage.googleapis.com/tensorflow/keras-applications/"
_FILES = {
    "inception-v3": "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "vgg19": "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
}
_CAFFE_MEAN = (103.939, 116.779, 123.68)
VGG19_TAPS = ("block1_conv2", "block2_conv2", "block3_conv4", "block4_conv4", "block5_conv4")


class WeightsUnavailable(UserError):
    """Pretrained weights are neither in the cache nor to be had from here."""


def inception_v3(time_limit: float = 10.0) -> keras.Model:
    """Inception-v3 up to its last pooling (Szegedy et al. 2015, arXiv:1512.00567).

    These are keras.applications' weights, not the 2015 ones that published FID numbers use; distances are
    close to those, and not the same.

    Args:
        time_limit: seconds that looking for the download site may take.

    Returns:
        `inception-v3`: (batch, 299, 299, 3) in [-1, 1] to (batch, 2048); frozen.

    Raises:
        WeightsUnavailable: within the time limit.
    """
    settings = {"include_top": False, "weights": "imagenet", "pooling": "avg", "input_shape": (299, 299, 3)}
    network = _load("inception-v3", time_limit, lambda: keras.applications.InceptionV3(**settings))
    network.trainable = False
    return network


def vgg19(
    taps: tuple[str, ...] = ("block5_conv4",), before_activation: bool = True, time_limit: float = 10.0
) -> keras.Model:
    """VGG19's feature maps (Simonyan and Zisserman 2014, arXiv:1409.1556), for images in [-1, 1] of any size.

    Args:
        taps: names of convolutions, such as "block5_conv4" (the paper's conv5_4).
        before_activation: maps before the rectifier, as ESRGAN takes them, or after it, as SRGAN does.
        time_limit: seconds that looking for the download site may take.

    Returns:
        `vgg19`: (batch, height, width, 3) to {tap: map}; frozen, float32.

    Raises:
        WeightsUnavailable: within the time limit.
    """
    trunk = _load(
        "vgg19", time_limit, lambda: keras.applications.VGG19(include_top=False, weights="imagenet")
    )
    return vgg19_taps(trunk, taps, before_activation)


def vgg19_taps(trunk: keras.Model, taps: tuple[str, ...], before_activation: bool) -> keras.Model:
    """The same from a VGG19 (or VGG16) trunk at hand, with whatever weights it has."""
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
    network = keras.Model(image, outputs, name="vgg19")
    network.trainable = False
    return network


def _load(name: str, time_limit: float, build) -> keras.Model:
    home = pathlib.Path(os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras")
    if not (home / "models" / _FILES[name]).exists():
        _require_site(name, time_limit)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(max(time_limit, 30.0))
    try:
        return build()
    except Exception as error:
        raise WeightsUnavailable(
            f"{name}: expected ImageNet weights from keras.applications; received {error}. Try again, or "
            "name "
            "another feature network."
        ) from error
    finally:
        socket.setdefaulttimeout(before)


def _require_site(name: str, time_limit: float) -> None:
    """Ask for a header only, in a thread: looking a name up has no time limit of its own."""
    problem = [f"no answer within {time_limit:g} s"]

    def ask() -> None:
        try:
            request = urllib.request.Request(_SITE, method="HEAD")
            urllib.request.urlopen(request, timeout=time_limit).close()
            problem.clear()
        except urllib.error.HTTPError:
            problem.clear()  # an answer, whatever it says
        except OSError as error:
            problem[:] = [str(getattr(error, "reason", error))]

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(time_limit)
    if problem:
        raise WeightsUnavailable(
            f"{name}: expected its ImageNet weights in Keras's cache or a way to download them; received: "
            f"{problem[0]}. Connect once, put {_FILES[name]} into the cache, or name another feature network."
        )
