"""ImageNet networks of keras.applications as feature extractors, had or refused within a time limit.

Weights are downloaded once, into Keras's own cache. Without network the answer comes within `time_limit`
seconds as `WeightsUnavailable`; the caller decides what to use instead, and says so.
"""

import socket
import threading
import urllib.error
import urllib.request

import keras

from kgan.networks.features import places
from kgan.networks.features.packages import WeightsUnavailable
from kgan.networks.features.vgg import taps_of

_SITE = "https://storage.googleapis.com/tensorflow/keras-applications/"
VGG19_TAPS = ("block1_conv2", "block2_conv2", "block3_conv4", "block4_conv4", "block5_conv4")


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
    return taps_of(trunk, taps, before_activation)


def load(name: str, time_limit: float = 10.0) -> keras.Model:
    """`inception_v3`, or `vgg19` with the rectified maps that distances take, by the name that flags take."""
    if name == "vgg19":
        return vgg19(VGG19_TAPS, before_activation=False, time_limit=time_limit)
    return inception_v3(time_limit)


def _load(name: str, time_limit: float, build) -> keras.Model:
    if not places.is_here(name):
        _require_site(name, time_limit)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(max(time_limit, 30.0))
    try:
        return build()
    except Exception as error:
        raise WeightsUnavailable(
            f"{name}: expected ImageNet weights from keras.applications; received {error}. Try again, or name "
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
        except Exception as error:  # a broken answer is no OSError, and nobody sees what a thread dies of
            problem[:] = [str(getattr(error, "reason", error)) or type(error).__name__]

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(time_limit)
    if problem:
        raise WeightsUnavailable(
            f"{name}: expected its ImageNet weights in Keras's cache or a way to download them; received: "
            f"{problem[0]}. Connect once, put {places.path(name).name} into the cache, or `kgan features list` others."
        )
