"""Exports for other runtimes: the float signature as ONNX, LiteRT or OpenVINO, and what each runtime answers."""

import contextlib
import importlib.util
import io
import logging
from pathlib import Path

import numpy as np

from kgan.errors import UserError

# The packages that convert and run, and the ending of what is written.
RUNTIMES = {
    "onnx": (("tf2onnx", "onnxruntime"), ".onnx"),
    "litert": (("ai_edge_litert",), ".tflite"),
    "openvino": (("openvino",), ".xml"),
}
PACKAGES = {"ai_edge_litert": "ai-edge-litert"}
SIGNATURE = "serving_default"
OPSET = 18
# Elsewhere an input and an output cannot have one name: the output of a filled `image` is `image_out` there.
OUT = "_out"


def missing(runtime: str) -> list[str]:
    """The packages that a runtime needs and this machine lacks, as pip knows them."""
    lacking = [name for name in RUNTIMES[runtime][0] if importlib.util.find_spec(name) is None]
    return [PACKAGES.get(name, name) for name in lacking]


def served_by(signatures) -> str:
    """The signature that other runtimes get: the default one, or `tokens` where that takes strings, unknown to them.

    Args:
        signatures: names of an export's signatures.
    """
    return "tokens" if "tokens" in signatures else SIGNATURE


def convert(folder: str | Path, runtime: str, target: str | Path) -> Path:
    """Writes the float signature of a SavedModel for another runtime.

    Args:
        folder: of one version of an export.
        runtime: "onnx", "litert" or "openvino".
        target: path to write to; its ending becomes the runtime's.

    Returns:
        The path written; OpenVINO's weights are in a `.bin` beside it.

    Raises:
        UserError: if the packages are missing, or the converter does not know an operation.
    """
    lacking = missing(runtime)
    if lacking:
        raise UserError(
            f"expected {' and '.join(lacking)} for --format {runtime}; found none; pip install {' '.join(lacking)}"
        )
    target = Path(target).with_suffix(RUNTIMES[runtime][1])
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _silence():
            _CONVERT[runtime](Path(folder), target)
    except Exception as error:
        if isinstance(error, OSError | UserError):
            raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise UserError(
            f"expected a model that {runtime} can be made of; found that its converter fails ({reason}); use another "
            "--format"
        ) from error
    return target


def answer(path: str | Path, runtime: str, inputs: dict) -> dict:
    """What a converted model gives.

    Args:
        path: what `convert` wrote.
        runtime: whose it is.
        inputs: dict from name to array.

    Returns:
        A dict from name to array.
    """
    return _ANSWER[runtime](str(path), inputs)


@contextlib.contextmanager
def _silence():
    """Converters announce each pass; what they raise is kept."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(before)


def _signature(folder):
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    return loaded, loaded.signatures[served_by(loaded.signatures)]


def _to_onnx(folder, target):
    import onnxruntime
    import tensorflow as tf
    import tf2onnx

    _loaded, function = _signature(folder)
    given = function.structured_input_signature[1]
    specs = [tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in given.items()]

    def call(*values):
        made = function(**dict(zip(given, values, strict=True)))
        return {name + OUT if name in given else name: value for name, value in made.items()}

    call = tf.function(call, input_signature=specs)
    tf2onnx.convert.from_function(call, input_signature=specs, opset=OPSET, output_path=str(target))
    try:  # What the converter does not know it leaves as it is, and says nothing.
        onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    except Exception:
        target.unlink()
        raise


def _to_litert(folder, target):
    import tensorflow as tf

    loaded, function = _signature(folder)
    target.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], loaded).convert())


def _to_openvino(folder, target):
    import openvino

    loaded, function = _signature(folder)
    tokens = served_by(loaded.signatures) != SIGNATURE
    model = openvino.convert_model(function if tokens else str(folder))
    given, made = function.structured_input_signature[1], function.structured_outputs
    for name in set(given) & set(made):  # which takes the output's name away
        (nameless,) = (output for output in model.outputs if not set(made) & output.names - set(given))
        nameless.tensor.add_names({name + OUT})
    openvino.save_model(model, str(target), compress_to_fp16=False)


def _of_onnx(path, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, inputs)
    return {_asked(name, inputs): value for name, value in zip(names, values, strict=True)}


def _of_litert(path, inputs):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path)
    ((name, _),) = interpreter.get_signature_list().items()
    runner = interpreter.get_signature_runner(name)
    return {key: np.array(value) for key, value in runner(**inputs).items()}


def _of_openvino(path, inputs):
    import openvino

    network = openvino.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return {_asked(name, inputs): value for output, value in network(inputs).items() for name in output.names}


def _asked(name, inputs):
    """An output's name as the signature has it."""
    return name.removesuffix(OUT) if name.removesuffix(OUT) in inputs else name


_CONVERT = {"onnx": _to_onnx, "litert": _to_litert, "openvino": _to_openvino}
_ANSWER = {"onnx": _of_onnx, "litert": _of_litert, "openvino": _of_openvino}
