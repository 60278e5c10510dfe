"""SavedModels that serve without kgan and without Keras, in TensorFlow Serving's layout.

`<folder>/<version>/` has three signatures: `serving_default` (float32 images in [-1, 1]), `uint8`, and `png` (encoded
files, as strings). A model that does several things says so in `serving_calls`, a dict from a name to `(callable, input
signature)`; each gets three signatures of its own. `assets.extra/reference.npz` holds inputs and what `predict` made of
them, so that `kgan check` can compare wherever the folder has gone.
"""

import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kgan.errors import UserError
from kgan.export import forms
from kgan.export.check import FACTS, REFERENCE
from kgan.export.reference import DEFAULT, named, prefix, reference
from kgan.files.atomic import replacing_folder
from kgan.version import __version__


def export(model: keras.Model, folder: str | Path, overwrite: bool = False) -> Path:
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
        cases |= reference(model, name, call, inputs)
    module = tf.Module()
    # Only what serving reads: the discriminator and, where there is an average, the raw weights stay behind.
    module.read = list({id(v): v for f in signatures.values() for v in f.graph.variables}.values())
    # Tables of words are no variables, and have to come along.
    module.tables = list(getattr(model, "serving_tables", list)())
    facts = {"kgan": __version__, "model": type(model).__name__, "parameters": _count(module.read)}
    with replacing_folder(target) as partial:
        tf.saved_model.save(module, str(partial), signatures=signatures)
        (partial / REFERENCE).parent.mkdir()
        np.savez_compressed(partial / REFERENCE, **cases)
        (partial / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
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
    found = {key: forms.form_of(key, tensor) for key, tensor in inputs.items()}

    def floats(values):
        return named(call(values, training=False))

    def bytes_(values):
        return forms.to_bytes(floats({key: found[key].from_bytes(value) for key, value in values.items()}))

    def files(values):
        decoded = {key: found[key].from_files(value) for key, value in values.items()}
        return forms.to_files(bytes_(decoded))

    kinds = {name: (floats, "floats"), f"{prefix(name)}uint8": (bytes_, "bytes")}
    kinds[f"{prefix(name)}png"] = (files, "files")
    return {
        key: _traced(function, {of: getattr(form, kind) for of, form in found.items()})
        for key, (function, kind) in kinds.items()
    }


def _traced(function, specs):
    """`function` for requests of these shapes and no others, which are answered with an error.

    A signature's shapes bind nobody: with oneDNN a request of another rank ends the process that serves.
    """

    def checked(values):
        return function({key: _checked(value, specs[key]) for key, value in values.items()})

    return tf.function(checked, input_signature=[specs], autograph=False).get_concrete_function()


def _checked(value, spec):
    value = tf.ensure_shape(value, spec.shape)
    told = f"{spec.name}: expected a batch of at least one, received an empty one."
    some = tf.debugging.Assert(tf.greater(tf.shape(value)[0], 0), [told])
    with tf.control_dependencies([some]):
        return tf.identity(value)


def _count(variables):
    return int(sum(np.prod(variable.shape) for variable in variables))
