"""Inception-v3 up to its layer mixed5, from a package that holds its weights in eight bits."""

import base64
import re
import tarfile
from pathlib import Path

import keras
import numpy as np

_STORED = "package/dist/models/inception_v3"
_SHARDS = 6
_NUMBER = r"[-+.\de]+"
_RECORD = re.compile(
    r'\{name:"([^"]+)",shape:\[([\d,]*)\],dtype:"float32",'
    rf'quantization:\{{min:({_NUMBER}),scale:({_NUMBER}),dtype:"uint8"\}}\}}'
)
_PAYLOAD = re.compile(r'"([A-Za-z0-9+/=]{64,})"')


def build(tarball: Path) -> keras.Model:
    """Inception-v3 (Szegedy et al. 2015, arXiv:1512.00567) up to mixed5, 768 maps.

    The package's network was fine-tuned for another purpose, with all up to mixed5 left as ImageNet made it.

    Args:
        tarball: of nsfwjs 4.4.0.

    Returns:
        `inception-v3-mixed5`: (batch, 299, 299, 3) in [-1, 1] to {"mixed5": (batch, 17, 17, 768)}; frozen.
    """
    stored = read_weights(tarball)
    whole = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(299, 299, 3))
    network = keras.Model(
        whole.input, {"mixed5": whole.get_layer("mixed5").output}, name="inception-v3-mixed5"
    )
    for kind, prefix, parts in (
        (keras.layers.Conv2D, "conv2d", ("kernel",)),
        (keras.layers.BatchNormalization, "batch_normalization", ("beta", "moving_mean", "moving_variance")),
    ):
        # Keras numbers layers as they are made, which the package's writer did in the same order, from 1.
        own = sorted((layer for layer in network.layers if isinstance(layer, kind)), key=_number)
        for index, layer in enumerate(own, 1):
            layer.set_weights([stored[f"{prefix}_{index}/{part}"] for part in parts])
    network.trainable = False
    return network


def _number(layer) -> int:
    return int(layer.name.rpartition("_")[2]) if layer.name[-1].isdigit() else 0


def read_weights(tarball: Path) -> dict[str, np.ndarray]:
    """Each stored weight, `minimum + scale * byte` in float32, by name.

    Args:
        tarball: of nsfwjs 4.4.0.
    """
    with tarfile.open(tarball) as archive:

        def script(name: str) -> str:
            return archive.extractfile(f"{_STORED}/{name}.min.js").read().decode()

        records = _RECORD.findall(script("model"))
        shards = (script(f"group1-shard{index}of{_SHARDS}") for index in range(1, _SHARDS + 1))
        content = b"".join(base64.b64decode(_PAYLOAD.search(shard)[1]) for shard in shards)
    values, at, weights = np.frombuffer(content, "uint8"), 0, {}
    for name, shape, minimum, scale in records:
        shape = tuple(int(size) for size in shape.split(",") if size)
        count = int(np.prod(shape))
        part = values[at : at + count].astype("float32")
        weights[name] = (part * np.float32(scale) + np.float32(minimum)).reshape(shape)
        at += count
    return weights
