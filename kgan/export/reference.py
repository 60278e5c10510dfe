"""What an export is held against: inputs in all forms, and what `predict` made of them."""

import keras
import numpy as np

from kgan.export import forms
from kgan.export.forms import BYTES
from kgan.export.seeds import GENERATE, SEED
from kgan.pictures import pixels

DEFAULT = "serving_default"
# Where a model takes any size, the comparison is made at several, non-square and odd ones among them.
SIZES = ((64, 64), (48, 80), (37, 53))
SAMPLES = 2


def prefix(name: str) -> str:
    """What stands before "uint8" and "png" in the signatures of one call."""
    return "" if name == DEFAULT else f"{name}_"


def named(outputs) -> dict:
    """What a model returns, by name; a single tensor is an image."""
    return dict(outputs) if isinstance(outputs, dict) else {"image": outputs}


def reference(model: keras.Model, name: str, call, inputs: dict) -> dict:
    """The entries of the reference file for one call: "signature|number|input or output|name" to array.

    Args:
        model: the model that is exported.
        name: of the call.
        call: from a dict of float inputs to outputs.
        inputs: its symbolic inputs by name.
    """
    entries = {}
    for number, values in enumerate(reference_inputs(model, name, inputs)):
        floats = {key: pixels.to_float(v) if v.dtype == np.uint8 else v for key, v in values.items()}
        if name == GENERATE:
            outputs = _drawn(model, values)
        else:
            outputs = model.predict(floats, verbose=0) if name == DEFAULT else call(floats, training=False)
        outputs = {key: keras.ops.convert_to_numpy(value) for key, value in named(outputs).items()}
        as_bytes = forms.to_bytes(outputs)
        as_files = {key: np.asarray(value) for key, value in forms.to_files(values).items()}
        as_bytes_of_files = {f"{k}{BYTES}" if v.dtype == np.uint8 else k: v for k, v in as_bytes.items()}
        cases = {
            name: (floats, outputs),
            f"{prefix(name)}uint8": (values, as_bytes),
            f"{prefix(name)}png": (as_files, {key: np.asarray(v) for key, v in as_bytes_of_files.items()}),
        }
        for signature, sides in cases.items():
            for side, arrays in zip(("input", "output"), sides, strict=True):
                found = {key: v.astype("S") if v.dtype == object else v for key, v in arrays.items()}
                entries |= {f"{signature}|{number}|{side}|{key}": value for key, value in found.items()}
    return entries


def _drawn(model, values):
    """What `sample_inputs` and `predict` make of each seed by itself."""
    made = []
    for row in range(len(values[SEED])):
        conditions = {key: value[row] for key, value in values.items() if key != SEED}
        inputs = model.sample_inputs(1, int(values[SEED][row]), **conditions)
        made.append(
            named(model.predict({k: keras.ops.convert_to_numpy(v) for k, v in inputs.items()}, verbose=0))
        )
    return {key: np.concatenate([one[key] for one in made]) for key in made[0]}


def reference_inputs(model: keras.Model, name: str, inputs: dict) -> list[dict]:
    """Dicts of arrays to compare on, pictures among them as uint8; a model may have its own `reference_inputs`."""
    if hasattr(model, "reference_inputs"):
        return model.reference_inputs(name)
    found = {key: forms.form_of(key, tensor) for key, tensor in inputs.items()}
    pictures = {key: form for key, form in found.items() if isinstance(form, forms.Picture)}
    if name == GENERATE:
        labels = np.arange(SAMPLES, dtype=np.int32) % max(getattr(model, "classes", None) or 1, 1)
        return [{key: np.array([7, 2**31 - 1], np.int32) if key == SEED else labels for key in inputs}]
    if name == DEFAULT and not pictures:
        return [{key: keras.ops.convert_to_numpy(v) for key, v in model.sample_inputs(4, seed=0).items()}]
    random = np.random.default_rng(0)
    any_size = any(None in form.shape[-3:-1] for form in pictures.values())
    cases = []
    for size in SIZES if any_size else ((None, None),):
        case = {}
        for key, form in found.items():
            if key not in pictures:
                shape = [SAMPLES, *(4 if n is None else n for n in form.shape[1:])]
                case[key] = random.standard_normal(shape).astype(form.dtype)
                continue
            *before, height, width, channels = form.shape[1:]
            before = [4 if n is None else n for n in before]
            shape = [SAMPLES, *before, height or size[0], width or size[1], channels]
            case[key] = random.integers(0, 256, shape, np.uint8)
        cases.append(case)
    return cases
