"""SavedModels that serve without kgan and without Keras, in TensorFlow Serving's layout.

`<folder>/<version>/` has three signatures: `serving_default` (float32 images in [-1, 1]), `uint8`, and `png` (encoded
files, as strings). A model that does several things says so in `serving_calls`, a dict from a name to `(callable, input
signature)`; each gets three signatures of its own. What is drawn from noise also has `generate`, which makes its noise
from a seed. `assets.extra/reference.npz` holds inputs and what `predict` made of
them, so that `kgan check` can compare wherever the folder has gone.
"""

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from kgan.errors import UserError
from kgan.export import forms
from kgan.export.check import FACTS, REFERENCE
from kgan.export.reference import DEFAULT, named, prefix, reference
from kgan.export.requests import checked
from kgan.export.seeds import seeded
from kgan.export.warmup import WARMUP, write_warmup
from kgan.files.atomic import replacing_folder
from kgan.version import __version__


def export(
    model: keras.Model,
    folder: str | Path,
    overwrite: bool = False,
    largest_side: int = forms.LARGEST,
    extras: Callable | None = None,
) -> Path:
    """Writes a model for serving. Its moving average is what serves, if it has one.

    Args:
        model: an `AdversarialModel` with `input_signature`.
        folder: path such as `saved_models/glyphs`; versions are sub-folders, numbered from 1.
        overwrite: bool, whether to replace the newest version rather than add one.
        largest_side: int, pixels; a request with a larger picture is answered with an error.
        extras: callable from the folder that becomes the version, and what is noted of the model, to nothing: writes
            what shall be in it too.

    Returns:
        The path of the version written.

    Raises:
        UserError: if `folder` holds something else than versions.
    """
    target = _version(Path(folder), overwrite)
    calls = dict(getattr(model, "serving_calls", None) or {DEFAULT: (model, model.input_signature)})
    calls |= seeded(model, calls)
    signatures, cases = {}, {}
    for name, (call, inputs) in calls.items():
        signatures |= _signatures(name, call, _forms(model, inputs, largest_side))
        cases |= reference(model, name, call, inputs)
    module = tf.Module()
    # Only what serving reads: the discriminator and, where there is an average, the raw weights stay behind.
    module.read = list({id(v): v for f in signatures.values() for v in f.graph.variables}.values())
    # Tables of words are no variables, and have to come along.
    module.tables = list(getattr(model, "serving_tables", list)())
    facts = {"kgan": __version__, "model": type(model).__name__, "parameters": _count(module.read)}
    facts["versions"] = {"keras": keras.version(), "tensorflow": tf.__version__}
    facts["signatures"] = {name: _types(function) for name, function in signatures.items()}
    with replacing_folder(target) as partial:
        tf.saved_model.save(module, str(partial), signatures=signatures)
        (partial / REFERENCE).parent.mkdir()
        np.savez_compressed(partial / REFERENCE, **cases)
        write_warmup(partial / WARMUP, target.parent.name, cases)
        (partial / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        if extras is not None:
            extras(partial, facts)
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


def _signatures(name, call, found):
    """The float, uint8 and PNG signatures of one call from named forms, traced."""

    def floats(values):
        return named(call(values, training=False))

    def bytes_(values):
        return forms.to_bytes(floats({key: found[key].from_bytes(value) for key, value in values.items()}))

    def files(values):
        return forms.to_files(bytes_({key: found[key].from_files(value) for key, value in values.items()}))

    traced = {name: _traced(floats, found, "floats")}
    any_size = any(isinstance(form, forms.Picture) and None in form.shape[-3:-1] for form in found.values())
    if any_size:
        files = _one_by_one(files, traced[name].structured_outputs)
    traced[f"{prefix(name)}uint8"] = _traced(bytes_, found, "bytes")
    traced[f"{prefix(name)}png"] = _traced(files, found, "files")
    return traced


def _one_by_one(files, outputs):
    """`files` for a batch of pictures of any sizes: each goes through the network alone."""
    specs = {}
    for name, output in outputs.items():
        form = forms.form_of(name, output)
        if isinstance(form, forms.Picture):
            specs[f"{name}{forms.BYTES}"] = tf.TensorSpec(output.shape[1:-3], tf.string)
        else:
            specs[name] = tf.TensorSpec(output.shape[1:], output.dtype)

    def one(values):
        made = files({key: value[None] for key, value in values.items()})
        return {key: value[0] for key, value in made.items()}

    # One after the other: what several need at once is what a limit on their size is to keep away.
    return lambda values: tf.map_fn(one, values, fn_output_signature=specs, parallel_iterations=1)


def _traced(function, found, kind):
    """`function` for requests of these forms and no others, which are answered with an error."""
    specs = {getattr(form, kind).name: getattr(form, kind) for form in found.values()}
    keys = {getattr(form, kind).name: key for key, form in found.items()}

    def answer(values):
        return function(
            {keys[of]: checked(value, specs[of], found[keys[of]]) for of, value in values.items()}
        )

    return tf.function(answer, input_signature=[specs], autograph=False).get_concrete_function()


def _forms(model, inputs, largest):
    """The forms of a call's inputs, with what a model says of their ranges."""
    found = {key: forms.form_of(key, tensor) for key, tensor in inputs.items()}
    for key, form in found.items():
        if key == "label" and isinstance(form, forms.Label):
            form.below = getattr(model, "classes", None) or None
        if isinstance(form, forms.Picture):
            form.largest = largest
    return found


def _types(function):
    """Names and types of what a signature takes and gives."""
    inputs, outputs = function.structured_input_signature[0][0], function.structured_outputs
    return {
        side: {name: spec.dtype.name for name, spec in found.items()}
        for side, found in (("inputs", inputs), ("outputs", outputs))
    }


def _count(variables):
    return int(sum(np.prod(variable.shape) for variable in variables))
