"""Requests that TensorFlow Serving sends to itself before it answers others: the first of each kind is slow.

The file holds `PredictionLog` messages of TensorFlow Serving, whose package few have: the four that are needed are
written by hand here, and the tests read them back with that package.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

WARMUP = Path("assets.extra", "tf_serving_warmup_requests")


def write_warmup(path: str | Path, name: str, cases: dict) -> None:
    """Writes the first reference case of each signature as a request.

    Args:
        path: of the file.
        name: str, the model's name.
        cases: what `kgan.export.reference` makes: "signature|number|side|name" to array.
    """
    requests = {}
    for entry, value in cases.items():
        signature, number, side, key = entry.split("|")
        if side == "input" and number == "0":
            requests.setdefault(signature, {})[key] = value
    with tf.io.TFRecordWriter(str(path)) as stream:
        for signature, inputs in requests.items():
            stream.write(prediction_log(name, signature, inputs))


def prediction_log(name: str, signature: str, inputs: dict) -> bytes:
    """A serialized `PredictionLog(predict_log=PredictLog(request=PredictRequest(...)))`.

    Args:
        name: of the model.
        signature: of the request.
        inputs: dict from name to array.
    """
    specification = _field(1, name.encode()) + _field(3, signature.encode())
    request = _field(1, specification)
    for key, value in inputs.items():
        tensor = tf.make_tensor_proto(value.astype(object) if value.dtype.kind == "S" else np.asarray(value))
        request += _field(2, _field(1, key.encode()) + _field(2, tensor.SerializeToString()))
    return _field(6, _field(1, request))


def _field(number, content):
    """A field that has a length: text or a message."""
    return bytes([number << 3 | 2]) + _variable(len(content)) + content


def _variable(value):
    """An integer, seven bits a byte, the lowest first."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
