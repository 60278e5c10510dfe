"""SavedModels that serve without kgan and without Keras, in TensorFlow Serving's layout.

`<folder>/<version>/` has three signatures: `serving_default` (float32 images in [-1, 1]), `uint8`, and
`png` (encoded files, as strings). A model that does several things says so in `serving_calls`, a dict from a
name to `(callable, input signature)`; each gets three signatures of its own. `assets.extra/reference.npz` holds
inputs and what `predict` made of them, so that `kgan check` can compare wherever the folder has gone.
"""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kgan.errors import UserError
from kgan.export.check import FACTS, REFERENCE
from kgan.pictures import pixels
from kgan.version import __version__

DEFAULT = "serving_default"
# Where a model takes any size, the comparison is made at several, non-square and odd ones among them.
REFERENCE_SIZES = ((64, 64), (48, 80), (37, 53))


def export(model, folder, overwrite=False):
    """Writes a model for serving. Its moving average is what serves, if it has one.

    Args:
        model: an `AdversarialModel` with `input_signature`.
        folder: path such as `saved_models/glyphs`; versions are sub-folders, numbered from 1.
        overwrite: bool, whether to replace the newest version rather than add one.

    Returns:
        The path of the version written.

    Raises:
        UserError: if `folder` holds something else than versions.
    """
    target = _version(Path(folder), overwrite)
    calls = getattr(model, "serving_calls", None) or {DEFAULT: (model, model.input_signature)}
    signatures, cases = {}, {}
    for name, (call, inputs) in calls.items():
        signatures |= _signatures(name, call, inputs)
        for number, values in enumerate(_reference_inputs(model, name, inputs)):
            floats = _floats(values)
            outputs = model.predict(floats, verbose=0) if name == DEFAULT else call(floats, training=False)
            cases |= _cases(name, number, inputs, values, _named(outputs))
    partial = target.with_name(f".{target.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    module = tf.Module()
    # Only what serving reads: the discriminator and, where there is an average, the raw weights stay behind.
    module.read = list({id(v): v for f in signatures.values() for v in f.graph.variables}.values())
    tf.saved_model.save(module, str(partial), signatures=signatures)
    (partial / REFERENCE).parent.mkdir()
    np.savez_compressed(partial / REFERENCE, **cases)
    facts = {"kgan": __version__, "model": type(model).__name__, "parameters": _count(module.read)}
    (partial / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    partial.rename(target)
    return target


def _version(folder, overwrite):
    if folder.is_dir():
        strangers = [
            path.name for path in folder.iterdir() if not path.name.lstrip(".").split(".")[0].isdigit()
        ]
        if strangers:
            raise UserError(
                f"expected versions only in {folder}; found {strangers[0]}; choose another --output"
            )
    elif folder.exists():
        raise UserError(f"expected a folder at {folder}; found a file; choose another --output")
    folder.mkdir(parents=True, exist_ok=True)
    versions = [int(path.name) for path in folder.iterdir() if path.name.isdigit()]
    return folder / str(max(versions, default=0) + (not overwrite or not versions))


def _signatures(name, call, inputs):
    """The float, uint8 and PNG forms of one call, traced."""
    prefix = "" if name == DEFAULT else f"{name}_"
    pictures = {key for key, tensor in inputs.items() if _is_image(tensor)}
    specs = {key: tf.TensorSpec(tensor.shape, tensor.dtype, name=key) for key, tensor in inputs.items()}

    def floats(values):
        return _named(call(values, training=False))

    def bytes_(values):
        converted = {key: pixels.to_float(v) if key in pictures else v for key, v in values.items()}
        return {key: pixels.to_uint8(v) if _is_image(v) else v for key, v in floats(converted).items()}

    def files(values):
        decoded = {
            key: _decode(v, inputs[key].shape[-1]) if key in pictures else v for key, v in values.items()
        }
        for key in pictures:
            decoded[key] = tf.ensure_shape(decoded[key], inputs[key].shape)
        return {key: _encode(v) if v.dtype == tf.uint8 else v for key, v in bytes_(decoded).items()}

    as_bytes = {
        key: tf.TensorSpec(s.shape, tf.uint8, key) if key in pictures else s for key, s in specs.items()
    }
    as_files = {
        key: tf.TensorSpec([None], tf.string, key) if key in pictures else s for key, s in specs.items()
    }
    forms = {name: (floats, specs), f"{prefix}uint8": (bytes_, as_bytes), f"{prefix}png": (files, as_files)}
    return {key: _traced(function, signature) for key, (function, signature) in forms.items()}


def _traced(function, signature):
    return tf.function(function, input_signature=[signature], autograph=False).get_concrete_function()


def _decode(files, channels):
    """Encoded files of one size, as a batch."""

    def decode(file):
        return tf.io.decode_image(file, channels=channels, expand_animations=False)

    return tf.map_fn(decode, files, fn_output_signature=tf.TensorSpec([None, None, channels], tf.uint8))


def _encode(images):
    return tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.TensorSpec([], tf.string))


def _is_image(tensor):
    shape = tensor.shape
    return (
        len(shape) == 4
        and shape[-1] in (1, 3, 4)
        and keras.backend.standardize_dtype(tensor.dtype) != "string"
    )


def _named(outputs):
    return dict(outputs) if isinstance(outputs, dict) else {"image": outputs}


def _floats(values):
    return {key: pixels.to_float(v) if v.dtype == np.uint8 else v for key, v in values.items()}


def _reference_inputs(model, name, inputs):
    """Dicts of arrays to compare on, images among them as uint8."""
    if name == DEFAULT and not any(_is_image(tensor) for tensor in inputs.values()):
        return [{key: keras.ops.convert_to_numpy(v) for key, v in model.sample_inputs(4, seed=0).items()}]
    random = np.random.default_rng(0)
    any_size = any(None in tensor.shape[1:3] for tensor in inputs.values())
    cases = []
    for size in REFERENCE_SIZES if any_size else ((None, None),):
        shapes = {
            key: [2, *_filled(tensor.shape[1:3], size), *tensor.shape[3:]] for key, tensor in inputs.items()
        }
        cases.append({key: random.integers(0, 256, shape, np.uint8) for key, shape in shapes.items()})
    return cases


def _filled(shape, size):
    return [own or given for own, given in zip(shape, size, strict=True)]


def _cases(name, number, inputs, values, outputs):
    """The entries of the reference file for one input, in all three forms."""
    prefix = "" if name == DEFAULT else f"{name}_"
    outputs = {key: keras.ops.convert_to_numpy(value) for key, value in outputs.items()}
    as_bytes = {key: pixels.to_uint8(value) if _is_image(value) else value for key, value in outputs.items()}
    as_files = {key: _png(value) if value.dtype == np.uint8 else value for key, value in values.items()}
    forms = {
        name: (_floats(values), outputs),
        f"{prefix}uint8": (values, as_bytes),
        f"{prefix}png": (as_files, as_bytes),
    }
    found = {}
    for signature, (given, expected) in forms.items():
        found |= {f"{signature}|{number}|input|{key}": value for key, value in given.items()}
        found |= {f"{signature}|{number}|output|{key}": value for key, value in expected.items()}
    return found


def _png(images):
    return np.array([tf.io.encode_png(image).numpy() for image in images])


def _count(variables):
    return int(sum(np.prod(variable.shape) for variable in variables))
